"""The elementwise operations: one row a function, computed element by element over broadcast operands.

Bounds (`ulp`) are the sum of the compiled function's error and NumPy's, the larger of both precisions, rounded up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, standard
from lazytensor.compiler.ops.factories import by_rows, call, comparison, elementwise, function, reals
from lazytensor.compiler.ops.row import Domain, Op, Signature
from lazytensor.compiler.tuning import COPY_GRAIN

# Arithmetic

add = elementwise("add", np.add, cpu={"b": "{x} | {y}", "iufc": "{x} + {y}"}, doc="Add arguments element-wise.")
subtract = elementwise("subtract", np.subtract, cpu={"iufc": "{x} - {y}"}, doc="Subtract arguments element-wise.")
multiply = elementwise(
    "multiply", np.multiply,
    cpu={"b": "{x} & {y}", "iuf": "{x} * {y}", "c": "multiply_{t}({x}, {y})"},
    doc="Multiply arguments element-wise.",
)  # fmt: skip
divide = elementwise(
    "divide", np.divide,
    cpu={"f": "{x} / {y}"}, flops=4,
    doc="Divide arguments element-wise; integers give floats.",
)  # fmt: skip
floor_divide = elementwise(
    "floor_divide", np.floor_divide,
    cpu={"iuf": "floor_divide_{t}({x}, {y})"}, flops=8, numpy_ns={"f": 23, "i": 3, "u": 3}, standard={"f": standard.floor_divide},
    doc="Return the largest integer not greater than the quotient of the arguments.",
)  # fmt: skip
remainder = elementwise(
    "remainder", np.remainder,
    cpu={"iuf": "remainder_{t}({x}, {y})"}, flops=8, numpy_ns={"f": 13, "i": 3, "u": 3},
    doc="Return the remainder of floor division, with the sign of the divisor.",
)  # fmt: skip
fmod = elementwise(
    "fmod", np.fmod,
    cpu={"iuf": "fmod_{t}({x}, {y})"}, flops=8, numpy_ns={"f": 18, "i": 3, "u": 3},
    doc="Return the remainder of truncated division, with the sign of the dividend.",
)  # fmt: skip
pow = function(
    "pow", np.power,
    domain=(reals(0, 10), reals(-8, 8)), flops=40, ulp=3,
    doc="Raise the first argument to the powers in the second.",
)  # fmt: skip
negative = elementwise("negative", np.negative, cpu={"iufc": "-{x}"}, doc="Numerical negative, element-wise.")
positive = elementwise("positive", np.positive, cpu={"iufc": "{x}"}, doc="Numerical positive: a copy, element-wise.")
abs = elementwise(
    "abs", np.absolute,
    cpu={"bu": "{x}", "ifc": "abs_{t}({x})"}, ulp=1,
    doc="Calculate the absolute value element-wise.",
)  # fmt: skip
sign = elementwise(
    "sign", np.sign,
    cpu={"iuf": "sign_{t}({x})"},
    doc="Return an element-wise indication of the sign: -1, 0 or 1.",
)  # fmt: skip
square = elementwise(
    "square", np.square,
    cpu={"iuf": "{x} * {x}", "c": "square_{t}({x})"},
    doc="Return the element-wise square.",
)  # fmt: skip
reciprocal = function("reciprocal", np.reciprocal, flops=4, doc="Return the reciprocal, element-wise.")
sqrt = function("sqrt", np.sqrt, domain=reals(-1, 100), flops=6, doc="Return the non-negative square root.")
cbrt = function("cbrt", np.cbrt, domain=reals(-100, 100), flops=20, ulp=3, doc="Return the cube root, element-wise.")
hypot = function(
    "hypot", np.hypot, flops=10, numpy_ns=22, ulp=3, doc="Given the legs of a right triangle, return its hypotenuse."
)

# Exponentials and logarithms

exp = function("exp", np.exp, domain=reals(-100, 90), flops=20, ulp=4, doc="Calculate the exponential.")
exp2 = function("exp2", np.exp2, domain=reals(-140, 127), flops=20, ulp=4, doc="Calculate 2**x element-wise.")
expm1 = function(
    "expm1", np.expm1,
    domain=reals(-20, 80), flops=25, ulp=4, standard={"c": standard.expm1},
    doc="Calculate exp(x) - 1 accurately.",
)  # fmt: skip
log = function("log", np.log, domain=reals(-1, 100), flops=20, ulp=5, doc="Natural logarithm, element-wise.")
log2 = function("log2", np.log2, domain=reals(-1, 100), flops=25, ulp=4, doc="Base-2 logarithm, element-wise.")
log10 = function("log10", np.log10, domain=reals(-1, 100), flops=25, ulp=5, doc="Base-10 logarithm, element-wise.")
log1p = function("log1p", np.log1p, domain=reals(-1.5, 100), flops=25, ulp=3, doc="Calculate log(1 + x) accurately.")
logaddexp = function(
    "logaddexp", np.logaddexp,
    domain=reals(-50, 50), flops=45, numpy_ns=23, ulp=6,
    doc="Logarithm of the sum of exponentials of the arguments.",
)  # fmt: skip

# Trigonometric and hyperbolic functions

sin = function("sin", np.sin, domain=reals(-100, 100), flops=20, numpy_ns=6.5, ulp=3, doc="Trigonometric sine, element-wise.")
cos = function("cos", np.cos, domain=reals(-100, 100), flops=20, numpy_ns=6.5, ulp=3, doc="Cosine, element-wise.")
tan = function("tan", np.tan, domain=reals(-100, 100), flops=30, ulp=6, doc="Tangent, element-wise.")
asin = function("asin", np.arcsin, domain=reals(-1.1, 1.1), flops=20, ulp=5, doc="Inverse sine, element-wise.")
acos = function("acos", np.arccos, domain=reals(-1.1, 1.1), flops=20, ulp=4, doc="Inverse cosine, element-wise.")
atan = function("atan", np.arctan, flops=20, ulp=4, doc="Inverse tangent, element-wise.")
atan2 = function(
    "atan2", np.arctan2,
    flops=30, ulp=5,
    doc="Angle of the point with ordinate x1 and abscissa x2, in the right quadrant.",
)  # fmt: skip
sinh = function("sinh", np.sinh, domain=reals(-80, 80), flops=25, ulp=3, doc="Hyperbolic sine, element-wise.")
cosh = function("cosh", np.cosh, domain=reals(-80, 80), flops=25, ulp=5, doc="Hyperbolic cosine, element-wise.")
tanh = function(
    "tanh", np.tanh,
    domain=reals(-20, 20), flops=20, ulp=3, standard={"c": standard.tanh},
    doc="Hyperbolic tangent, element-wise.",
)  # fmt: skip
asinh = function("asinh", np.arcsinh, flops=30, ulp=3, doc="Inverse hyperbolic sine, element-wise.")
acosh = function("acosh", np.arccosh, domain=reals(0.5, 100), flops=30, ulp=3, doc="Inverse hyperbolic cosine.")
atanh = function("atanh", np.arctanh, domain=reals(-1.1, 1.1), flops=30, ulp=3, doc="Inverse hyperbolic tangent.")

# Rounding and the parts of a number


def _round(x: Any) -> Any:
    return np.array(x, order="C") if np.asarray(x).dtype.kind in "biu" else np.rint(x)


def rounding(name: str, kernel: str, reference: Callable[..., Any], ufunc: np.ufunc, doc: str) -> Op:
    """A row that rounds floats and keeps integers."""
    cpu = {"biu": "{x}", **call(kernel)}
    return elementwise(name, reference, cpu=cpu, signature=rules.rounding(name, ufunc), arity=1, doc=doc)


ceil = rounding("ceil", "ceil", np.ceil, np.ceil, "Return the ceiling of the input, element-wise.")
floor = rounding("floor", "floor", np.floor, np.floor, "Return the floor of the input, element-wise.")
trunc = rounding("trunc", "trunc", np.trunc, np.trunc, "Return the input rounded towards zero, element-wise.")
round = rounding("round", "rint", _round, np.rint, "Round to the nearest integer, halves to even, element-wise.")

rint = function("rint", np.rint, doc="Round to the nearest integer, halves to even, element-wise; integers give floats.")
copysign = function("copysign", np.copysign, doc="Change the sign of x1 to that of x2, element-wise.")
nextafter = function("nextafter", np.nextafter, flops=4, numpy_ns=11, doc="Return the next value after x1 towards x2.")
signbit = function("signbit", np.signbit, doc="Return True where the sign bit is set (less than zero).")
isfinite = elementwise(
    "isfinite", np.isfinite,
    cpu={"f": "isfinite_{t}({x})", "biu": "{x} == {x}"},
    doc="Test for finiteness (neither infinity nor NaN).",
)  # fmt: skip
isinf = elementwise(
    "isinf", np.isinf,
    cpu={"f": "isinf_{t}({x})", "biu": "{x} != {x}"},
    doc="Test for positive or negative infinity.",
)  # fmt: skip
isnan = elementwise("isnan", np.isnan, cpu={"f": "isnan_{t}({x})", "biuc": "{x} != {x}"}, doc="Test for NaN, element-wise.")
conj = elementwise(
    "conj", np.conjugate,
    cpu={"iuf": "{x}", "c": "conj_{t}({x})"},
    doc="Return the complex conjugate, element-wise.",
)  # fmt: skip


def _real(x: Any) -> Any:
    return np.array(np.asarray(x).real, order="C")


def _imag(x: Any) -> Any:
    return np.array(np.asarray(x).imag, order="C")


def component(name: str) -> rules.Rule:
    """Of a complex dtype, its parts'; else the dtype itself."""

    def rule(argument: Any) -> Signature:
        operands, dtype = rules.unchanged(name)(argument)
        return Signature(operands, np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype)

    return rule


