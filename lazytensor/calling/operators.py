"""The operators of tensors: the rows of one or two operands as methods, augmented assignments, those that are functions of a chapter,
and Python's conversions."""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from lazytensor.calling.at_once import Way, into
from lazytensor.calling.bind import ARRAYS, back, one, reflected_result, result, two
from lazytensor.calling.immediate import product
from lazytensor.calling.out import deliver
from lazytensor.calling.viewing import transposed
from lazytensor.compiler.ops import elementwise, library
from lazytensor.compiler.ops.row import Op
from lazytensor.core.foreign import left, right
from lazytensor.core.handle import Handle, is_tensor, model, stands_for_scalar
from lazytensor.core.indexing import Indexed
from lazytensor.core.inplace import take
from lazytensor.core.operands import apply
from lazytensor.core.pending import end_statement
from lazytensor.core.statements import put_off, write_lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazytensor.tensor import Tensor

    Operator = Callable[[Any, Any], Tensor]


def operators(function: Any, ufunc: np.ufunc) -> tuple[Operator, Operator]:
    """The methods of an operator and of the reflected one that are a function of a chapter."""

    def method(x: Any, y: Any, /) -> Any:
        return function(x, y) if isinstance(y, ARRAYS) else right(x, y, ufunc, lambda: function(x, y))

    def reverse(x: Any, y: Any, /) -> Any:
        return function(y, x) if isinstance(y, ARRAYS) else left(y, x, ufunc, lambda: function(y, x))

    return method, reverse


_float64, _int64 = np.float64, np.int64


# -- operators ------------------------------------------------------------------------------------------------------------------


def _both(op: Op) -> tuple[Way, Way]:
    return Way(op, result), Way(op, reflected_result, turned=True)


_ADD, _R_ADD = _both(elementwise.add)
_SUBTRACT, _R_SUBTRACT = _both(elementwise.subtract)
_MULTIPLY, _R_MULTIPLY = _both(elementwise.multiply)
_DIVIDE, _R_DIVIDE = _both(elementwise.divide)
_FLOOR_DIVIDE, _R_FLOOR_DIVIDE = _both(elementwise.floor_divide)
_REMAINDER, _R_REMAINDER = _both(elementwise.remainder)
_BITWISE_AND, _R_BITWISE_AND = _both(elementwise.bitwise_and)
_BITWISE_OR, _R_BITWISE_OR = _both(elementwise.bitwise_or)
_BITWISE_XOR, _R_BITWISE_XOR = _both(elementwise.bitwise_xor)
_BITWISE_LEFT_SHIFT, _R_BITWISE_LEFT_SHIFT = _both(elementwise.bitwise_left_shift)
_BITWISE_RIGHT_SHIFT, _R_BITWISE_RIGHT_SHIFT = _both(elementwise.bitwise_right_shift)
_EQUAL = Way(elementwise.equal, result)
_NOT_EQUAL = Way(elementwise.not_equal, result)
_LESS = Way(elementwise.less, result)
_LESS_EQUAL = Way(elementwise.less_equal, result)
_GREATER = Way(elementwise.greater, result)
_GREATER_EQUAL = Way(elementwise.greater_equal, result)
_MATMUL, _R_MATMUL = operators(partial(apply, library.matmul), np.matmul)
_POW, _R_POW = _both(elementwise.pow)
_SQUARE = Way(elementwise.square)
_SQRT = Way(elementwise.sqrt)
_RECIPROCAL = Way(elementwise.reciprocal)
_NEGATIVE = Way(elementwise.negative)
_POSITIVE = Way(elementwise.positive)
_ABS = Way(elementwise.abs)
_BITWISE_INVERT = Way(elementwise.bitwise_invert)


def raised(x: Any, y: Any) -> Tensor:
    """The operator `x ** y`: of arrays of booleans, the square is computed as int8, and `pow` computes in int64."""
    kind = type(y)
    if (kind is int or kind is float) and is_tensor(x):
        if y == 2:
            h = x
            if type(h._array) is _float64 or (type(h._array) is _int64 and kind is int):
                return two(_MULTIPLY, x, x, False)  # a NumPy scalar's product takes a sixth of the time of its ufunc
            letter = x.dtype.kind
            if letter in "fc" or (kind is int and (letter in "iu" or (letter == "b" and not stands_for_scalar(x)))):
                return one(_SQUARE, x)
        elif (y == 0.5 or y == 1 or y == -1) and x.dtype.kind == "f":
            return one(_SQRT if y == 0.5 else _POSITIVE if y == 1 else _RECIPROCAL, x)
    return two(_POW, x, y, False)


