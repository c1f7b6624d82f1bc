"""Values in the dtype that they are stored in: by assignment, one by one, which checks their range, or cast as arrays, unsafely.

Here is what is stored; `indexing` has where.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise
from lazytensor.compiler.ops import indexing as ops
from lazytensor.compiler.ops.rules import INTEGER_LIMITS, fitting
from lazytensor.core.dtypes import SUPPORTED
from lazytensor.core.foreign import array_of, items_of
from lazytensor.core.handle import Handle, stands_for_scalar, wrap
from lazytensor.core.nesting import contains_handle
from lazytensor.core.operands import node_operand, operand, stacked
from lazytensor.core.record import record
from lazytensor.core.storage import constant

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def cast_for_assignment(value: Any, dtype: np.dtype[Any], name: str, casting: Any = "unsafe") -> Any:
    """The value to store as a node of `dtype`, or a Python scalar that fits it."""
    if not isinstance(value, (Handle, int, float, complex, np.ndarray, np.generic)):
        items = items_of(value)
        if isinstance(items, (list, tuple)):
            if not contains_handle(items):
                return constant(_stored_items(items, dtype, name))
            if casting == "unsafe":
                return stacked(items, partial(element, dtype=dtype, name=name))
    found = operand(value, name)
    if type(found) is not Node:
        return constant(_scalar(found, dtype, name))
    if found.dtype == dtype:
        return found
    if not np.can_cast(found.dtype, dtype, casting):
        raise TypeError(f"Cannot cast {name} output from {found.dtype!r} to {dtype!r} with casting rule {casting!r}")
    return record(elementwise.astype, (found,), (dtype,))


def element(value: Any, dtype: np.dtype[Any], name: str) -> Node:
    """An item of nested lists, to be stored in a dtype, as a node."""
    node: Node = cast_for_assignment(number_to_store(value, dtype), dtype, name)
    return node


def number_to_store(value: Any, dtype: np.dtype[Any]) -> Any:
    """The value, but NumPy's scalars, and the 0-d results that stand for them, such that they must fit a signed integer dtype.

    NumPy takes the bits of what is stored in an unsigned one. The error of a result is raised when it is computed.
    """
    if dtype.kind != "i" or not isinstance(value, (np.generic, Handle)) or value.dtype.kind not in "iuf":
        return value
    if isinstance(value, np.generic):
        return value.item()
    if not stands_for_scalar(value) or np.can_cast(value.dtype, dtype, "safe"):
        return value
    return wrap(record(ops.store_number, (value._read(),), (dtype,)))


def one_element(value: Any, dtype: np.dtype[Any], name: str) -> Any:
    """A value for one element, ready to be cast for assignment; TypeError or ValueError, as NumPy has them, if it is an array."""
    if type(value) in (int, float, bool):
        return value
    items = items_of(value)
    sequence = isinstance(items, (list, tuple))
    if sequence or (isinstance(items, (Handle, np.ndarray)) and items.shape):
        shape = f"shape {np.shape(items)}" if not sequence else f"{len(items)} items"
        kind = TypeError if dtype.kind == "c" or (sequence and dtype.kind in "iu") else ValueError
        raise kind(f"{name}: setting an array element with a sequence: one element of {dtype} cannot hold an array of {shape}")
    return number_to_store(items, dtype)


def cast_unsafely(value: Any, dtype: np.dtype[Any], name: str) -> Tensor:
    """Anything that stands for an array in a dtype, as NumPy's unsafe casts have it: without a look at values."""
    if isinstance(value, (Handle, np.generic)) or not isinstance(value, (bool, int, float, complex)):
        items = items_of(value)
        if isinstance(items, Handle) or (isinstance(items, (list, tuple)) and contains_handle(items)):
            node = node_operand(items, name)
            return wrap(node if node.dtype == dtype else record(elementwise.astype, (node,), (dtype,)))
    array = np.asarray(value)
    # Integers of more than 64 bits are objects.
    if array.dtype.kind != "O":
        array = array_of(value, name)
    with np.errstate(all="ignore"):
        return wrap(constant(np.array(fitting(array, dtype), dtype, order="C", subok=False)))


def trimmed(x: Tensor, rank: int) -> Tensor:
    """The tensor without leading axes of length 1, as far as there are more axes than in what it is stored in."""
    extra = len(x.shape) - rank
    if extra <= 0 or any(length != 1 for length in x.shape[:extra]):
        return x
    view = x._index_map()
    return x._alias(type(view)(view.shape[extra:], view.strides[extra:], view.offset))


def _stored_items(items: Any, dtype: np.dtype[Any], name: str) -> np.ndarray[Any, Any]:
    """What is in a sequence, stored one by one: OverflowError for integers out of bounds, TypeError for complex in real numbers."""
    try:
        array = np.asarray(items)
    except ValueError:
        return array_of(items, name)
    # Integers of more than 64 bits are objects, until they are floats.
    if array.dtype not in SUPPORTED and not (array.dtype.kind == "O" and all(type(item) is int for item in array.flat)):
        return array_of(items, name)
    if array.dtype == dtype or (dtype.kind == "b" and array.dtype.kind in "iufc"):
        return array.astype(dtype)
    with np.errstate(all="ignore"):
        return np.asarray(items, dtype)


def _scalar(value: Any, dtype: np.dtype[Any], name: str) -> np.ndarray[Any, Any]:
    """A Python number as a 0-d array, with the errors of NumPy's assignment."""
    if type(value) is complex and dtype.kind not in "bc":
        raise TypeError(f"{name}: a complex value cannot be stored in {dtype}")
    limits = INTEGER_LIMITS.get(dtype)
    if limits is not None:
        value = int(value)  # ValueError for NaN, OverflowError for infinity
        if not limits[0] <= value <= limits[1]:
            raise OverflowError(f"Python integer {value} out of bounds for {dtype}")
    elif dtype.kind == "b":
        value = bool(value)
    elif type(value) is int:
        value = float(value)  # OverflowError beyond the range of floats
    with np.errstate(all="ignore"):
        return np.asarray(value).astype(dtype)
