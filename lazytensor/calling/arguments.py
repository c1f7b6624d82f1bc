"""Arguments that are no operands, converted as NumPy converts them: counts and offsets, positions, masks.

Shapes depend on counts, so that a tensor among them is waited for. Positions and masks stay lazy.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import as_index
from lazytensor.compiler.ops import elementwise
from lazytensor.core import views
from lazytensor.core.foreign import items_of
from lazytensor.core.handle import Handle, stands_for_scalar, wrap
from lazytensor.core.nesting import contains_handle
from lazytensor.core.operands import node_operand
from lazytensor.core.record import record
from lazytensor.core.storage import constant

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

Shape = tuple[int, ...]
INTP = np.dtype(np.intp)
BOOL = np.dtype(np.bool_)


def integral(value: Any, name: str, argument: str) -> int:
    """A count or an offset: an integer, or another number that is one."""
    found = as_index(value)
    if found is not None:
        return found
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not number.is_integer() or isinstance(value, (str, bytes)):
        raise TypeError(f"{name}: {argument} must be an integer, got {value!r}")
    return int(number)


def truncated(value: Any, name: str, argument: str) -> int:
    """A count or an offset that NumPy passes through `int`: any real number, cut to an integer."""
    try:
        return int(value)
    except TypeError:
        raise TypeError(f"{name}: {argument} must be an integer, got {value!r}") from None


def is_scalar(x: Any) -> bool:
    """Is it a 0-d result, which stands for one of NumPy's scalars?"""
    return isinstance(x, Handle) and stands_for_scalar(x)


def positions(value: Any, name: str, casting: Any = "same_kind", cut: bool = True) -> Tensor:
    """Integer positions: arrays are cast by the rule, TypeError if it forbids that.

    Numbers, and what is in sequences, are cut to integers if `cut` says so.
    """
    value = items_of(value)
    loose = cut and (is_scalar(value) or isinstance(value, (list, tuple, float, np.generic)))
    if loose and not isinstance(value, Handle) and not (isinstance(value, (list, tuple)) and contains_handle(value)):
        plain = np.asarray(value)
        if plain.dtype.kind in "bf" or not plain.size:
            with np.errstate(all="ignore"):
                return wrap(constant(plain.astype(INTP)))
    node = node_operand(value, name)
    kind = node.dtype.kind
    if not (loose and kind in "bf") and (kind not in "biu" or not np.can_cast(node.dtype, INTP, casting)):
        raise TypeError(f"{name}: indices must be integers, got {node.dtype}")
    return wrap(node if kind in "iu" else record(elementwise.astype, (node,), (INTP,)))


def truth(value: Any, name: str) -> Tensor:
    """A mask: an array must be boolean, TypeError if it is not; the truth of numbers and of what is in sequences counts."""
    value = items_of(value)
    node = node_operand(value, name)
    if node.dtype == BOOL:
        return wrap(node)
    array = isinstance(value, np.ndarray) or (isinstance(value, Handle) and not is_scalar(value))
    if array or not isinstance(value, (Handle, list, tuple, bool, int, float, complex, np.generic)):
        raise TypeError(f"{name}: where must be boolean, got {node.dtype}")
    return wrap(record(elementwise.astype, (node,), (BOOL,)))


def lengths(shape: Any) -> Shape:
    """A shape argument, one integer or several, as a tuple of Python integers."""
    if views.is_integer(shape) or getattr(shape, "shape", None) == ():
        return (operator.index(shape),)
    if isinstance(shape, (bool, dict)) or not hasattr(shape, "__getitem__"):
        if hasattr(shape, "__index__") and not isinstance(shape, bool):
            return (operator.index(shape),)
        raise TypeError(f"expected an integer or a sequence of integers as a shape, got {shape!r}")
    found = []
    for length in shape:
        if length is True or length is False:
            raise TypeError(f"an integer is required as a length, got {length} in {shape!r}")
        found.append(operator.index(length))
    if len(found) > views.MAX_AXES:
        raise ValueError(f"arrays have at most {views.MAX_AXES} axes, the shape has {len(found)}")
    return tuple(found)


def checked_shape(shape: Any, name: str) -> Shape:
    """A shape argument, checked: no length is negative."""
    found = lengths(shape)
    if any(length < 0 for length in found):
        raise ValueError(f"{name}: negative dimensions are not allowed, got {shape}")
    return found
