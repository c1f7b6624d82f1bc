"""From a row of the op table to the function users call.

`unary` and `binary` carry the cost of every operator: they resolve dtype and shape by lookups and fall back to `core.record` for
everything but the common case. Written out, because each call level costs 0.1 us of a 1 us budget; a ufunc's keywords are taken
as a dictionary, because each one by name costs 15 ns more. They are described in `calling.ufuncs`.
"""

from __future__ import annotations

from sys import _getframe
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.at_once import NUMBERS, Ready, fits, kind_of, on_one, on_two
from lazytensor.calling.ufunc_class import Binary, Unary, equip
from lazytensor.calling.ufuncs import call
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import sources
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.compiler.ops.rules import INTEGER_LIMITS, check_scalar, comparison_constant
from lazytensor.core.eager import enter, limit, silenced, small
from lazytensor.core.foreign import left, right, unlike
from lazytensor.core.handle import Handle, _tensor_class, computed, stands_for_scalar, wrap
from lazytensor.core.operands import apply, operand
from lazytensor.core.pending import enroll
from lazytensor.core.record import record
from lazytensor.core.sites import _HERE, _WIDTH, user_site
from lazytensor.core.storage import constant

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazytensor.tensor import Tensor

    Operator = Callable[[Any, Any], Tensor]

_EXPONENTS = frozenset({"pow", "float_power", "bitwise_left_shift", "bitwise_right_shift"})
_new = object.__new__
_enter = enter
ARRAYS = (Handle, np.ndarray, np.generic, list, tuple, bool, int, float, complex)


def unary(op: Op) -> Unary:
    """The function of a one-operand elementwise row."""
    results: dict[np.dtype[Any], np.dtype[Any]] = {}
    ready = Ready(op)

    def function(x: Any, /, out: Any = None, **keywords: Any) -> Tensor:
        if out is not None or keywords:
            return call(function, (x,), out, **keywords)  # type: ignore[no-any-return]
        if not isinstance(x, Handle):
            return apply(op, x)
        value = x._array
        if value is None:
            node = x._node
            if (node is None or node.result is not None or node.op.kind is Kind.SOURCE) and (
                made := on_one(ready, x)
            ) is not None:
                return made
        elif small(value.size) and (run := ready[kind_of(value)][0]) is not None:
            try:
                value = _enter(run, value)
            except Exception:
                value = _once_more(run, value)
            if value is not None:
                if value.ndim > 1 and not value.flags.c_contiguous:
                    value = value.copy()
                # As `computed`, without the call.
                result: Any = _new(_tensor_class[0])
                result._array = value
                result._node = result._storage = None
                return result  # type: ignore[no-any-return]
        a = x._node or x._read()
        dtype = results.get(a.dtype)
        if dtype is None:
            dtype = results[a.dtype] = op.resolve(a.dtype).result
        frame = _getframe(1)
        code = frame.f_code
        site = (code, frame.f_lasti) if code.co_filename[:_WIDTH] != _HERE else user_site()
        node = Node(op, (a,), (), a.shape, dtype, a.device, site)
        enroll(node)
        return wrap(node)

    # Pickled by the name it is bound to.
    function.__module__ = _getframe(1).f_globals["__name__"]
    made: Unary = equip(function, op)
    return made


def binary(op: Op) -> Binary:
    """The function of a two-operand elementwise row."""
    plain = _operation(op, frames=2)

    def function(x: Any, y: Any, /, out: Any = None, **keywords: Any) -> Tensor:
        if out is not None or keywords:
            return call(function, (x, y), out, **keywords)  # type: ignore[no-any-return]
        return plain(x, y)

    function.__module__ = _getframe(1).f_globals["__name__"]
    made: Binary = equip(function, op)
    return made


def infix(op: Op) -> Operator:
    """The method of an operator: answers NotImplemented to what is no array, so that Python asks the other operand."""
    return _operation(op, frames=1, operator=True)


def _operation(op: Op, *, frames: int, operator: bool = False) -> Operator:
    """Record an operation on two operands; the user's line is `frames` callers away."""
    results: dict[tuple[Any, Any], tuple[np.dtype[Any], Any]] = {}
    ready = Ready(op, _result)

    def operation(x: Any, y: Any, /) -> Tensor:
        if isinstance(x, Handle):
            kind: Any = type(y)
            number = kind in NUMBERS
            value, other = x._array, y
            if not number:
                if isinstance(y, Handle):
                    other = y._array
                elif operator:
                    return _forward(op, x, y)  # type: ignore[no-any-return]
                else:
                    return _slow(op, x, y)
            if value is None or other is None:
                if _may_be_there(x, y, number) and (made := on_two(ready, x, y)) is not None:
                    return made
            elif (value.size if number else value.size * other.size) <= limit.elements or (
                small(value.size) if number else fits(value, other)
            ):
                run, limits = ready[kind_of(value), kind if number else kind_of(other)]
                if run is not None and (limits is None or limits[0] <= y <= limits[1]):
                    try:
                        value = _enter(run, value, other)
                    except Exception:
                        value = _once_more(run, value, other)
                    if value is not None:
                        if value.ndim > 1 and not value.flags.c_contiguous:
                            value = value.copy()
                        result: Any = _new(_tensor_class[0])
                        result._array = value
                        result._node = result._storage = None
                        return result  # type: ignore[no-any-return]
            a = x._node or x._read()
            if number:
                b = y
            else:
                b = y._node or y._read()
                kind = b.dtype
                if a.shape != b.shape or a.device is not b.device:
                    return wrap(record(op, (a, b)))
            found = results.get((a.dtype, kind))
            if found is None:
                found = results[a.dtype, kind] = _result(op, a.dtype, kind)
            dtype, limits = found
            if limits is not None and not limits[0] <= y <= limits[1]:
                return _slow(op, x, y)
            frame = _getframe(frames)
            code = frame.f_code
            site = (code, frame.f_lasti) if code.co_filename[:_WIDTH] != _HERE else user_site()
            node = Node(op, (a, b), (), a.shape, dtype, a.device, site)
            enroll(node)
            return wrap(node)
        return _slow(op, x, y)

    return operation


