"""Elementwise rows on computed operands, at once (see `core.eager`): what `calling.bind` tries before it records.

A `Way` finds the NumPy call for the kinds of the operands, once; `meet_one` and `meet` call it, `on_one` and `on_two` where a value may be
there without the handle holding it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from lazytensor.compiler.loops import on_array, on_arrays
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.scalars import on_scalar, on_scalars
from lazytensor.core.dtypes import BY_DTYPE
from lazytensor.core.eager import HUGE, enter, extent, limit, owned, silenced, small
from lazytensor.core.handle import Handle, computed, current, is_open, is_tensor, pending
from lazytensor.core.inplace import put
from lazytensor.core.statements import write_lock

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

NUMBERS = frozenset({int, float, bool, complex})
# What NumPy's scalars do by themselves takes 60 ns, a ufunc of them 500. The rows whose ufunc is this operator.
_OPERATORS: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
    np.equal: operator.eq,
    np.not_equal: operator.ne,
}
# What `scalars.on_scalars` knows by places in this list, and `scalars.on_scalar`.
_OF_TWO = (
    *_OPERATORS, np.floor_divide, np.remainder, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.maximum, np.minimum, np.left_shift,
    np.right_shift,
)  # fmt: skip
_OF_ONE = (np.negative, np.absolute, np.square, np.sqrt, np.floor, np.ceil, np.invert)
_CODES = {ufunc: code for ufuncs in (_OF_TWO, _OF_ONE) for code, ufunc in enumerate(ufuncs)}


class Way:
    """How a row is called: what was found for the kinds of operands that were met, the dtype of an array or the class of a scalar.

    `rule` gives the dtype of a result, and the range in which a Python integer as second operand needs no thought. `turned` says that the
    row's operands are the other way round.
    """

    __slots__ = ("_found", "_signatures", "code", "last", "op", "rule", "signature", "turned")

    op: Op
    turned: bool
    # Its number, -1 where it has none.
    code: int
    # Kinds of two operands, the second None for rows of one; the call whose result has the row's dtype, None where there is none; and that
    # range. As one object: threads see all of it or nothing.
    last: tuple[Any, Any, Callable[..., Any] | None, Any]
    # Types of two operands, the second None for rows of one; the dtype of the result; and the range of `last`.
    signature: tuple[Any, Any, Any, Any]

    def __init__(self, op: Op, rule: Callable[..., tuple[Any, Any]] | None = None, turned: bool = False) -> None:
        self.op = op
        self.rule = rule
        self.turned = turned
        self.code = _CODES.get(op.reference, -1)
        self.last = self.signature = (self, self, None, None)
        self._signatures: dict[tuple[Any, Any], tuple[Any, Any, Any, Any]] = {}
        self._found: dict[tuple[Any, Any], tuple[Any, Any, Any, Any]] = {}

    def find(self, first: Any, second: Any) -> tuple[Any, Any, Any, Any]:
        """`last` for these kinds."""
        found = self._found.get((first, second))
        if found is None:
            found = self._found[first, second] = self._make(first, second)
        self.last = found
        return found

    def sign(self, first: Any, second: Any) -> tuple[Any, Any, Any, Any]:
        """`signature` for these types."""
        found = self._signatures.get((first, second))
        if found is None:
            made = (self.op.resolve(first).result, None) if self.rule is None else self.rule(self.op, first, second)
            found = self._signatures[first, second] = (first, second, *made)
        self.signature = found
        return found

    def _make(self, first: Any, second: Any) -> tuple[Any, Any, Any, Any]:
        kinds = (first,) if second is None else (second, first) if self.turned else (first, second)
        types = [np.dtype(item) if isinstance(item, type) and item not in NUMBERS else item for item in kinds]
        try:
            limits = None if self.rule is None else self.rule(self.op, *types)[1]
            function: Any = _exact(self.op, types)
            if not any(isinstance(item, np.dtype) for item in kinds):
                function = _OPERATORS.get(function, function)
        except Exception:  # recording it says what is wrong
            function = limits = None
        return first, second, function, limits


def _exact(op: Op, types: list[Any]) -> Callable[..., Any]:
    """A call that computes the row for these operands, in its dtype."""
    dtype = op.resolve(*types).result
    bound = op.bind(*types)
    if isinstance(bound, partial):
        return bound
    natural = [np.dtype(bool) if item is bool else item for item in types]
    if isinstance(bound, np.ufunc) and bound.resolve_dtypes((*natural, None))[-1] == dtype:
        return bound
    return lambda *values: owned(np.asarray(bound(*values), dtype=dtype))


def _fits(op: Op, a: Any, b: Any, size: int, other: int) -> bool:
    """Is the result small enough of two arrays of these sizes, of which the product of the sizes does not say so?"""
    # As bytes; of integers with a real number those of the result.
    item = 8 if type(b) is float or type(b) is complex else 1
    if type(a) is ndarray:
        item = max(item, a.itemsize)
    if type(b) is ndarray:
        item = max(item, b.itemsize)
    most = extent(max(size, other), item)
    if most > limit.most:
        return False
    if size == 1 or other == 1 or a.shape == b.shape:
        return small(most, op)
    longer, shorter = (a.shape, b.shape) if a.ndim >= b.ndim else (b.shape, a.shape)
    lead = len(longer) - len(shorter)
    total: int = math.prod(longer[:lead]) * math.prod(map(max, longer[lead:], shorter))
    return small(max(extent(min(total, HUGE), item), most), op)


def _once_more(run: Any, *values: Any) -> Any:
    """The value of a call that raised; None if it does so again: it is recorded, and fails when it is waited for."""
    try:
        return silenced(run, *values)
    except Exception:
        return None


def _finished(value: Any) -> Tensor:
    """A tensor of what a call gave: in C order, which a line always is."""
    if type(value) is ndarray:
        array = value
        if array.ndim > 1 and not value.flags.c_contiguous:
            value = value.copy()
    return computed(value)


def meet_one(way: Way, a: Any) -> Tensor | None:
    """The row of a value that is there, None where it is to be recorded."""
    if type(a) is ndarray:
        array = a
        if way.code >= 0:
            value = on_array(way.code, a, limit.elements)
            if value is not None:
                return computed(value)
        if not small(extent(array.size, array.itemsize), way.op):
            return None
        first = array.dtype
    else:
        if way.code >= 0 and limit.elements > 0:
            value = on_scalar(way.code, a)
            if value is not None:
                return computed(value)
        first = type(a)
    last = way.last
    if last[0] is not first:
        last = way.find(first, None)
    run = last[2]
    if run is None:
        return None
    try:
        value = enter(run, a)
    except Exception:
        value = _once_more(run, a)
        if value is None:
            return None
    return _finished(value)


def meet(way: Way, a: Any, b: Any) -> Tensor | None:
    """The row of two values that are there, arrays, NumPy's scalars, or as second one a Python number; None where it is to be recorded."""
    size = other = 1
    if type(a) is ndarray:
        array = a
        size = array.size
        first = array.dtype
    else:
        first = type(a)
    if type(b) is ndarray:
        array = b
        other = array.size
        second = array.dtype
    else:
        second = type(b)
    bound = limit
    most = bound.elements
    if way.code >= 0 and most > 0:
        if type(a) is not ndarray and type(b) is not ndarray:
            value = on_scalars(way.code, b, a) if way.turned else on_scalars(way.code, a, b)
            if value is not None:
                return computed(value)
        elif size <= most and other <= most:
            value = on_arrays(way.code, b, a, most) if way.turned else on_arrays(way.code, a, b, most)
            if value is not None:
                return computed(value)
    # Each for itself first: the product of two sizes may be more than a machine word holds.
    if (size > most or other > most or size * other > most) and not _fits(way.op, a, b, size, other):
        return None
    last = way.last
    if last[0] is not first or last[1] is not second:
        last = way.find(first, second)
    run = last[2]
    limits = last[3]
    if run is None or (limits is not None and not limits[0] <= b <= limits[1]):
        return None
    if way.turned:
        a, b = b, a
    try:
        value = enter(run, a, b)
    except Exception:
        value = _once_more(run, a, b)
        if value is None:
            return None
    return _finished(value)