real = elementwise(
    "real", _real,
    cpu={"biuf": "{x}", "c": "real_{t}({x})"}, signature=component("real"), arity=1,
    doc="Return the real part.",
)  # fmt: skip
imag = elementwise(
    "imag", _imag,
    cpu={"biuf": "0", "c": "imag_{t}({x})"}, signature=component("imag"), arity=1,
    doc="Return the imaginary part: zeros for real dtypes.",
)  # fmt: skip

# Comparisons and logic

equal = comparison("equal", np.equal, "==", "biufc", "Return (x1 == x2) element-wise.")
not_equal = comparison("not_equal", np.not_equal, "!=", "biufc", "Return (x1 != x2) element-wise.")
less = comparison("less", np.less, "<", "biuf", "Return the truth value of (x1 < x2) element-wise.")
less_equal = comparison("less_equal", np.less_equal, "<=", "biuf", "Return the truth value of (x1 <= x2) element-wise.")
greater = comparison("greater", np.greater, ">", "biuf", "Return the truth value of (x1 > x2) element-wise.")
greater_equal = comparison("greater_equal", np.greater_equal, ">=", "biuf", "Return the truth value of (x1 >= x2) element-wise.")


def truth(name: str, operands: int) -> rules.Rule:
    """Every operand is cast to boolean: what NumPy's loops do for each dtype."""

    def rule(*arguments: Any) -> Signature:
        rules.check_supported(name, "biufc", arguments)
        return Signature((rules.BOOL,) * operands, rules.BOOL)

    return rule