def _may_be_there(x: Handle, y: Any, number: bool) -> bool:
    """Is neither a plain tensor whose value is pending, if it is no creation?"""
    node = x._node
    if node is not None and node.result is None and node.op.kind is not Kind.SOURCE:
        return False
    return number or (node := y._node) is None or node.result is not None or node.op.kind is Kind.SOURCE


def _once_more(function: Any, *values: Any) -> Any:
    """The value of a call that raised; None if it does so again: it is recorded, and fails when it is waited for."""
    try:
        return silenced(function, *values)
    except Exception:
        return None


def _result(op: Op, dtype: np.dtype[Any], kind: Any) -> tuple[np.dtype[Any], Any]:
    """The result's dtype, and the range in which a Python integer as second operand needs no thought."""
    signature = op.resolve(dtype, kind)
    if kind is not int:
        return signature.result, None
    limits = INTEGER_LIMITS.get(signature.operands[1])
    if limits is None:
        return signature.result, (-(1 << 53), 1 << 53)
    # A negative integer needs a look even where it fits: as an exponent it does not.
    return signature.result, (0 if op.name in _EXPONENTS else limits[0], limits[1])


def _reflected_result(op: Op, kind: Any, dtype: np.dtype[Any]) -> tuple[np.dtype[Any], Any]:
    """`_result` for a number as first operand."""
    signature = op.resolve(kind, dtype)
    if kind is not int:
        return signature.result, None
    limits = INTEGER_LIMITS.get(signature.operands[0])
    return signature.result, limits or (-(1 << 53), 1 << 53)


def _slow(op: Op, x: Any, y: Any) -> Tensor:
    """Operands that are no tensors, and integers at the edge of a dtype's range."""
    a, b = operand(x, op.name), operand(y, op.name)
    if type(a) is not Node and type(b) is not Node:
        a = constant(np.asarray(a))
    if type(a) is int or type(b) is int:
        first = type(a) is int
        value, array = (a, b) if first else (b, a)
        dtype = op.resolve(*(item.dtype if type(item) is Node else type(item) for item in (a, b))).operands[0 if first else 1]
        answer = comparison_constant(op, value, dtype, first=first)
        if answer is not None:
            return wrap(record(sources.full, (answer,), (array.shape, np.dtype(bool)), device=array.device))
        check_scalar(op, value, dtype, 0 if first else 1)
    return wrap(record(op, (a, b)))


def reflected(op: Op) -> Operator:
    """The operator with its operands exchanged, for a left operand that is no tensor."""
    ready = Ready(op, _reflected_result)

    def reverse(x: Any, y: Any, /) -> Tensor:
        if (kind := type(y)) in NUMBERS:
            value = x._array
            if value is None:
                if _may_be_there(x, y, True) and (found := on_two(ready, x, y, turned=True)) is not None:
                    return found
            elif small(value.size):
                run, limits = ready[kind, kind_of(value)]
                if run is not None and (limits is None or limits[0] <= y <= limits[1]):
                    try:
                        value = _enter(run, y, value)
                    except Exception:
                        value = _once_more(run, y, value)
                    if value is not None:
                        return computed(value if value.ndim < 2 or value.flags.c_contiguous else value.copy())
        if isinstance(y, ARRAYS):
            return _repeated(x, y) if _repeats(op, x, y) else _slow(op, y, x)
        return left(y, x, op.reference, lambda: _slow(op, y, x))  # type: ignore[no-any-return]

    return reverse


def _forward(op: Op, x: Any, y: Any) -> Any:
    """An operator whose right operand is no tensor."""
    differ = op.name in ("equal", "not_equal")
    if isinstance(y, ARRAYS):
        if not differ:
            return _repeated(x, y) if _repeats(op, x, y) else _slow(op, x, y)
        try:
            return _slow(op, x, y)
        except TypeError:  # of strings, dates or objects
            return unlike(op, x, y)
    return right(x, y, op.reference, lambda: _slow(op, x, y), (lambda: unlike(op, x, y)) if differ else None)


def _repeats(op: Op, x: Any, y: Any) -> bool:
    """Is it a list or tuple times a 0-d result of integers? As NumPy's scalars, that repeats it."""
    return op.name == "multiply" and isinstance(y, (list, tuple)) and stands_for_scalar(x) and x.dtype.kind in "iu"


def _repeated(x: Any, y: Any) -> Any:
    return y * x.__index__()


def operators(function: Any, ufunc: np.ufunc) -> tuple[Operator, Operator]:
    """The methods of an operator and of the reflected one that are a function of a chapter."""

    def method(x: Any, y: Any, /) -> Any:
        return function(x, y) if isinstance(y, ARRAYS) else right(x, y, ufunc, lambda: function(x, y))

    def reverse(x: Any, y: Any, /) -> Any:
        return function(y, x) if isinstance(y, ARRAYS) else left(y, x, ufunc, lambda: function(y, x))

    return method, reverse
