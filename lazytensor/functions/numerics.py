"""Elementwise functions on the parts of numbers, angles, integers and bits, and tests of what a value is.

Most are rows of the op table or compositions of them, so that they fuse; only `real_if_close` waits.
"""

from __future__ import annotations

import builtins
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import base_repr, binary_repr, iterable

from lazytensor.calling import results
from lazytensor.calling.axes import strict_axis
from lazytensor.calling.bind import binary, unary
from lazytensor.calling.fallback import waits
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import chosen, copying
from lazytensor.calling.out import deliver
from lazytensor.calling.ufunc_class import of_two_results
from lazytensor.compiler.ops import bits, numerics
from lazytensor.core.handle import Handle, mutable, stands_for_scalar, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.manipulation import ravel

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "angle", "base_repr", "binary_repr", "bitwise_count", "deg2rad", "degrees", "divmod", "fabs", "fix", "float_power", "frexp",
    "gcd", "heaviside", "i0", "iscomplex", "iscomplexobj", "isneginf", "isposinf", "isreal", "isrealobj", "isscalar", "iterable",
    "lcm", "ldexp", "logaddexp2", "modf", "nan_to_num", "packbits", "rad2deg", "radians", "real_if_close", "sinc", "spacing",
    "unpackbits",
]  # fmt: skip

# Rows of the table

ldexp = binary(numerics.ldexp)
spacing = unary(numerics.spacing)
fabs = unary(numerics.fabs)
radians = deg2rad = unary(numerics.radians)
degrees = rad2deg = unary(numerics.degrees)
heaviside = binary(numerics.heaviside)
logaddexp2 = binary(numerics.logaddexp2)
float_power = binary(numerics.float_power)
_i0 = unary(numerics.i0)
gcd = binary(numerics.gcd)
lcm = binary(numerics.lcm)
bitwise_count = unary(numerics.bitwise_count)
_mantissa = unary(numerics.frexp_mantissa)
_exponent = unary(numerics.frexp_exponent)
_complex = binary(numerics.complex)


# No ufunc in NumPy: the argument has a name.
def i0(x: Any) -> Tensor:
    """Return the modified Bessel function of the first kind, of order 0."""
    return mutable(_i0(x))


# Two results


@of_two_results(np.frexp)
def frexp(x: Any) -> tuple[Tensor, Tensor]:
    """Mantissas (at least 1/2 and less than 1 in size) and exponents (int32) with x = mantissa * 2**exponent.

    >>> import lazytensor as lt
    >>> print(*lt.frexp(lt.asarray([1.0, 12.0])))
    [0.5  0.75] [1 4]
    """
    source = as_tensor(x, "frexp")
    return _mantissa(source), _exponent(source)


@of_two_results(np.modf)
def modf(x: Any) -> tuple[Tensor, Tensor]:
    """Fractional and integral parts, both with the sign of x.

    >>> import lazytensor as lt
    >>> print(*lt.modf(lt.asarray([2.5, -1.25])))
    [ 0.5  -0.25] [ 2. -1.]
    """
    value = _real_floating(x, "modf")
    whole = elementwise.trunc(value)
    rest = results.where(elementwise.isinf(value), 0.0, value - whole)
    return elementwise.copysign(rest, value), whole


