"""Discrete Fourier transforms along one axis. The parameters are the number of points, the axis and NumPy's `norm`."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import FINITE, library
from lazytensor.compiler.ops.row import Op, Signature
from lazytensor.compiler.shield import complete
from lazytensor.compiler.tuning import MAX_PIECES, PIECE_BYTES

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def _signature(name: str, accepted: str, *, real: bool) -> rules.Rule:
    """Single precision stays; booleans and integers are transformed in double precision."""

    def rule(argument: Any, *_: Any) -> Signature:
        rules.check_supported(name, accepted, (argument,))
        dtype = rules.strong(argument)
        operand = rules.FLOAT64 if dtype.kind in "biu" else dtype
        result = np.empty(0, operand).real.dtype if real else np.result_type(operand, np.complex64)
        return Signature((operand,), result)

    return rule


def _shape(points: Callable[[int], int]) -> shapes.ShapeRule:
    def rule(shape: Shape, n: int, axis: int, norm: str) -> Shape:
        return (*shape[:axis], points(n), *shape[axis + 1 :])

    return rule


def _work(shape: Shape, n: int, axis: int, norm: str) -> float:
    return 5.0 * shapes.size(shape[:axis] + shape[axis + 1 :]) * n * math.log2(n + 1)


def _reference(name: str, x: Any, n: int, axis: int, norm: str) -> Array:
    complete("numpy.fft")
    import numpy.fft  # delayed: start-up time

    return rules.owned(getattr(numpy.fft, name)(x, n, axis, norm))


def _into(name: str, out: Array, split: Callable[..., None], x: Array, n: int, axis: int, norm: str) -> None:
    """The transforms are shared along the longest of the other axes."""
    complete("numpy.fft")
    import numpy.fft  # delayed: start-up time

    transform = getattr(numpy.fft, name)
    rest = [place for place in range(out.ndim) if place != axis]
    along = max(rest, key=lambda place: out.shape[place], default=axis)
    length = 1 if along == axis else out.shape[along]
    pieces = min(MAX_PIECES, length, max(x.nbytes, out.nbytes) // PIECE_BYTES)
    if pieces < 2:
        transform(x, n, axis, norm, out=out)
        return
    before = (slice(None),) * along

    def some(start: int, stop: int) -> None:
        part = (*before, slice(length * start // pieces, length * stop // pieces))
        transform(x[part], n, axis, norm, out=out[part])

    split(some, pieces, 1)


def _transform(name: str, accepted: str, points: Callable[[int], int], doc: str, *, real: bool = False) -> Op:
    return library(
        name,
        partial(_reference, name),
        into=partial(_into, name),
        signature=_signature(name, accepted, real=real),
        shape=_shape(points),
        work=_work,
        domain=(FINITE,),
        doc=doc,
    )


fft = _transform("fft", "biufc", lambda n: n, "Discrete Fourier transform along an axis.")
ifft = _transform("ifft", "biufc", lambda n: n, "Inverse of the discrete Fourier transform along an axis.")
rfft = _transform("rfft", "biuf", lambda n: n // 2 + 1, "The first half of the discrete Fourier transform of real numbers.")
irfft = _transform("irfft", "biufc", lambda n: n, "Inverse of the transform of real numbers.", real=True)
