"""The namespace `lt.fft`: discrete Fourier transforms, NumPy's and the array API's extension of that name. Nothing here waits.

Transforms of several axes are one transform after the other. Single precision is computed, and returned, in single precision.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise
from lazytensor.axes import as_index, axis_tuple, one_axis
from lazytensor.compiler.ops import transforms as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.dtypes import as_dtype
from lazytensor.handle import node_operand, record, wrap
from lazytensor.joining import roll
from lazytensor.manipulation import as_tensor
from lazytensor.out import deliver
from lazytensor.ranges import arange

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifft2", "ifftn", "ifftshift", "ihfft", "irfft", "irfft2",
    "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip

NORMS = {None: "backward", "backward": "backward", "ortho": "ortho", "forward": "forward"}
SWAPPED = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def _norm(norm: Any, name: str) -> str:
    if not (norm is None or isinstance(norm, str)) or norm not in NORMS:
        raise ValueError(f"{name}: norm must be 'backward', 'ortho' or 'forward', got {norm!r}")
    return NORMS[norm]


def _transform(op: Op, a: Any, n: Any, axis: Any, norm: Any, name: str) -> Tensor:
    """One transform along one axis; of `n` points, all there are when None."""
    node = node_operand(a, name)
    place = one_axis(axis, len(node.shape), name)
    points = _points(op, node.shape[place]) if n is None else operator.index(n)
    if points < 1:
        raise ValueError(f"{name}: expects at least one point, got {points}")
    return wrap(record(op, (node,), (points, place, _norm(norm, name))))


def _points(op: Op, length: int) -> int:
    """How many numbers the other side of a transform has by default."""
    return 2 * (length - 1) if op is ops.irfft else length


def _plan(a: Tensor, s: Any, axes: Any, name: str) -> list[tuple[Any, int]]:
    """Points and axis of each transform; points are None for all there are."""
    rank = len(a.shape)
    if axes is None:
        axes = range(-rank if s is None else -len(s), 0)
    places = [one_axis(axis, rank, name) for axis in axes]
    if s is None:
        return [(None, place) for place in places]
    if len(s) != len(places):
        raise ValueError(f"{name}: s and axes must have one length, got {s} and {tuple(axes)}")
    lengths = [None if length is None else operator.index(length) for length in s]
    return [(a.shape[place] if length == -1 else length, place) for length, place in zip(lengths, places, strict=True)]


def _several(op: Op, a: Any, s: Any, axes: Any, norm: Any, out: Any, name: str) -> Tensor:
    """Complex transforms, the last axis first."""
    made = as_tensor(a, name)
    for points, axis in reversed(_plan(made, s, axes, name)):
        made = _transform(op, made, points, axis, norm, name)
    return deliver(made, out, name)


# -- one axis -------------------------------------------------------------------------------------------------------------------


def fft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None) -> Tensor:
    """Discrete Fourier transform along an axis.

    Parameters
    ----------
    a : array_like
    n : int, optional
        Points of the transform: `a` is cut or filled with zeros. All of the axis when None.
    axis : int
    norm : {"backward", "ortho", "forward"}, optional
        Which direction is scaled, by 1/n: the inverse ("backward", the default), the transform ("forward"), or both by the root.
    out : tensor or numpy.ndarray, optional
        Where to store the result. A NumPy array waits.

    Returns
    -------
    tensor
        complex64 of single precision, complex128 of everything else.

    >>> import lazytensor as lt
    >>> print(lt.fft.fft(lt.asarray([1.0, 0.0, 0.0, 0.0])))
    [1.+0.j 1.+0.j 1.+0.j 1.+0.j]
    """
    return deliver(_transform(ops.fft, a, n, axis, norm, "fft"), out, "fft")


def ifft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `fft`; parameters as there."""
    return deliver(_transform(ops.ifft, a, n, axis, norm, "ifft"), out, "ifft")


def rfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None) -> Tensor:
    """The first n // 2 + 1 numbers of the transform of real ones: the others are their conjugates. Parameters as of `fft`.

    >>> import lazytensor as lt
    >>> lt.fft.rfft(lt.ones((3, 8), dtype=lt.float32)).shape
    (3, 5)
    """
    return deliver(_transform(ops.rfft, a, n, axis, norm, "rfft"), out, "rfft")


def irfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `rfft`: `n` real numbers, twice what `a` has, less two, when None."""
    return deliver(_transform(ops.irfft, a, n, axis, norm, "irfft"), out, "irfft")


def hfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None) -> Tensor:
    """Transform, in `n` real numbers, of a sequence whose second half is the conjugate of the first, of which `a` is the first."""
    swapped = SWAPPED[_norm(norm, "hfft")]
    return deliver(_transform(ops.irfft, elementwise.conj(a), n, axis, swapped, "hfft"), out, "hfft")


def ihfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `hfft`: the first half of a sequence, of its real transform."""
    swapped = SWAPPED[_norm(norm, "ihfft")]
    return deliver(elementwise.conj(_transform(ops.rfft, a, n, axis, swapped, "ihfft")), out, "ihfft")


# -- several axes ---------------------------------------------------------------------------------------------------------------


def fftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None, out: Any = None) -> Tensor:
    """Discrete Fourier transform along several axes.

    Parameters
    ----------
    a : array_like
    s : sequence of int, optional
        Points along each axis; -1 for all there are.
    axes : sequence of int, optional
        All when None, or as many of the last as `s` has.
    norm, out
        As of `fft`.

    >>> import lazytensor as lt
    >>> print(lt.fft.fftn(lt.ones((2, 2))))
    [[4.+0.j 0.+0.j]
     [0.+0.j 0.+0.j]]
    """
    return _several(ops.fft, a, s, axes, norm, out, "fftn")


def ifftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `fftn`; parameters as there."""
    return _several(ops.ifft, a, s, axes, norm, out, "ifftn")


def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None, out: Any = None) -> Tensor:
    """`fftn` of two axes."""
    return _several(ops.fft, a, s, axes, norm, out, "fft2")


def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `fft2`."""
    return _several(ops.ifft, a, s, axes, norm, out, "ifft2")


def rfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None, out: Any = None) -> Tensor:
    """Transform of real numbers: `rfft` along the last of the axes, then `fft` along the others. Parameters as of `fftn`."""
    return _real(a, s, axes, norm, out, "rfftn")


def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None, out: Any = None) -> Tensor:
    """`rfftn` of two axes."""
    return _real(a, s, axes, norm, out, "rfft2")


def _real(a: Any, s: Any, axes: Any, norm: Any, out: Any, name: str) -> Tensor:
    made = as_tensor(a, name)
    steps = _plan(made, s, axes, name)
    if not steps:
        raise IndexError(f"{name}: expects at least one axis")
    points, axis = steps[-1]
    made = _transform(ops.rfft, made, points, axis, norm, name)
    for points, axis in reversed(steps[:-1]):
        made = _transform(ops.fft, made, points, axis, norm, name)
    return deliver(made, out, name)


def irfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `rfftn`: real numbers, along the last axis twice what `a` has, less two, when `s` is None."""
    return _real_inverse(a, s, axes, norm, out, "irfftn")


def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None, out: Any = None) -> Tensor:
    """Inverse of `rfft2`."""
    return _real_inverse(a, s, axes, norm, out, "irfft2")


def _real_inverse(a: Any, s: Any, axes: Any, norm: Any, out: Any, name: str) -> Tensor:
    made = as_tensor(a, name)
    steps = _plan(made, s, axes, name)
    if not steps:
        raise IndexError(f"{name}: expects at least one axis")
    for points, axis in steps[:-1]:
        made = _transform(ops.ifft, made, points, axis, norm, name)
    points, axis = steps[-1]
    return deliver(_transform(ops.irfft, made, points, axis, norm, name), out, name)


# -- frequencies ----------------------------------------------------------------------------------------------------------------


def fftfreq(n: int, d: float = 1.0, device: Any = None, *, dtype: Any = None) -> Tensor:
    """The frequencies of the numbers that `fft` gives of `n` samples, `d` apart.

    Parameters
    ----------
    n : int
    d : float
    device : optional
    dtype : dtype, optional
        float64 when None.

    >>> import lazytensor as lt
    >>> print(lt.fft.fftfreq(4, d=0.5))
    [ 0.   0.5 -1.  -0.5]
    """
    wanted = _frequency_dtype(n, dtype, "fftfreq")
    n = int(n)
    place = arange(n, device=device)
    turned = elementwise.where(elementwise.less(place, (n + 1) // 2), place, place - n)
    return elementwise.astype(turned * (1.0 / (n * d)), wanted, copy=False)


def rfftfreq(n: int, d: float = 1.0, device: Any = None, *, dtype: Any = None) -> Tensor:
    """The frequencies of the numbers that `rfft` gives of `n` samples, `d` apart; parameters as of `fftfreq`."""
    wanted = _frequency_dtype(n, dtype, "rfftfreq")
    n = int(n)
    return elementwise.astype(arange(n // 2 + 1, device=device) * (1.0 / (n * d)), wanted, copy=False)


def _frequency_dtype(n: Any, dtype: Any, name: str) -> np.dtype[Any]:
    if as_index(n) is None:
        raise ValueError(f"{name}: n must be an integer, got {n!r}")
    if n < 0:
        raise ValueError(f"{name}: n must not be negative, got {n}")
    found = as_dtype(np.float64 if dtype is None else dtype, name)
    if found.kind != "f":
        raise TypeError(f"{name}: dtype must be float32 or float64, got {found}")
    return found


def fftshift(x: Any, axes: Any = None) -> Tensor:
    """Move frequency zero to the middle of the given axes, or of all.

    >>> import lazytensor as lt
    >>> print(lt.fft.fftshift(lt.fft.fftfreq(5, d=0.2)))
    [-2. -1.  0.  1.  2.]
    """
    source = as_tensor(x, "fftshift")
    places = _shifted(axes, source)
    return roll(source, tuple([source.shape[place] // 2 for place in places]), places)


def ifftshift(x: Any, axes: Any = None) -> Tensor:
    """Inverse of `fftshift`."""
    source = as_tensor(x, "ifftshift")
    places = _shifted(axes, source)
    return roll(source, tuple([-(source.shape[place] // 2) for place in places]), places)


def _shifted(axes: Any, x: Tensor) -> tuple[int, ...]:
    rank = len(x.shape)
    if axes is None:
        return tuple(range(rank))
    return axis_tuple(axes, rank, "fftshift")


if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)
