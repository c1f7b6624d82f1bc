"""Polynomials as one-dimensional arrays of coefficients, the highest power first: NumPy's functions on them, without `poly1d`.

Compositions of lazy functions. Where zeros at the front are stripped, or a result is real or complex as its values say, they wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.arguments import truncated
from lazytensor.calling.fallback import found, values, waits
from lazytensor.compiler.ops import decompositions
from lazytensor.core.handle import wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import common_device, record
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.correlation import convolve
from lazytensor.functions.creation import asarray, ones, ones_like, zeros, zeros_like
from lazytensor.functions.diagonals import vander
from lazytensor.functions.insertion import trim_zeros
from lazytensor.functions.joining import concat, stack
from lazytensor.functions.manipulation import atleast_1d, expand_dims, matrix_transpose
from lazytensor.functions.products import matmul, outer
from lazytensor.functions.ranges import arange, eye
from lazytensor.linalg.factorizations import eigvals, real, unpacked
from lazytensor.linalg.systems import inv, lstsq

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "poly", "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polysub", "polyval", "roots",
]  # fmt: skip


# -- zeros ----------------------------------------------------------------------------------------------------------------------


@waits
def poly(seq_of_zeros: Any) -> Tensor:
    """The polynomial with the given zeros, or a matrix's characteristic polynomial. Waits for complex zeros, to see if they come in
    conjugate pairs: then the coefficients are real.

    Parameters
    ----------
    seq_of_zeros : array_like, (n,) or (n, n)

    >>> import lazytensor as lt
    >>> print(lt.poly(lt.asarray([1.0, 2.0])))
    [ 1. -3.  2.]
    """
    source = atleast_1d(as_tensor(seq_of_zeros, "poly"))
    matrix = len(source.shape) == 2 and source.shape[0] == source.shape[1] != 0
    if not matrix and len(source.shape) != 1:
        raise ValueError(f"poly: expects one dimension or a square matrix that is not empty, got shape {source.shape}")
    if source.dtype.kind in "biu":
        source = results.astype(source, np.float64)
    # A real matrix has its complex eigenvalues in conjugate pairs.
    paired = matrix and source.dtype.kind != "c"
    places = eigvals(source) if matrix else source
    if not places.shape[0]:
        return asarray(1.0)
    factors = stack([ones_like(places), elementwise.negative(places)], axis=1)
    made = factors[0]
    for factor in list(factors)[1:]:
        made = convolve(made, factor)
    if made.dtype.kind == "c" and (paired or _conjugate(values(places))):
        return elementwise.real(made)
    return made


def _conjugate(places: np.ndarray[Any, Any]) -> bool:
    """Do complex numbers come in conjugate pairs?"""
    return bool(np.all(np.sort(places) == np.sort(places.conj())))


@waits
def roots(p: Any) -> Tensor:
    """The zeros of a polynomial: the eigenvalues of its companion matrix, real if all are. Waits.

    Parameters
    ----------
    p : array_like, (n,)

    >>> import lazytensor as lt
    >>> print(lt.roots([1, 0, -4]))
    [-2.  2.]
    """
    source = atleast_1d(as_tensor(p, "roots"))
    if len(source.shape) != 1:
        raise ValueError(f"roots: expects one dimension, got shape {source.shape}")
    device = source._base().device
    places = np.flatnonzero(values(source))
    if not len(places):
        return zeros(0, device=device)
    last = int(places[-1])
    at_zero = source.shape[0] - last - 1
    inner = source[int(places[0]) : last + 1]
    if inner.dtype.kind in "biu":
        inner = results.astype(inner, np.float64)
    degree = inner.shape[0] - 1
    if not degree:
        return zeros(at_zero, device=device)
    row = elementwise.divide(elementwise.negative(inner[1:]), inner[0])
    companion = concat([expand_dims(row, 0), eye(degree - 1, degree, dtype=inner.dtype, device=device)])
    made = eigvals(companion)
    if inner.dtype.kind != "c" and not values(made).imag.any():
        made = elementwise.real(made)
    return concat([made, zeros(at_zero, made.dtype, device=device)])


# -- calculus -------------------------------------------------------------------------------------------------------------------


def _order(m: Any, name: str) -> int:
    found = truncated(m, name, "m")
    if found < 0:
        raise ValueError(f"{name}: m must not be negative, got {m}")
    return found


def polyint(p: Any, m: int = 1, k: Any = None) -> Tensor:
    """An antiderivative of order `m`.

    Parameters
    ----------
    p : array_like, (n,)
    m : int
    k : array_like, optional
        The constants of integration, in the order in which one integrates; a scalar stands for all. Zero by default.

    >>> import lazytensor as lt
    >>> print(lt.polyint(lt.asarray([2.0, 1.0])))
    [1. 1. 0.]
    """
    count = _order(m, "polyint")
    made = as_tensor(p, "polyint")
    constants = zeros(count) if k is None else atleast_1d(as_tensor(k, "polyint"))
    if constants.shape[0] == 1 and count > 1:
        # NumPy multiplies by ones of float64.
        constants = elementwise.multiply(constants[0], ones(count))
    if constants.shape[0] < count:
        raise ValueError(f"polyint: expects one constant, or {count}, got {constants.shape[0]}")
    for place in range(count):
        divided = elementwise.divide(made, arange(made.shape[0], 0, -1))
        made = concat([divided, constants[place : place + 1]])
    return made


def polyder(p: Any, m: int = 1) -> Tensor:
    """The derivative of order `m`.

    >>> import lazytensor as lt
    >>> print(lt.polyder(lt.asarray([1, 3, 5])))
    [2 3]
    """
    made = as_tensor(p, "polyder")
    for _ in range(_order(m, "polyder")):
        made = elementwise.multiply(made[:-1], arange(made.shape[0] - 1, 0, -1))
    return made


def polyval(p: Any, x: Any) -> Tensor:
    """The values of a polynomial, by Horner's rule: one fused loop over `x`.

    Parameters
    ----------
    p : array_like, (n,)
    x : array_like
        Any shape.

    >>> import lazytensor as lt
    >>> print(lt.polyval([1, 0, 2], lt.asarray([0, 1, 3])))
    [ 2  3 11]
    """
    if isinstance(x, np.poly1d):
        raise TypeError("polyval: x must be an array, got poly1d; compose polynomials with NumPy's")
    points = as_tensor(x, "polyval")
    made = zeros_like(points)
    for coefficient in as_tensor(p, "polyval"):
        made = elementwise.add(elementwise.multiply(made, points), coefficient)
    return made


# -- arithmetic -----------------------------------------------------------------------------------------------------------------


def _aligned(a1: Any, a2: Any, name: str) -> tuple[Tensor, Tensor]:
    """Both as long as the longer one, with zeros at the front."""
    first, second = (atleast_1d(as_tensor(item, name)) for item in (a1, a2))
    return _longer(first, second.shape[0]), _longer(second, first.shape[0])


def _longer(x: Tensor, length: int) -> Tensor:
    missing = length - x.shape[0]
    return x if missing <= 0 else concat([zeros(missing, x.dtype, device=x._base().device), x])


def polyadd(a1: Any, a2: Any) -> Tensor:
    """The sum of two polynomials, as long as the longer one.

    >>> import lazytensor as lt
    >>> print(lt.polyadd([1, 2], [9, 5, 4]))
    [9 6 6]
    """
    return elementwise.add(*_aligned(a1, a2, "polyadd"))


def polysub(a1: Any, a2: Any) -> Tensor:
    """The difference of two polynomials, as long as the longer one.

    >>> import lazytensor as lt
    >>> print(lt.polysub([2, 10, -2], [3, 10, -4]))
    [-1  0  2]
    """
    return elementwise.subtract(*_aligned(a1, a2, "polysub"))


def _trimmed(x: Any) -> Tensor:
    source = atleast_1d(as_tensor(x, "polymul"))
    if len(source.shape) != 1:
        raise ValueError(f"polymul: expects one dimension, got shape {source.shape}")
    made = trim_zeros(source, "f")
    return made if made.shape[0] else zeros(1, source.dtype, device=source._base().device)


@waits
def polymul(a1: Any, a2: Any) -> Tensor:
    """The product of two polynomials, without the zeros at their fronts. Waits: `convolve` does not, and keeps them.

    >>> import lazytensor as lt
    >>> print(lt.polymul([0, 1, 2], [1, -2]))
    [ 1  0 -4]
    """
    return convolve(_trimmed(a1), _trimmed(a2))


@waits
def polydiv(u: Any, v: Any) -> tuple[Tensor, Tensor]:
    """Quotient and remainder of two polynomials, the remainder without the zeros at its front. Waits.

    >>> import lazytensor as lt
    >>> print(*lt.polydiv([3.0, 5.0, 2.0], [2.0, 1.0]))
    [1.5  1.75] [0.25]
    """
    first, second = as_tensor(u, "polydiv"), as_tensor(v, "polydiv")
    device = common_device("polydiv", (first._read(), second._read()))
    with np.errstate(all="ignore"):
        quotient, remainder = np.polydiv(values(first), values(second))
    return found(quotient, device), found(remainder, device)


# -- fitting --------------------------------------------------------------------------------------------------------------------


@waits
def polyfit(
    x: Any, y: Any, deg: int, rcond: float | None = None, full: bool = False, w: Any = None, cov: Any = False
) -> Tensor | tuple[Any, ...]:
    """The polynomial that fits points best, by least squares. Waits only with `full`, as `lstsq` does.

    Parameters
    ----------
    x : array_like, (m,)
    y : array_like, (m,) or (m, k)
        Of two dimensions: k polynomials, one a column.
    deg : int
    rcond : float, optional
        Singular values below this fraction of the largest count as zero; by default m times the dtype's epsilon.
    full : bool
        Also return what `lstsq` returns: residuals, rank, singular values; and rcond.
    w : array_like, (m,), optional
        Weights of the residuals, before they are squared.
    cov : bool or "unscaled"
        Also return the coefficients' covariances: scaled by the residuals, or for "unscaled" as if the weights were
        1 / sigma. NaN where the residuals are not determined.

    >>> import lazytensor as lt
    >>> print(lt.round(lt.polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1), 6))
    [2. 1.]
    """
    deg = truncated(deg, "polyfit", "deg")
    order = deg + 1
    points, target = (elementwise.add(as_tensor(item, "polyfit"), 0.0) for item in (x, y))
    if deg < 0:
        raise ValueError(f"polyfit: deg must not be negative, got {deg}")
    if len(points.shape) != 1 or not points.shape[0]:
        raise TypeError(f"polyfit: x must be a vector that is not empty, got shape {points.shape}")
    if len(target.shape) not in (1, 2) or target.shape[0] != points.shape[0]:
        raise TypeError(f"polyfit: y must have one or two dimensions, the first as long as x, got {target.shape}")
    cutoff = points.shape[0] * float(np.finfo(points.dtype).eps) if rcond is None else rcond
    columns = vander(points, order)
    if w is not None:
        weights = elementwise.add(as_tensor(w, "polyfit"), 0.0)
        if weights.shape != points.shape:
            raise TypeError(f"polyfit: w must have the shape of x, {points.shape}, got {weights.shape}")
        columns, target = _weighted(columns, weights), _weighted(target, weights)
    scale = elementwise.sqrt(statistics.sum(elementwise.multiply(columns, columns), axis=0))
    columns = elementwise.divide(columns, scale)
    scales = scale if len(target.shape) == 1 else expand_dims(scale, 1)
    if full:
        solution, residuals, rank, singular = lstsq(columns, target, cutoff)
        return elementwise.divide(solution, scales), residuals, rank, singular, cutoff
    packed = wrap(record(decompositions.lstsq, (columns._read(), target._read()), (float(cutoff),)))
    solution, residuals, *_ = unpacked(packed, decompositions.lstsq_parts(columns.shape, target.shape))
    coefficients = elementwise.divide(solution, scales)
    if not isinstance(cov, str) and not cov:
        return coefficients
    spread = elementwise.divide(inv(matmul(matrix_transpose(columns), columns)), outer(scale, scale))
    if len(target.shape) == 2:
        spread = expand_dims(spread, 2)
    if isinstance(cov, str) and cov == "unscaled":
        return coefficients, spread
    if points.shape[0] <= order:
        raise ValueError(f"polyfit: scaled covariances need more than {order} points, got {points.shape[0]}")
    return coefficients, elementwise.multiply(spread, elementwise.divide(real(residuals), points.shape[0] - order))


def _weighted(x: Tensor, weights: Tensor) -> Tensor:
    """The rows times the weights, in the dtype they have."""
    made = elementwise.multiply(x, weights if len(x.shape) == 1 else expand_dims(weights, 1))
    if made.dtype.kind != x.dtype.kind:
        raise TypeError(f"polyfit: weights of dtype {weights.dtype} cannot be used with values of {x.dtype}")
    return results.astype(made, x.dtype, copy=False)