def in_place(function: Operator, name: str) -> Operator:
    """An augmented assignment: writes into the tensor (and what aliases it) with NumPy's same-kind rule; a scalar-like result is
    rebound instead."""

    def method(x: Any, y: Any, /) -> Any:
        return _assigned(function, name, x, y)

    return method


def _augmented(way: Way, x: Any, y: Any) -> Tensor:
    """`x op= y`: in place where that can be, else as any function delivers what it made."""
    h = x
    if h._array is not None and type(h._array) is not ndarray:
        return two(way, x, y, True)  # of a scalar it is another name for the result
    if into(way, x, y):
        return x  # type: ignore[no-any-return]
    return _assigned(partial(two, way, operator=True), way.op.name, x, y)  # type: ignore[no-any-return]


def _assigned(function: Any, name: str, x: Any, y: Any) -> Any:
    # Reading and writing are one statement, which no other thread's may come between.
    with write_lock:
        result = function(x, y)
        if isinstance(result, Handle) and result._array is not None and take(x, result._array):
            return x
        if result is NotImplemented:
            if getattr(type(y), "__array_ufunc__", ...) is None:
                # Not left to the other operand, as NumPy has it: nothing could be written in place.
                raise TypeError(f"{name}: operand {type(y).__name__!r} does not support ufuncs (__array_ufunc__=None)")
        elif not stands_for_scalar(x):
            result = deliver(result, x, name)
    if put_off:
        end_statement()
    return result


def _length(x: Handle) -> int:
    value = model(x)
    if type(value) is ndarray:
        array = value
        if array.ndim:
            return array.shape[0]  # type: ignore[no-any-return]
    shape = x.shape
    if not shape:
        raise TypeError("len() of unsized object")
    return shape[0]


def axes_reversed(x: Any) -> Tensor:
    """The view with all axes reversed."""
    made = transposed(x)
    return x.transpose() if made is None else made  # type: ignore[no-any-return]


