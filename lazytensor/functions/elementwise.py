"""Elementwise functions: one explicit binding a row of the op table, and NumPy's other names for them.

All take tensors, NumPy arrays, nested lists and Python scalars, broadcast them, and return at once.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.bind import binary, unary
from lazytensor.calling.immediate import at_once
from lazytensor.calling.operators import raised
from lazytensor.calling.out import deliver
from lazytensor.calling.results import astype, operands_of
from lazytensor.calling.ufunc_class import Binary, equip
from lazytensor.calling.ufuncs import call
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.rules import INTEGER_LIMITS, check_scalar
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import node_operand
from lazytensor.core.record import record

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "abs", "absolute", "acos", "acosh", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "around", "asin", "asinh", "atan", "atan2", "atanh", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "cbrt", "ceil", "clip", "conj", "conjugate",
    "copysign", "cos", "cosh", "divide", "equal", "exp", "exp2", "expm1", "floor", "floor_divide", "fmax", "fmin", "fmod",
    "greater", "greater_equal", "hypot", "imag", "invert", "isfinite", "isinf", "isnan", "left_shift", "less", "less_equal",
    "log", "log10", "log1p", "log2", "logaddexp", "logical_and", "logical_not", "logical_or", "logical_xor", "maximum",
    "minimum", "mod", "multiply", "negative", "nextafter", "not_equal", "positive", "pow", "power", "real", "reciprocal",
    "remainder", "right_shift", "rint", "round", "sign", "signbit", "sin", "sinh", "sqrt", "square", "subtract", "tan",
    "tanh", "true_divide", "trunc",
]  # fmt: skip

# Arithmetic

add = binary(ops.add)
subtract = binary(ops.subtract)
multiply = binary(ops.multiply)
divide = true_divide = binary(ops.divide)
floor_divide = binary(ops.floor_divide)
remainder = mod = binary(ops.remainder)
fmod = binary(ops.fmod)
negative = unary(ops.negative)
positive = unary(ops.positive)
abs = absolute = unary(ops.abs)
sign = unary(ops.sign)
square = unary(ops.square)
reciprocal = unary(ops.reciprocal)
sqrt = unary(ops.sqrt)
cbrt = unary(ops.cbrt)
hypot = binary(ops.hypot)
_power = binary(ops.pow)


def _pow(x: Any, y: Any, /, out: Any = None, **keywords: Any) -> Tensor:
    """Raise the first argument to the powers in the second, element-wise.

    The Python scalars 2, 0.5, 1 and -1 as exponents of floats are computed as square, square root, copy and reciprocal, as
    NumPy's operator does; 2 of integers and complex numbers too.

    Raises
    ------
    ValueError
        For integers to a negative Python integer.

    >>> import lazytensor as lt
    >>> print(lt.pow(lt.asarray([1, 2, 3]), 2))
    [1 4 9]
    """
    if out is not None or keywords:
        return _power(x, y, out, **keywords)
    return _power(x, y) if isinstance(x, Handle) and x.dtype.kind == "b" else raised(x, y)


pow: Binary = equip(_pow, ops.pow)
power = pow

# Exponentials and logarithms

exp = unary(ops.exp)
exp2 = unary(ops.exp2)
expm1 = unary(ops.expm1)
log = unary(ops.log)
log2 = unary(ops.log2)
log10 = unary(ops.log10)
log1p = unary(ops.log1p)
logaddexp = binary(ops.logaddexp)

# Trigonometric and hyperbolic functions

sin = unary(ops.sin)
cos = unary(ops.cos)
tan = unary(ops.tan)
asin = arcsin = unary(ops.asin)
acos = arccos = unary(ops.acos)
atan = arctan = unary(ops.atan)
atan2 = arctan2 = binary(ops.atan2)
sinh = unary(ops.sinh)
cosh = unary(ops.cosh)
tanh = unary(ops.tanh)
asinh = arcsinh = unary(ops.asinh)
acosh = arccosh = unary(ops.acosh)
atanh = arctanh = unary(ops.atanh)

# Rounding and the parts of a number

ceil = unary(ops.ceil)
floor = unary(ops.floor)
trunc = unary(ops.trunc)
rint = unary(ops.rint)
_nearest = unary(ops.round)
copysign = binary(ops.copysign)
nextafter = binary(ops.nextafter)
signbit = unary(ops.signbit)
isfinite = unary(ops.isfinite)
isinf = unary(ops.isinf)
isnan = unary(ops.isnan)
conj = conjugate = unary(ops.conj)
_real = unary(ops.real)
_imag = unary(ops.imag)


# No ufuncs in NumPy: the argument has a name.
def real(val: Any) -> Tensor:
    """Return the real part."""
    return _real(val)


def imag(val: Any) -> Tensor:
    """Return the imaginary part: zeros for real dtypes."""
    return _imag(val)


@at_once(np.round)
def round(a: Any, decimals: int = 0, out: Any = None) -> Tensor:
    """Round to the given number of decimals, halves to even; negative `decimals` round to tens, hundreds, ...

    >>> import lazytensor as lt
    >>> print(lt.round(lt.asarray([1.25, 2.5, -0.5])))
    [ 1.  2. -0.]
    """
    made = _rounded(a, operator.index(decimals))
    return made if out is None else deliver(made, out, "round")


def _rounded(x: Any, decimals: int) -> Tensor:
    if decimals == 0:
        return _nearest(x)
    value = wrap(node_operand(x, "round"))
    whole = value.dtype.kind in "biu"
    if whole and decimals > 0:
        return _nearest(value)
    if value.dtype.kind == "c":
        # By parts: a product of complex numbers makes NaNs of an infinity.
        parts = [_rounded(part(value), decimals) for part in (real, imag)]
        return astype(add(parts[0], multiply(parts[1], 1j)), value.dtype, copy=False)
    factor = 10.0 ** (decimals if decimals > 0 else -decimals)
    if decimals > 0:
        return divide(_nearest(multiply(value, factor)), factor)
    result = multiply(_nearest(divide(value, factor)), factor)
    return astype(result, value.dtype) if whole else result


around = round

# Comparisons and logic

equal = binary(ops.equal)
not_equal = binary(ops.not_equal)
less = binary(ops.less)
less_equal = binary(ops.less_equal)
greater = binary(ops.greater)
greater_equal = binary(ops.greater_equal)
logical_and = binary(ops.logical_and)
logical_or = binary(ops.logical_or)
logical_xor = binary(ops.logical_xor)
logical_not = unary(ops.logical_not)
bitwise_and = binary(ops.bitwise_and)
bitwise_or = binary(ops.bitwise_or)
bitwise_xor = binary(ops.bitwise_xor)
bitwise_invert = bitwise_not = invert = unary(ops.bitwise_invert)
bitwise_left_shift = left_shift = binary(ops.bitwise_left_shift)
bitwise_right_shift = right_shift = binary(ops.bitwise_right_shift)

# Choosing

maximum = binary(ops.maximum)
minimum = binary(ops.minimum)
fmax = binary(ops.fmax)
fmin = binary(ops.fmin)


def _record_checked(op: Op, *values: Any) -> Tensor:
    """Record an operation of several operands; Python integers must fit the dtype they are computed in."""
    operands, types = operands_of(op, values)
    for place, item in enumerate(operands):
        if type(item) is int and types[place].kind in "iu":
            check_scalar(op, item, types[place], place)
    return wrap(record(op, operands))


@at_once(np.clip)
def clip(
    a: Any, min: Any = None, max: Any = None, out: Any = None, *, a_min: Any = None, a_max: Any = None, **keywords: Any
) -> Tensor:
    """Limit the values to the interval [min, max]; a bound of None does not limit. NaNs stay.

    Parameters
    ----------
    a : array_like
    min, max : array_like, optional
        Also under NumPy's other names, `a_min` and `a_max`. Python integers beyond the dtype of `a` do not limit.
    out : Tensor or ndarray, optional
        Where the result is stored.
    keywords
        Those of ufuncs: where, casting, dtype.

    >>> import lazytensor as lt
    >>> print(lt.clip(lt.asarray([-3, 2, 9]), 0, 5))
    [0 2 5]
    """
    if (a_min is not None and min is not None) or (a_max is not None and max is not None):
        raise ValueError("clip: a_min and min, or a_max and max, are one argument; give one of them")
    low, high = min if a_min is None else a_min, max if a_max is None else a_max
    if type(low) is int or type(high) is int:
        a = a if isinstance(a, Handle) else wrap(node_operand(a, "clip"))
    if out is not None or keywords:
        return call(_clip, (a, low, high), out, **keywords)  # type: ignore[no-any-return]
    return _clip(a, low, high)


def _clip(x: Any, low: Any, high: Any) -> Tensor:
    limits = INTEGER_LIMITS.get(x.dtype) if isinstance(x, Handle) and (type(low) is int or type(high) is int) else None
    if limits is not None:
        # Bounds beyond the dtype do not limit; one that leaves nothing of it is an error.
        low = None if type(low) is int and low <= limits[0] else low
        high = None if type(high) is int and high >= limits[1] else high
    if low is None and high is None:
        return wrap(record(ops.copy, (node_operand(x, "clip"),)))
    if high is None:
        return maximum(x, low)
    if low is None:
        return minimum(x, high)
    return _record_checked(ops.clip, x, low, high)


_clip.op, _clip.reference, _clip.nin, _clip.nout = ops.clip, None, 3, 1  # type: ignore[attr-defined]
_clip.__name__ = "clip"
