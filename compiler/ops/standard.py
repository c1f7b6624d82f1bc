"""Values that the array API requires and NumPy gets wrong: what computes them in the place of NumPy's ufuncs.

https://data-apis.org/array-api/latest/API_specification/elementwise_functions.html lists them under "Special cases".
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def floor_divide(x: Any, y: Any) -> Array:
    """Of floats. Where one operand is infinite the quotient needs no rounding: NumPy has NaN for inf // 2 and -1 for 2 // -inf."""
    either = np.isinf(x) | np.isinf(y)
    if not np.any(either):
        return np.asarray(np.floor_divide(x, y))
    return np.asarray(np.where(either, np.true_divide(x, y), np.floor_divide(x, y)))


def expm1(z: Any) -> Array:
    """Of complex numbers: exp(x) * cis(y) - 1 without cancellation where finite, exp(z) - 1 where not, and real where y is 0."""
    z = np.asarray(z)
    x, y = z.real, z.imag
    found = np.exp(z)
    grown = np.expm1(x)
    half = np.sin(y / 2)
    # exp(x) cos(y) - 1 = expm1(x) cos(y) - (1 - cos(y)), and 1 - cos(y) = 2 sin(y/2)^2.
    accurate = grown * np.cos(y) - 2 * half * half
    real = np.where(np.isfinite(x) & np.isfinite(grown) & np.isfinite(y), accurate, found.real - 1)
    result: Array = np.empty_like(found)
    # Adding 0 makes the zero of expm1(-0) positive.
    result.real = np.where(y == 0, grown, real) + 0
    result.imag = np.where(y == 0, y, found.imag)
    return result


def tanh(z: Any) -> Array:
    """Of complex numbers: at real infinities the imaginary part is a zero of its own sign, where NumPy has that of sin(2y)."""
    z = np.asarray(z)
    found = np.asarray(np.tanh(z))
    far = np.isinf(z.real)
    found.real = np.where(far, np.copysign(1, z.real), found.real)
    found.imag = np.where(far, np.where(np.isnan(z.imag), 0, np.copysign(0, z.imag)), found.imag)
    return found
