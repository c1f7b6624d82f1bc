"""Elementwise rows on computed operands, at once (see `core.eager`): what `calling.bind` tries before it records.

`Ready` finds the NumPy call for the kinds of the operands, once; `on_one` and `on_two` are for operands that are not all plain arrays: that
case `bind` has written out.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.ops.row import Op
from lazytensor.core.eager import MEDIUM, changing, limit, owned, silenced, small
from lazytensor.core.handle import Handle, computed
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


def kind_of(value: Any) -> Any:
    """What tells calls apart: the dtype of an array, the class of a scalar."""
    kind = type(value)
    return value.dtype if kind is np.ndarray else kind


class Ready(dict[Any, tuple[Callable[..., Any] | None, Any]]):
    """For the kinds of operands (see `kind_of`): the NumPy call whose result has the row's dtype, None where there is
    none, and the range in which a Python integer as second operand needs no thought."""

    def __init__(self, op: Op, limits: Callable[..., tuple[Any, Any]] | None = None) -> None:
        self._op = op
        self._limits = limits

    def __missing__(self, key: Any) -> tuple[Callable[..., Any] | None, Any]:
        kinds = key if type(key) is tuple else (key,)
        types = [np.dtype(item) if isinstance(item, type) and item not in NUMBERS else item for item in kinds]
        try:
            limits = self._limits(self._op, *types)[1] if self._limits else None
            function: Any = _exact(self._op, types)
            if not any(isinstance(item, np.dtype) for item in kinds):
                function = _OPERATORS.get(function, function)
        except Exception:  # recording it says what is wrong
            function = limits = None
        found = function, limits
        self[key] = found
        return found


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


def fits(a: Any, b: Any) -> bool:
    """Is the result small enough of two arrays, of which the product of the sizes does not say so?"""
    most = limit.elements
    if a.size > most or b.size > most:
        if not changing or not small(max(a.size, b.size)):
            return False
        most = MEDIUM
    if a.shape == b.shape:
        return True
    longer, shorter = (a.shape, b.shape) if a.ndim >= b.ndim else (b.shape, a.shape)
    lead = len(longer) - len(shorter)
    size: int = math.prod(longer[:lead]) * math.prod(map(max, longer[lead:], shorter))
    return size <= most


def _finish(value: Any) -> Tensor:
    return computed(value if value.ndim < 2 or value.flags.c_contiguous else value.copy())


def on_one(ready: Ready, x: Handle) -> Tensor | None:
    """The row of one operand, None where it is to be recorded."""
    with write_lock:
        a = x._current()
        if a is None or not small(a.size):
            return None
        function = ready[kind_of(a)][0]
        if function is None:
            return None
        try:
            return _finish(silenced(function, a))
        except Exception:
            return None


def on_two(ready: Ready, x: Handle, y: Any, turned: bool = False) -> Tensor | None:
    """The row of two operands, `turned` the other way round, None where it is to be recorded."""
    with write_lock:
        a = x._current()
        if a is None:
            return None
        kind = type(y)
        if kind in NUMBERS:
            b, fit = y, small(a.size)
        else:
            b = y._current() if isinstance(y, Handle) else None
            if b is None:
                return None
            kind, fit = kind_of(b), a.size * b.size <= limit.elements or fits(a, b)
        if not fit:
            return None
        function, limits = ready[(kind, kind_of(a)) if turned else (kind_of(a), kind)]
        if function is None or not (limits is None or limits[0] <= y <= limits[1]):
            return None
        try:
            return _finish(silenced(function, b, a) if turned else silenced(function, a, b))
        except Exception:
            return None