class Operators(Indexed):
    """What `Tensor` inherits: the operators that are rows of one or two operands, `len`, and Python's conversions of 0-d tensors, which
    wait. Written out: as methods in the body of a class they are found without a look-up where this is compiled."""

    __slots__ = ()

    def __add__(self, other: Any) -> Tensor:
        return two(_ADD, self, other, True)

    def __radd__(self, other: Any) -> Tensor:
        return back(_R_ADD, self, other)

    def __sub__(self, other: Any) -> Tensor:
        return two(_SUBTRACT, self, other, True)

    def __rsub__(self, other: Any) -> Tensor:
        return back(_R_SUBTRACT, self, other)

    def __mul__(self, other: Any) -> Tensor:
        return two(_MULTIPLY, self, other, True)

    def __rmul__(self, other: Any) -> Tensor:
        return back(_R_MULTIPLY, self, other)

    def __truediv__(self, other: Any) -> Tensor:
        return two(_DIVIDE, self, other, True)

    def __rtruediv__(self, other: Any) -> Tensor:
        return back(_R_DIVIDE, self, other)

    def __floordiv__(self, other: Any) -> Tensor:
        return two(_FLOOR_DIVIDE, self, other, True)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return back(_R_FLOOR_DIVIDE, self, other)

    def __mod__(self, other: Any) -> Tensor:
        return two(_REMAINDER, self, other, True)

    def __rmod__(self, other: Any) -> Tensor:
        return back(_R_REMAINDER, self, other)

    def __and__(self, other: Any) -> Tensor:
        return two(_BITWISE_AND, self, other, True)

    def __rand__(self, other: Any) -> Tensor:
        return back(_R_BITWISE_AND, self, other)

    def __or__(self, other: Any) -> Tensor:
        return two(_BITWISE_OR, self, other, True)

    def __ror__(self, other: Any) -> Tensor:
        return back(_R_BITWISE_OR, self, other)

    def __xor__(self, other: Any) -> Tensor:
        return two(_BITWISE_XOR, self, other, True)

    def __rxor__(self, other: Any) -> Tensor:
        return back(_R_BITWISE_XOR, self, other)

    def __lshift__(self, other: Any) -> Tensor:
        return two(_BITWISE_LEFT_SHIFT, self, other, True)

    def __rlshift__(self, other: Any) -> Tensor:
        return back(_R_BITWISE_LEFT_SHIFT, self, other)

    def __rshift__(self, other: Any) -> Tensor:
        return two(_BITWISE_RIGHT_SHIFT, self, other, True)

    def __rrshift__(self, other: Any) -> Tensor:
        return back(_R_BITWISE_RIGHT_SHIFT, self, other)

    def __eq__(self, other: Any) -> Tensor:  # type: ignore[override]
        return two(_EQUAL, self, other, True)

    def __ne__(self, other: Any) -> Tensor:  # type: ignore[override]
        return two(_NOT_EQUAL, self, other, True)

    def __lt__(self, other: Any) -> Tensor:
        return two(_LESS, self, other, True)

    def __le__(self, other: Any) -> Tensor:
        return two(_LESS_EQUAL, self, other, True)

    def __gt__(self, other: Any) -> Tensor:
        return two(_GREATER, self, other, True)

    def __ge__(self, other: Any) -> Tensor:
        return two(_GREATER_EQUAL, self, other, True)

    def __iadd__(self, other: Any) -> Tensor:
        return _augmented(_ADD, self, other)

    def __isub__(self, other: Any) -> Tensor:
        return _augmented(_SUBTRACT, self, other)

    def __imul__(self, other: Any) -> Tensor:
        return _augmented(_MULTIPLY, self, other)

    def __itruediv__(self, other: Any) -> Tensor:
        return _augmented(_DIVIDE, self, other)

    def __ifloordiv__(self, other: Any) -> Tensor:
        return _augmented(_FLOOR_DIVIDE, self, other)

    def __imod__(self, other: Any) -> Tensor:
        return _augmented(_REMAINDER, self, other)

    def __iand__(self, other: Any) -> Tensor:
        return _augmented(_BITWISE_AND, self, other)

    def __ior__(self, other: Any) -> Tensor:
        return _augmented(_BITWISE_OR, self, other)

    def __ixor__(self, other: Any) -> Tensor:
        return _augmented(_BITWISE_XOR, self, other)

    def __ilshift__(self, other: Any) -> Tensor:
        return _augmented(_BITWISE_LEFT_SHIFT, self, other)

    def __irshift__(self, other: Any) -> Tensor:
        return _augmented(_BITWISE_RIGHT_SHIFT, self, other)

    def __neg__(self) -> Tensor:
        return one(_NEGATIVE, self)

    def __pos__(self) -> Tensor:
        return one(_POSITIVE, self)

    def __abs__(self) -> Tensor:
        return one(_ABS, self)

    def __invert__(self) -> Tensor:
        return one(_BITWISE_INVERT, self)

    def __pow__(self, other: Any) -> Tensor:
        if type(other) is int or type(other) is float or isinstance(other, ARRAYS):
            return raised(self, other)
        return right(self, other, np.power, partial(raised, self, other))  # type: ignore[no-any-return]

    def __rpow__(self, other: Any) -> Tensor:
        if type(other) is float:
            return back(_R_POW, self, other)
        if isinstance(other, ARRAYS):
            return raised(other, self)
        return left(other, self, np.power, partial(raised, other, self))  # type: ignore[no-any-return]

    def __matmul__(self, other: Any) -> Tensor:
        made = product(self, other)
        return _MATMUL(self, other) if made is None else made

    def __rmatmul__(self, other: Any) -> Tensor:
        return _R_MATMUL(self, other)

    def __len__(self) -> int:
        return _length(self)

    # -- numbers ---------------------------------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        value = self._array
        if value is not None and (type(value) is not ndarray or not value.ndim):
            return True if value else False  # noqa: SIM210  (compiled, without a call)
        size = math.prod(self.shape)
        if size != 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
                if size
                else "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty."
            )
        return bool(self._value().reshape(-1)[0])

    def _scalar(self, kind: str) -> Any:
        """The one number of a 0-d tensor, waited for, as a NumPy scalar."""
        if self.shape != ():
            raise TypeError(f"only 0-dimensional arrays can be converted to {kind}, got shape {self.shape}")
        return self._value()[()]

    def __float__(self) -> float:
        value = self._array
        if type(value) is _float64 or (value is not None and not value.ndim and value.dtype.kind != "c"):
            return float(value)
        if self.dtype.kind == "c":
            raise TypeError("float() argument must be a real number, not a complex tensor")
        return float(self._scalar("a Python float"))

    def __int__(self) -> int:
        value = self._array
        if type(value) is _int64 or (value is not None and not value.ndim and value.dtype.kind != "c"):
            return int(value)
        if self.dtype.kind == "c":
            raise TypeError("int() argument must be a real number, not a complex tensor")
        return int(self._scalar("a Python int"))

    def __complex__(self) -> complex:
        return complex(self._scalar("a Python complex"))

    def __index__(self) -> int:
        value = self._array
        if type(value) is _int64 or (value is not None and not value.ndim and value.dtype.kind in "iu"):
            return operator.index(value)
        if self.dtype.kind not in "iu" or self.shape != ():
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return operator.index(self._scalar("an index"))
