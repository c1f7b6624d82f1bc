"""Elementwise operations on the parts of floats and the bits and divisors of integers, and NumPy's rarer functions.

A reference that NumPy would let compute in float16, which no tensor has, is given float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules
from lazytensor.compiler.ops.elementwise import BITS
from lazytensor.compiler.ops.factories import by_rows, call, elementwise, function, reals
from lazytensor.compiler.ops.row import Domain, Signature

# The parts of a float


def _widened(x: Any) -> Any:
    array = np.asarray(x)
    return array.astype(np.float32) if array.itemsize == 1 else array


def exponents(*arguments: Any) -> Signature:
    """The operand of the mantissa, and int32."""
    return Signature(rules.by_ufunc("frexp_exponent", np.frexp)(*arguments).operands, np.dtype(np.int32))


def scaled(*arguments: Any) -> Signature:
    """NumPy's promotion of a float and an integer exponent; kernels compute with the exponent as a float."""
    rules.check_supported("ldexp", "biufc", arguments)
    try:
        dtype = np.ldexp.resolve_dtypes((*rules.strengthen(arguments), None))[2]
    except TypeError:
        raise TypeError(
            f"ldexp: expects a real operand and integer exponents, got {rules.join([rules.describe(item) for item in arguments])}"
        ) from None
    dtype = rules.FLOAT32 if dtype.char == "e" else dtype
    return Signature((dtype, dtype), dtype)


def _ldexp(x: Any, exponent: Any) -> Any:
    dtype = scaled(*[item.dtype if hasattr(item, "dtype") else type(item) for item in (x, exponent)]).result
    if type(exponent) is int:  # NumPy's is a C long
        exponent = max(-(1 << 20), min(exponent, 1 << 20))
    return np.ldexp(np.asarray(x, dtype), exponent)


frexp_mantissa = elementwise(
    "frexp_mantissa", lambda x: np.frexp(_widened(x))[0],
    cpu=call("frexp_mantissa"), signature=rules.by_ufunc("frexp_mantissa", np.frexp), arity=1, flops=4,
    doc="Return the mantissas, at least 1/2 and less than 1 in size, of floats written as mantissa * 2**exponent.",
)  # fmt: skip
frexp_exponent = elementwise(
    "frexp_exponent", lambda x: np.frexp(_widened(x))[1],
    cpu=call("frexp_exponent"), signature=exponents, arity=1, flops=4,
    doc="Return the exponents of floats written as mantissa * 2**exponent.",
)  # fmt: skip
ldexp = elementwise(
    "ldexp", _ldexp,
    cpu=call("ldexp", 2), signature=scaled, arity=2, domain=(reals(-10, 10), Domain(-40, 40, (0.0, 1.0, -1.0))), flops=8,
    doc="Return x1 * 2**x2, element-wise, rounded once.",
)  # fmt: skip
spacing = function("spacing", np.spacing, flops=3, numpy_ns=4, doc="Return the distance to the nearest number of larger size.")


def _complex(real: Any, imag: Any) -> Any:
    if any(np.asarray(part).dtype.kind != "f" for part in (real, imag)):
        raise TypeError("complex: expects real floating parts")
    real, imag = np.broadcast_arrays(*(np.asarray(part, np.result_type(real, imag)) for part in (real, imag)))
    result = np.empty(real.shape, np.result_type(real, np.complex64))
    result.real, result.imag = real, imag
    return result


def paired(*arguments: Any) -> Signature:
    """Two real floats, as a complex number of their common precision."""
    operands, dtype = rules.common("complex", "f")(*arguments)
    return Signature(operands, np.result_type(dtype, np.complex64))


complex = elementwise(
    "complex", _complex,
    cpu=call("complex", 2), signature=paired, arity=2,
    doc="Return the complex numbers of these real and imaginary parts.",
)  # fmt: skip

# Functions of floats

fabs = elementwise("fabs", np.fabs, cpu={"f": "abs_{t}({x})"}, doc="Compute the absolute values, as floats.")
radians = function("radians", np.radians, doc="Convert angles from degrees to radians.")
degrees = function("degrees", np.degrees, doc="Convert angles from radians to degrees.")
heaviside = function(
    "heaviside", np.heaviside,
    flops=3, doc="Compute the Heaviside step function: 0 for negative x1, x2 where x1 is 0, 1 for positive x1.",
)  # fmt: skip
logaddexp2 = function(
    "logaddexp2", np.logaddexp2,
    domain=reals(-50, 50), flops=45, numpy_ns=23, ulp=8,
    doc="Logarithm of the sum of powers of two of the arguments, in base 2.",
)  # fmt: skip
float_power = elementwise(
    "float_power", np.float_power,
    cpu=call("pow", 2), domain=(reals(0, 10), reals(-8, 8)), flops=40, numpy_ns=15, ulp=3,
    doc="Raise the first argument to the powers in the second, in float64 or complex128.",
)  # fmt: skip


def _i0(x: Any) -> Any:
    return rules.owned(np.i0(x))


i0 = elementwise(
    "i0", _i0, into=by_rows(_i0),
    cpu=call("i0"), signature=rules.inexact("i0", "biuf"), arity=1, domain=reals(-60, 60), flops=150, ulp=12,
    doc="Modified Bessel function of the first kind, order 0.",
)  # fmt: skip

# Functions of integers

gcd = elementwise(
    "gcd", np.gcd,
    cpu={"iu": "gcd_{t}({x}, {y})"}, domain=BITS, flops=60,
    doc="Return the greatest common divisor of |x1| and |x2|.",
)  # fmt: skip
lcm = elementwise(
    "lcm", np.lcm,
    cpu={"iu": "lcm_{t}({x}, {y})"}, domain=BITS, flops=70,
    doc="Return the lowest common multiple of |x1| and |x2|.",
)  # fmt: skip
bitwise_count = elementwise(
    "bitwise_count", np.bitwise_count,
    cpu={"iu": "bitwise_count_{t}({x})"}, doc="Count the ones among the bits of |x|.",
)  # fmt: skip
