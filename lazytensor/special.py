"""Special functions, by SciPy's names. Nothing here waits.

`erf`, `erfc` and `expit` are rows of the op table; the rest are compositions that avoid overflow and cancellation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, statistics
from lazytensor.bind import unary
from lazytensor.compiler.ops import special as ops
from lazytensor.manipulation import as_tensor, reshape, squeeze

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = ["erf", "erfc", "expit", "log_softmax", "logit", "logsumexp", "softmax", "xlogy"]

erf = unary(ops.erf)
erfc = unary(ops.erfc)
expit = unary(ops.expit)


def _floating(x: Any, name: str) -> Tensor:
    source = as_tensor(x, name)
    return elementwise.astype(source, np.float64) if source.dtype.kind in "biu" else source


def logit(x: Any, /) -> Tensor:
    """log(x / (1 - x)), the inverse of `expit`; accurate around 1/2 too, infinite at 0 and 1, NaN outside.

    >>> import lazytensor as lt
    >>> print(lt.special.logit(lt.asarray(0.5)))
    0.0
    """
    p = _floating(x, "logit")
    centred = 2.0 * (p - 0.5)
    middle = elementwise.log1p(centred) - elementwise.log1p(-centred)
    return elementwise.where((p < 0.3) | (p > 0.65), elementwise.log(p / (1.0 - p)), middle)


def xlogy(x: Any, y: Any, /) -> Tensor:
    """x * log(y), and 0 where x is 0 and y is not NaN."""
    factor, argument = _floating(x, "xlogy"), _floating(y, "xlogy")
    return elementwise.where((factor == 0) & ~elementwise.isnan(argument), 0.0, factor * elementwise.log(argument))


def logsumexp(a: Any, /, axis: Any = None, b: Any = None, keepdims: bool = False) -> Tensor:
    """log(sum(b * exp(a))) over axes, without overflow.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes when None.
    b : array_like, optional
        Factors, 1 when None. A negative sum gives NaN.
    keepdims : bool

    >>> import lazytensor as lt
    >>> print(lt.special.logsumexp(lt.asarray([1000.0, 1000.0, -1e9])).round(4))
    1000.6931
    """
    values = _floating(a, "logsumexp")
    if b is not None:
        factors = _floating(b, "logsumexp")
        # A factor of 0 must also silence an infinite value.
        values = elementwise.where(factors == 0, -np.inf, values)
    largest = statistics.max(values, axis=axis, keepdims=True)
    shift = elementwise.where(elementwise.isfinite(largest), largest, 0.0)
    terms = elementwise.exp(values - shift)
    result = elementwise.log(statistics.sum(terms if b is None else factors * terms, axis=axis, keepdims=True)) + shift
    if keepdims:
        return result
    return reshape(result, ()) if axis is None else squeeze(result, axis=axis)


def softmax(x: Any, /, axis: Any = None) -> Tensor:
    """exp(x) / sum(exp(x)) over axes, without overflow."""
    values = _floating(x, "softmax")
    terms = elementwise.exp(values - statistics.max(values, axis=axis, keepdims=True))
    return terms / statistics.sum(terms, axis=axis, keepdims=True)


def log_softmax(x: Any, /, axis: Any = None) -> Tensor:
    """log(softmax(x)), accurate where the softmax is small."""
    values = _floating(x, "log_softmax")
    largest = statistics.max(values, axis=axis, keepdims=True)
    shifted = values - elementwise.where(elementwise.isfinite(largest), largest, 0.0)
    return shifted - elementwise.log(statistics.sum(elementwise.exp(shifted), axis=axis, keepdims=True))