def _value(x: Any) -> Any:
    """The value of a tensor, if it is there; NumPy's own arrays and scalars in a dtype that tensors have; None of all else."""
    if isinstance(x, Handle):
        return current(x)
    return x if (type(x) is ndarray or isinstance(x, np.generic)) and x.dtype in BY_DTYPE else None


def on_any(way: Way, x: Any, y: Any) -> Tensor | None:
    """The row of two operands, one of which is NumPy's; None where it is to be recorded."""
    with write_lock:
        a = _value(x)
        b = None if a is None else _value(y)
        return None if b is None else meet(way, a, b)


def on_other(way: Way, x: Any) -> Tensor | None:
    """The row of an array or a scalar of NumPy's; None where it is to be recorded."""
    a = _value(x)
    return None if a is None or limit.elements < 0 else meet_one(way, a)


def on_one(way: Way, x: Handle) -> Tensor | None:
    """The row of one operand, None where it is to be recorded."""
    with write_lock:
        a = current(x)
        return None if a is None else meet_one(way, a)


def on_two(way: Way, x: Handle, y: Any) -> Tensor | None:
    """The row of two operands, the second a tensor or a Python number; None where it is to be recorded."""
    with write_lock:
        a = current(x)
        if a is None:
            return None
        b = current(y) if is_tensor(y) else y
        return None if b is None else meet(way, a, b)


def into(way: Way, x: Handle, y: Any) -> bool:
    """`x op= y`, where the row is a ufunc of NumPy's, which casts what it stores as rows do. False where it is to be recorded, or NumPy
    refuses it, with nothing written."""
    if pending(x):
        return False
    with write_lock:
        a = current(x)
        if type(a) is not ndarray:
            return False
        array = a
        first = array.dtype
        size = array.size
        item = array.itemsize
        if not array.ndim or (x._storage is not None and not is_open(x)):
            return False
        if isinstance(y, Handle):
            b = current(y)
            if b is None:
                return False
        elif type(y) in NUMBERS:
            b = y
        else:
            return False
        if type(b) is ndarray:
            array = b
            second = array.dtype
            if array.size > size or array.ndim > a.ndim:
                return False
        else:
            second = type(b)
        if not small(extent(size, item), way.op):
            return False
        last = way.last
        if last[0] is not first or last[1] is not second:
            last = way.find(first, second)
        run = last[2]
        limits = last[3]
        if type(run) is not np.ufunc or (limits is not None and not limits[0] <= b <= limits[1]):
            return False
        # Whoever else holds the memory has it copied.
        a = array = None  # type: ignore[assignment]
        try:
            return put(x, None, b, run, way.code)
        except Exception:
            return False