def logical(name: str, ufunc: np.ufunc, cpu: str, doc: str) -> Op:
    """A row of a truth function."""
    return elementwise(name, ufunc, cpu=cpu, signature=truth(name, ufunc.nin), doc=doc)


logical_and = logical("logical_and", np.logical_and, "{x} & {y}", "Compute the truth value of x1 AND x2 element-wise.")
logical_or = logical("logical_or", np.logical_or, "{x} | {y}", "Compute the truth value of x1 OR x2 element-wise.")
logical_xor = logical("logical_xor", np.logical_xor, "{x} ^ {y}", "Compute the truth value of x1 XOR x2, element-wise.")
logical_not = logical("logical_not", np.logical_not, "{x} == 0", "Compute the truth value of NOT x element-wise.")

BITS = Domain(-100, 100, (0.0, 1.0, -1.0))
SHIFTS = Domain(0, 10, (0.0, 1.0, 100.0))
bitwise_and = elementwise("bitwise_and", np.bitwise_and, cpu={"biu": "{x} & {y}"}, domain=BITS, doc="Compute the bit-wise AND.")
bitwise_or = elementwise("bitwise_or", np.bitwise_or, cpu={"biu": "{x} | {y}"}, domain=BITS, doc="Compute the bit-wise OR.")
bitwise_xor = elementwise("bitwise_xor", np.bitwise_xor, cpu={"biu": "{x} ^ {y}"}, domain=BITS, doc="Compute the bit-wise XOR.")
bitwise_invert = elementwise(
    "bitwise_invert", np.invert,
    cpu={"b": "{x} == 0", "iu": "~{x}"}, domain=BITS,
    doc="Compute the bit-wise NOT.",
)  # fmt: skip
bitwise_left_shift = elementwise(
    "bitwise_left_shift", np.left_shift,
    cpu={"iu": "left_shift_{t}({x}, {y})"}, domain=(BITS, SHIFTS),
    doc="Shift the bits of an integer to the left.",
)  # fmt: skip
bitwise_right_shift = elementwise(
    "bitwise_right_shift", np.right_shift,
    cpu={"iu": "right_shift_{t}({x}, {y})"}, domain=(BITS, SHIFTS),
    doc="Shift the bits of an integer to the right.",
)  # fmt: skip