@of_two_results(np.divmod)
def divmod(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Floored quotient and remainder: `floor_divide` and `remainder`."""
    return elementwise.floor_divide(x, y), elementwise.remainder(x, y)


def _real_floating(x: Any, name: str) -> Tensor:
    """In the float dtype that NumPy's functions of floats choose; TypeError for complex."""
    source = as_tensor(x, name)
    if source.dtype.kind == "c":
        raise TypeError(f"{name}: expects boolean, integer or real floating dtypes, got {source.dtype}")
    dtype = numerics.fabs.resolve(source.dtype).result
    return source if source.dtype == dtype else results.astype(source, dtype)


# Compositions


def fix(x: Any, out: Any = None) -> Tensor:
    """Round towards zero, as `trunc`."""
    return deliver(elementwise.trunc(x), out, "fix", fixed=0)


def sinc(x: Any) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0.

    >>> import lazytensor as lt
    >>> print(lt.sinc(lt.asarray([0.0, 0.5])))
    [1.         0.63661977]
    """
    scaled = elementwise.multiply(x, np.pi)
    argument = results.where(elementwise.equal(scaled, 0), 1e-20, scaled)
    return elementwise.sin(argument) / argument


def angle(z: Any, deg: builtins.bool = False) -> Tensor:
    """The angle of complex numbers with the positive real axis, in radians or degrees; 0 or pi for real ones.

    >>> import lazytensor as lt
    >>> print(lt.angle(lt.asarray([1j, -1.0]), deg=True))
    [ 90. 180.]
    """
    value = as_tensor(z, "angle")
    if value.dtype.kind == "c":
        found = elementwise.atan2(elementwise.imag(value), elementwise.real(value))
    else:
        found = elementwise.atan2(0, value)
    return found * (180 / np.pi) if deg else found


def _numbers(x: Any, *, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


@at_once(_numbers)
def nan_to_num(x: Any, copy: builtins.bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Tensor:
    """Numbers in the place of NaN and infinities, in both parts of complex numbers.

    Parameters
    ----------
    x : array_like
    copy : bool
        False writes into `x`, which must be an array, and returns it.
    nan, posinf, neginf : scalar or array_like
        What to put there; None stands for the largest and the smallest finite number.

    >>> import lazytensor as lt
    >>> print(lt.nan_to_num(lt.asarray([lt.nan, 1.0, -lt.inf]), neginf=-9.0))
    [ 0.  1. -9.]
    """
    value = as_tensor(x, "nan_to_num")
    copy = copying(copy, "nan_to_num") or False
    if not copy and not isinstance(x, (Handle, np.ndarray)):
        raise ValueError(f"nan_to_num: copy=False needs an array, got {type(x).__name__}")
    if value.dtype.kind in "biu":
        return results.astype(value, value.dtype) if copy else x
    replaced = (nan, posinf, neginf)
    if value.dtype.kind == "c":
        parts = _finite(elementwise.real(value), *replaced), _finite(elementwise.imag(value), *replaced)
        result = _complex(*parts)
    else:
        result = _finite(value, *replaced)
    if result.shape != value.shape:
        raise ValueError(f"nan_to_num: replacements of shape {result.shape} cannot be broadcast to {value.shape}")
    return result if copy else deliver(result, x, "nan_to_num")


def _finite(x: Tensor, nan: Any, posinf: Any, neginf: Any) -> Tensor:
    limits = np.finfo(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    found = results.where(elementwise.equal(x, -np.inf), low, results.where(elementwise.isnan(x), nan, x))
    made = results.where(elementwise.equal(x, np.inf), high, found)
    if made.dtype.kind == "c":
        raise TypeError(f"nan_to_num: complex numbers cannot take the place of others in {x.dtype}")
    return results.astype(made, x.dtype, copy=False)


def _infinite(x: Any, limit: float, out: Any, name: str) -> Tensor:
    value = as_tensor(x, name)
    if value.dtype.kind == "c":
        raise TypeError(f"{name}: expects boolean, integer or real floating dtypes, got {value.dtype}")
    return deliver(elementwise.equal(value, limit), out, name, fixed=0)


def isposinf(x: Any, out: Any = None) -> Tensor:
    """Is it positive infinity? TypeError for complex numbers."""
    return _infinite(x, np.inf, out, "isposinf")


def isneginf(x: Any, out: Any = None) -> Tensor:
    """Is it negative infinity? TypeError for complex numbers."""
    return _infinite(x, -np.inf, out, "isneginf")


def isreal(x: Any) -> Tensor:
    """Is the imaginary part zero?"""
    return elementwise.equal(elementwise.imag(x), 0)


def iscomplex(x: Any) -> Tensor:
    """Is the imaginary part other than zero?"""
    return elementwise.not_equal(elementwise.imag(x), 0)


@waits
def real_if_close(a: Any, tol: float = 100) -> Tensor:
    """The real part of complex numbers whose imaginary parts are all less than `tol`, else the numbers themselves. Waits.

    Parameters
    ----------
    a : array_like
    tol : float
        In units of the dtype's epsilon if greater than 1.
    """
    value = as_tensor(a, "real_if_close")
    if value.dtype.kind != "c":
        return mutable(value)
    limit = float(np.finfo(value.dtype).eps) * tol if tol > 1 else tol
    close = statistics.all(elementwise.abs(elementwise.imag(value)) < limit)
    return mutable(elementwise.real(value) if builtins.bool(close) else value)


# Bits


def _flat_or_axis(x: Tensor, axis: int | None, name: str) -> tuple[Tensor, int]:
    if axis is None or not x.shape:
        return ravel(x), strict_axis(0 if axis is None else axis, 1, name)
    return x, strict_axis(axis, len(x.shape), name)


def _check_order(order: Any, name: str) -> None:
    if isinstance(order, bytes):
        raise TypeError(f"{name}: bitorder must be a string, got {order!r}")
    chosen(order, ("big", "little"), name, "bitorder")


def packbits(a: Any, /, axis: int | None = None, bitorder: str = "big") -> Tensor:
    """Pack the truth of elements into the bits of uint8, along an axis or of the raveled array; zeros fill the last byte.

    >>> import lazytensor as lt
    >>> print(lt.packbits(lt.asarray([1, 0, 1])))
    [160]
    """
    _check_order(bitorder, "packbits")
    source, place = _flat_or_axis(as_tensor(a, "packbits"), axis, "packbits")
    return wrap(record(bits.packbits, (source._read(),), (place, bitorder)))


def unpackbits(a: Any, /, axis: int | None = None, count: int | None = None, bitorder: str = "big") -> Tensor:
    """The bits of uint8 as an array of uint8 zeros and ones, along an axis or of the raveled array.

    Parameters
    ----------
    a : array_like of uint8
    axis : int, optional
    count : int, optional
        How many bits to return along the axis, zeros beyond what there is; a negative number is how many to leave out at the end.
    bitorder : {"big", "little"}

    >>> import lazytensor as lt
    >>> print(lt.unpackbits(lt.asarray([160], dtype=lt.uint8), count=3))
    [1 0 1]
    """
    _check_order(bitorder, "unpackbits")
    source, place = _flat_or_axis(as_tensor(a, "unpackbits"), axis, "unpackbits")
    length = 8 * source.shape[place]
    wanted = length if count is None else operator.index(count)
    wanted += length if wanted < 0 else 0
    if wanted < 0:
        raise ValueError(f"unpackbits: count {count} leaves out more than the {length} bits there are")
    return wrap(record(bits.unpackbits, (source._read(),), (place, wanted, bitorder)))


# What a value is


def iscomplexobj(x: Any) -> builtins.bool:
    """Has it a complex dtype? Never waits."""
    return x.dtype.kind == "c" if isinstance(x, Handle) else builtins.bool(np.iscomplexobj(x))


def isrealobj(x: Any) -> builtins.bool:
    """Has it no complex dtype? Never waits."""
    return not iscomplexobj(x)


def isscalar(element: Any) -> builtins.bool:
    """Is it a scalar: a number, or a 0-d result, which stands for one? Never waits."""
    if isinstance(element, Handle):
        return stands_for_scalar(element)
    return builtins.bool(np.isscalar(element))
