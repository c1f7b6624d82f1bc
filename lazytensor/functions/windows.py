"""Windows for the analysis of signals: bartlett, blackman, hamming, hanning, kaiser. Each is one lazy expression of positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.core.operands import as_tensor
from lazytensor.functions import elementwise, numerics
from lazytensor.functions.creation import ones, zeros
from lazytensor.functions.ranges import arange

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "bartlett", "blackman", "hamming", "hanning", "kaiser",
]  # fmt: skip


def _cosines(M: Any, *weights: float) -> Tensor:
    """The sum of weights[k] * cos(k t), for `M` values of t from -pi to pi."""
    count = float(M)
    if not count > 1:
        return ones(1) if count == 1 else zeros(0)
    angles = elementwise.divide(np.pi * arange(1 - count, count, 2), count - 1)
    made: Any = weights[0]
    for order, weight in enumerate(weights[1:], 1):
        made = elementwise.add(made, weight * elementwise.cos(elementwise.multiply(order, angles)))
    return made  # type: ignore[no-any-return]


def bartlett(M: Any) -> Tensor:
    """The triangular window of `M` points, zero at both ends.

    >>> import lazytensor as lt
    >>> print(lt.bartlett(5))
    [0.  0.5 1.  0.5 0. ]
    """
    count = float(M)
    if not count > 1:
        return ones(1) if count == 1 else zeros(0)
    return 1 - elementwise.divide(elementwise.abs(arange(1 - count, count, 2)), count - 1)


def blackman(M: Any) -> Tensor:
    """Blackman's window of `M` points: three terms of cosines, zero (but for rounding) at both ends.

    >>> import lazytensor as lt
    >>> print(lt.round(lt.blackman(3), 6) + 0)
    [0. 1. 0.]
    """
    return _cosines(M, 0.42, 0.5, 0.08)


def hamming(M: Any) -> Tensor:
    """Hamming's window of `M` points: a raised cosine, 0.08 at both ends.

    >>> import lazytensor as lt
    >>> print(lt.hamming(3))
    [0.08 1.   0.08]
    """
    return _cosines(M, 0.54, 0.46)


def hanning(M: Any) -> Tensor:
    """Hann's window of `M` points: a raised cosine, zero at both ends.

    >>> import lazytensor as lt
    >>> print(lt.hanning(3))
    [0. 1. 0.]
    """
    return _cosines(M, 0.5, 0.5)


def kaiser(M: Any, beta: Any) -> Tensor:
    """Kaiser's window of `M` points, by Bessel functions.

    Parameters
    ----------
    M : int
    beta : float
        The shape: 0 is a rectangle, 5 is close to Hamming's window, 8.6 to Blackman's. A 0-d tensor is not waited for.

    >>> import lazytensor as lt
    >>> print(lt.round(lt.kaiser(3, 5.0), 4))
    [0.0367 1.     0.0367]
    """
    count = float(M)
    if count == 1:
        return ones(1)
    shape = results.astype(as_tensor(beta, "kaiser"), np.float64, copy=False)
    centre = (count - 1) / 2
    offset = elementwise.divide(arange(0, count) - centre, centre)
    return elementwise.divide(numerics.i0(shape * elementwise.sqrt(1 - offset * offset)), numerics.i0(shape))