def _multiply_high(x: Any, y: Any) -> Any:
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype.kind not in "iu" or y.dtype.kind not in "iu":
        raise TypeError(f"multiply_high: expects integers, got {x.dtype} and {y.dtype}")
    a, b = x.astype(np.uint64), y.astype(np.uint64)
    a_low, a_high, b_low, b_high = a & low, a >> half, b & low, b >> half
    middle = a_high * b_low + ((a_low * b_low) >> half)
    return a_high * b_high + (middle >> half) + ((a_low * b_high + (middle & low)) >> half)


def unsigned_words(*arguments: Any) -> Signature:
    """Two integers, cast to uint64."""
    rules.check_supported("multiply_high", "iu", arguments)
    return Signature((rules.UINT64, rules.UINT64), rules.UINT64)


multiply_high = elementwise(
    "multiply_high", _multiply_high,
    cpu={"u": "mulhi_u64({x}, {y})"}, signature=unsigned_words, arity=2, domain=BITS, flops=2,
    doc="Return the upper 64 bits of the product of uint64 numbers.",
)  # fmt: skip

# Choosing

MAXIMUM, MINIMUM = "maximum_{t}({x}, {y})", "minimum_{t}({x}, {y})"
maximum = elementwise("maximum", np.maximum, cpu={"biuf": MAXIMUM}, doc="Element-wise maximum; NaNs propagate.")
minimum = elementwise("minimum", np.minimum, cpu={"biuf": MINIMUM}, doc="Element-wise minimum; NaNs propagate.")
fmax = elementwise(
    "fmax", np.fmax,
    cpu={"f": "fmax_{t}({x}, {y})", "biu": MAXIMUM},
    doc="Element-wise maximum; NaNs are ignored.",
)  # fmt: skip
fmin = elementwise(
    "fmin", np.fmin,
    cpu={"f": "fmin_{t}({x}, {y})", "biu": MINIMUM},
    doc="Element-wise minimum; NaNs are ignored.",
)  # fmt: skip


def limited(x: Any, low: Any, high: Any) -> Signature:
    """The common dtype, where only the limits can be weak: np.clip makes an array of its first argument."""
    rules.check_supported("clip", "biufc", (x, low, high))
    return rules.common("clip")(rules.strong(x), low, high)


clip = elementwise(
    "clip", np.clip,
    cpu={"biuf": "minimum_{t}(maximum_{t}({x}, {y}), {z})"}, signature=limited, arity=3, flops=2,
    domain=(rules.ANY, reals(-5, 0), reals(0, 5)),
    doc="Limit the values to the interval between the second argument and the third.",
)  # fmt: skip


def chosen(condition: Any, x: Any, y: Any) -> Signature:
    """A condition of any dtype, and two operands of which the result has the common dtype."""
    rules.check_supported("where", "biufc", (condition, x, y))
    operands, dtype = rules.common("where")(x, y)
    return Signature((rules.BOOL, *operands), dtype)


where = elementwise(
    "where", np.where,
    cpu="select_{t}({x}, {y}, {z})", signature=chosen, arity=3,
    doc="Return elements of the second argument where the first is true, else of the third.",
)  # fmt: skip

# Copies


def _copy(x: Any) -> Any:
    return np.array(x, order="C")


def _astype(x: Any, dtype: np.dtype[Any]) -> Any:
    return np.array(rules.fitting(x, dtype)).astype(dtype, order="C")


def converted(argument: Any, dtype: Any) -> Signature:
    """From any dtype to any other, both being ones that tensors have."""
    rules.check_supported("astype", "biufc", (argument, dtype))
    return Signature((rules.strong(argument),), dtype)


copy = elementwise(
    "copy", _copy, into=by_rows(lambda x: x, COPY_GRAIN),
    cpu="{x}", signature=rules.unchanged("copy"), arity=1, flops=0, doc="Return a copy.",
)  # fmt: skip
astype = elementwise(
    "astype", _astype, into=by_rows(rules.fitting, COPY_GRAIN),
    cpu="{x}", signature=converted, arity=1,
    doc="Return a copy, cast to a dtype (the parameter).",
)  # fmt: skip
