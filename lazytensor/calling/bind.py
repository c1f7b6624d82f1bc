"""From a row of the op table to the function users call.

`unary` and `binary` carry the cost of every operator: they resolve dtype and shape by lookups and fall back to `core.record` for
everything but the common case. Written out, because each call level costs 0.1 us of a 1 us budget; a ufunc's keywords are taken
as a dictionary, because each one by name costs 15 ns more. They are described in `calling.ufuncs`.
"""

from __future__ import annotations

from sys import _getframe
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.ufunc_class import Binary, Unary, equip
from lazytensor.calling.ufuncs import call
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import sources
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.rules import INTEGER_LIMITS, check_scalar, comparison_constant
from lazytensor.core.foreign import left, right, unlike
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import apply, constant, operand
from lazytensor.core.pending import enroll
from lazytensor.core.record import record
from lazytensor.core.sites import _HERE, _WIDTH, user_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazytensor.tensor import Tensor

    Operator = Callable[[Any, Any], Tensor]

ARRAYS = (Handle, np.ndarray, np.generic, list, tuple, bool, int, float, complex)


def unary(op: Op) -> Unary:
    """The function of a one-operand elementwise row."""
    results: dict[np.dtype[Any], np.dtype[Any]] = {}

    def function(x: Any, /, out: Any = None, **keywords: Any) -> Tensor:
        if out is not None or keywords:
            return call(function, (x,), out, **keywords)  # type: ignore[no-any-return]
        if not isinstance(x, Handle):
            return apply(op, x)
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

    def operation(x: Any, y: Any, /) -> Tensor:
        if isinstance(x, Handle):
            a = x._node or x._read()
            kind: Any = type(y)
            if kind is int or kind is float or kind is bool or kind is complex:
                b = y
            elif isinstance(y, Handle):
                b = y._node or y._read()
                kind = b.dtype
                if a.shape != b.shape or a.device is not b.device:
                    return wrap(record(op, (a, b)))
            elif operator:
                return _forward(op, x, y)  # type: ignore[no-any-return]
            else:
                return _slow(op, x, y)
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


def _result(op: Op, dtype: np.dtype[Any], kind: Any) -> tuple[np.dtype[Any], Any]:
    """The result's dtype, and the range in which a Python integer as second operand needs no thought."""
    signature = op.resolve(dtype, kind)
    if kind is not int:
        return signature.result, None
    limits = INTEGER_LIMITS.get(signature.operands[1])
    if limits is None:
        return signature.result, (-(1 << 53), 1 << 53)
    # A negative integer needs a look even where it fits: as an exponent it does not.
    return signature.result, (0, limits[1])


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

    def reverse(x: Any, y: Any, /) -> Tensor:
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
    return op.name == "multiply" and isinstance(y, (list, tuple)) and x._node is not None and not x.shape and x.dtype.kind in "iu"


def _repeated(x: Any, y: Any) -> Any:
    return y * x.__index__()


def operators(function: Any, ufunc: np.ufunc) -> tuple[Operator, Operator]:
    """The methods of an operator and of the reflected one that are a function of a chapter."""

    def method(x: Any, y: Any, /) -> Any:
        return function(x, y) if isinstance(y, ARRAYS) else right(x, y, ufunc, lambda: function(x, y))

    def reverse(x: Any, y: Any, /) -> Any:
        return function(y, x) if isinstance(y, ARRAYS) else left(y, x, ufunc, lambda: function(y, x))

    return method, reverse
