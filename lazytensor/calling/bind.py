"""From a row of the op table to the function users call.

`one` and `two` carry the cost of every operator: they resolve dtype and shape by lookups and fall back to `core.record` for
everything but the common case. A ufunc's keywords are taken as a dictionary, because each one by name costs 15 ns more. They are
described in `calling.ufuncs`.
"""

from __future__ import annotations

from functools import partial
from sys import _getframe
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.at_once import Way, meet, meet_one, on_any, on_one, on_other, on_two
from lazytensor.calling.out import deliver
from lazytensor.calling.ufunc_class import Binary, Unary, equip
from lazytensor.calling.ufuncs import call
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import sources
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.rules import INTEGER_LIMITS, check_scalar, comparison_constant
from lazytensor.core.foreign import left, right, unlike
from lazytensor.core.handle import Handle, is_tensor, pending, stands_for_scalar, wrap
from lazytensor.core.operands import apply, operand
from lazytensor.core.pending import enroll
from lazytensor.core.record import record
from lazytensor.core.sites import is_ours, user_site, users_file
from lazytensor.core.storage import constant

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazytensor.tensor import Tensor

    Operator = Callable[[Any, Any], Tensor]

_EXPONENTS = frozenset({"pow", "float_power", "bitwise_left_shift", "bitwise_right_shift"})
ARRAYS = (Handle, np.ndarray, np.generic, list, tuple, bool, int, float, complex)


def unary(op: Op) -> Unary:
    """The function of a one-operand elementwise row."""
    way = Way(op)

    def function(x: Any, /, out: Any = None, **keywords: Any) -> Tensor:
        if out is not None or keywords:
            if not keywords and isinstance(out, Handle):
                return deliver(one(way, x), out, op.name, fixed=0)
            return call(function, (x,), out, **keywords)  # type: ignore[no-any-return]
        return one(way, x)

    # Pickled by the name it is bound to.
    function.__module__ = _getframe(_ABOVE).f_globals["__name__"]
    made: Unary = equip(function, op)
    return made


def binary(op: Op) -> Binary:
    """The function of a two-operand elementwise row."""
    way = Way(op, result)

    def function(x: Any, y: Any, /, out: Any = None, **keywords: Any) -> Tensor:
        if out is not None or keywords:
            if not keywords and isinstance(out, Handle):
                return deliver(two(way, x, y, False), out, op.name, fixed=0)
            return call(function, (x, y), out, **keywords)  # type: ignore[no-any-return]
        return two(way, x, y, False)

    function.__module__ = _getframe(_ABOVE).f_globals["__name__"]
    made: Binary = equip(function, op)
    return made


def one(way: Way, x: Any) -> Tensor:
    """The row of one operand, at once or recorded, for a function that the user called."""
    if not is_tensor(x):
        made = on_other(way, x)
        return apply(way.op, x) if made is None else made
    h = x
    a = h._array
    n = h._node
    if a is not None:
        made = meet_one(way, a)
        if made is not None:
            return made
    elif not pending(h):
        made = on_one(way, h)
        if made is not None:
            return made
    if n is None:
        n = h._read()
    signature = way.signature
    if signature[0] is not n.dtype:
        signature = way.sign(n.dtype, None)
    frame = _getframe(_FRAMES)
    code = frame.f_code
    site = (code, frame.f_lasti) if code.co_filename is users_file[0] or not is_ours(code) else user_site()
    node = Node(way.op, (n,), (), n.shape, signature[2], n.device, site)
    enroll(node)
    return wrap(node)


def two(way: Way, x: Any, y: Any, operator: bool) -> Tensor:
    """The row of two operands, at once or recorded, for a function that the user called, or an operator: that answers NotImplemented to
    what is no array, so that Python asks the other operand."""
    if not is_tensor(x):
        made = on_any(way, x, y)
        return _slow(way.op, x, y) if made is None else made
    h = x
    a = h._array
    g = None
    if is_tensor(y):
        g = y
        b = g._array
    elif type(y) is float or type(y) is int or type(y) is bool or type(y) is complex:
        b = y
    else:
        made = on_any(way, x, y)
        if made is not None:
            return made
        return _forward(way.op, x, y) if operator else _slow(way.op, x, y)
    if a is not None and b is not None:
        made = meet(way, a, b)
        if made is not None:
            return made
    elif not pending(h) and (g is None or not pending(g)):
        made = on_two(way, h, y)
        if made is not None:
            return made
    n = h._node
    if n is None:
        n = h._read()
    if g is None:
        operands = n, y
        kind: Any = type(y)
    else:
        m = g._node
        if m is None:
            m = g._read()
        if n.shape != m.shape or n.device is not m.device:
            return wrap(record(way.op, (n, m)))
        operands = n, m
        kind = m.dtype
    signature = way.signature
    if signature[0] is not n.dtype or signature[1] is not kind:
        signature = way.sign(n.dtype, kind)
    limits = signature[3]
    if limits is not None and not limits[0] <= y <= limits[1]:
        return _slow(way.op, x, y)
    frame = _getframe(_FRAMES)
    code = frame.f_code
    site = (code, frame.f_lasti) if code.co_filename is users_file[0] or not is_ours(code) else user_site()
    node = Node(way.op, operands, (), n.shape, signature[2], n.device, site)
    enroll(node)
    return wrap(node)


def back(way: Way, x: Any, y: Any) -> Tensor:
    """An operator with its operands exchanged, for a left operand that is no tensor."""
    if type(y) is float or type(y) is int or type(y) is bool or type(y) is complex:
        h = x
        a = h._array
        if a is not None:
            made = meet(way, a, y)
            if made is not None:
                return made
        elif not pending(h):
            made = on_two(way, h, y)
            if made is not None:
                return made
    if isinstance(y, ARRAYS):
        return _repeated(x, y) if _repeats(way.op, x, y) else _slow(way.op, y, x)
    return left(y, x, way.op.reference, partial(_slow, way.op, y, x))  # type: ignore[no-any-return]


# What is between `two` and the user's line: its caller, unless this module is compiled. A compiled function has no frame.
_FRAMES, _ABOVE = (2, 1) if isinstance(two, FunctionType) else (0, 0)


def result(op: Op, dtype: np.dtype[Any], kind: Any) -> tuple[np.dtype[Any], Any]:
    """The result's dtype, and the range in which a Python integer as second operand needs no thought."""
    signature = op.resolve(dtype, kind)
    if kind is not int:
        return signature.result, None
    limits = INTEGER_LIMITS.get(signature.operands[1])
    if limits is None:
        return signature.result, (-(1 << 53), 1 << 53)
    # A negative integer needs a look even where it fits: as an exponent it does not.
    return signature.result, (0 if op.name in _EXPONENTS else limits[0], limits[1])


def reflected_result(op: Op, kind: Any, dtype: np.dtype[Any]) -> tuple[np.dtype[Any], Any]:
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
