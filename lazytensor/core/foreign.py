"""Operands of types that are neither ours nor Python's numbers, lists and tuples nor NumPy's: what NumPy makes arrays of.

Sequences (range, deque, any class with a length and items), memory (array.array, memoryview, bytearray) and objects with `__array__`
or `__array_interface__`. Reached once the fast tests of types have failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.ops import elementwise, sources
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.core.dtypes import SUPPORTED
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.nesting import contains_handle
from lazytensor.core.record import record

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


class Lazy:
    """What stands for a tensor without being one: the tensor is what `_tensor` answers, so that nothing need be waited for."""

    __slots__ = ()

    def _tensor(self) -> Tensor:
        raise NotImplementedError


def items_of(value: Any) -> Any:
    """The items, as a list, of a sequence that is no list or tuple; the tensor that something stands for; all else as it is.

    NumPy does the same, but would wait for each tensor among them.
    """
    kind = type(value)
    if isinstance(value, Lazy):
        return value._tensor()
    if kind in (list, tuple) or not (hasattr(kind, "__len__") and hasattr(kind, "__getitem__")):
        return value
    if isinstance(value, (Handle, str, dict)) or hasattr(kind, "__array__") or _is_memory(value):
        return value
    try:
        return list(value)
    except Exception:  # no sequence after all: NumPy says what is wrong with it
        return value


def _is_memory(value: Any) -> bool:
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


def numpy_array(value: Any) -> np.ndarray[Any, Any]:
    """`numpy.asarray`, also of an object whose `__array__` answers a tensor, which NumPy refuses: it is waited for."""
    try:
        return np.asarray(value)
    except ValueError:
        method = getattr(type(value), "__array__", None)
        found = None if method is None else method(value)
        if not isinstance(found, Handle):
            raise
        return found._value()


def array_of(value: Any, name: str) -> np.ndarray[Any, Any]:
    """What NumPy makes of a value; TypeError for an object, ValueError for sequences of several lengths, both naming the operation."""
    try:
        array = numpy_array(value)
    except ValueError as error:  # sequences of several lengths
        raise ValueError(f"{name}: {error}") from None
    if array.shape == () and array.dtype.kind in "OSU" and not isinstance(value, (np.ndarray, np.generic)):
        kind = type(value)
        raise TypeError(f"{name}: unsupported operand of type {kind.__module__}.{kind.__qualname__}")
    if array.dtype not in SUPPORTED and array.dtype.newbyteorder("=") not in SUPPORTED:
        raise TypeError(f"{name}: dtype {array.dtype} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
    return array


# -- operators ------------------------------------------------------------------------------------------------------------------


def right(x: Handle, y: Any, ufunc: Any, compute: Callable[[], Any], otherwise: Callable[[], Any] | None = None) -> Any:
    """`x op y` for a `y` of a foreign type, as ndarray's operators have it.

    NotImplemented, so that Python asks `y`, if it says so by `__array_ufunc__ = None` or a priority. What has an `__array_ufunc__`
    of its own answers by that; arrays are computed with; `otherwise`, or else Python, decides about the rest.
    """
    kind = type(y)
    if hasattr(kind, "__array_ufunc__"):
        return NotImplemented if kind.__array_ufunc__ is None else ufunc(x, y)
    priority = getattr(y, "__array_priority__", 0)
    # ndarray's own is 0. Ours is higher, so that NumPy's arrays leave operators to tensors.
    if isinstance(priority, (int, float)) and priority > 0:
        return NotImplemented
    if stands_for_array(y):
        return compute()
    return NotImplemented if otherwise is None else otherwise()


def left(x: Any, y: Handle, ufunc: Any, compute: Callable[[], Any]) -> Any:
    """`x op y` for an `x` of a foreign type that did not answer."""
    kind = type(x)
    if hasattr(kind, "__array_ufunc__"):
        return NotImplemented if kind.__array_ufunc__ is None else ufunc(x, y)
    return compute() if stands_for_array(x) else NotImplemented


def stands_for_array(value: Any) -> bool:
    """Does NumPy make an array of numbers of it?"""
    if value is None or isinstance(value, (str, bytes)):
        return False
    items = items_of(value)
    return (
        isinstance(items, Handle) or (type(items) is list and contains_handle(items)) or numpy_array(items).dtype.kind in "biufc"
    )


def unlike(op: Op, x: Handle, y: Any) -> Any:
    """`x == y` or `x != y` for a `y` that is no number: what `y` says of it, else that all elements differ, as NumPy has it.

    TypeError for sequences of objects, which NumPy compares one by one.
    """
    if not isinstance(y, (np.ndarray, np.generic)):
        kind: Any = type(y)
        inverted = op.name != "equal" and kind.__ne__ is object.__ne__  # that asks for the truth value of what __eq__ answers
        answer = (kind.__eq__ if inverted or op.name == "equal" else kind.__ne__)(y, x)
        if inverted and isinstance(answer, Handle):
            return wrap(record(elementwise.logical_not, (answer._read(),)))
        if answer is not NotImplemented:
            return not answer if inverted else answer
    shape: tuple[int, ...] = ()
    if y is not None and not isinstance(y, (str, bytes)):
        array = numpy_array(y)
        shape = array.shape
        if array.dtype.kind == "O" and shape:
            array_of(array, op.name)
    shape = broadcast_shapes(op.name, x.shape, shape)
    return wrap(record(sources.full, (op.name != "equal",), (shape, np.dtype(bool)), device=x._base().device))
