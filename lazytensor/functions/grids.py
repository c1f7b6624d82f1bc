"""Grids of coordinates: by functions (`meshgrid`, `indices`, `ix_`) and by slices (`mgrid`, `ogrid`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import checked_shape
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import no_model
from lazytensor.core import operands
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import Handle
from lazytensor.functions import manipulation
from lazytensor.functions.creation import asarray, zeros
from lazytensor.functions.joining import stack
from lazytensor.functions.ranges import arange, iota
from lazytensor.functions.searching import nonzero

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "fromfunction", "indices", "ix_", "meshgrid", "mgrid", "ogrid",
]  # fmt: skip


def _grid(*xi: Any, sparse: bool = False, indexing: Any = "xy") -> Any:
    return tuple(np.meshgrid(*xi, sparse=sparse, indexing=indexing))


@at_once(_grid, grows=True)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Tensor, ...]:
    """Coordinate arrays of a grid of one-dimensional coordinates.

    Parameters
    ----------
    xi : array_like
        Coordinates; of more than one dimension, in C order.
    copy : bool
        False gives read-only views.
    sparse : bool
        Keep lengths 1 along the other axes.
    indexing : {"xy", "ij"}
        "xy" exchanges the first two axes, so that the second counts rows.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    count = len(xi)
    axes = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    grid: list[Tensor] = []
    for axis, array in zip(axes, xi, strict=True):
        source = operands.as_tensor(array, "meshgrid")
        grid.append(manipulation.reshape(source, tuple([-1 if place == axis else 1 for place in range(count)])))
    if not sparse:
        grid = list(manipulation.broadcast_arrays(*grid))
    return tuple([manipulation.copy(item) for item in grid]) if copy else tuple(grid)


def indices(dimensions: Any, dtype: Any = np.int64, sparse: bool = False) -> Any:
    """The coordinates of every element of an array of that shape: one array an axis, stacked unless `sparse`, which gives a tuple.

    >>> import lazytensor as lt
    >>> print(lt.indices((2, 2)))
    [[[0 0]
      [1 1]]
    <BLANKLINE>
     [[0 1]
      [0 1]]]
    """
    shape = checked_shape(dimensions, "indices")
    kind = as_dtype(np.int64 if dtype is None else dtype, "indices")
    rank = len(shape)
    if kind.kind == "b" and max(shape, default=0) > 2:
        raise TypeError(f"indices: booleans count to 2 only, got shape {shape}")
    if sparse:
        return tuple([iota((1,) * axis + (shape[axis],) + (1,) * (rank - axis - 1), axis, kind) for axis in range(rank)])
    return stack([iota(shape, axis, kind) for axis in range(rank)]) if rank else zeros((0,), kind)


def fromfunction(function: Callable[..., Any], shape: Any, *, dtype: Any = np.float64, like: Any = None, **kwargs: Any) -> Any:
    """What a function makes of the coordinates of every element of an array of that shape. It is called once, on tensors.

    >>> import lazytensor as lt
    >>> print(lt.fromfunction(lambda i, j: i + 10 * j, (2, 2), dtype=lt.int64))
    [[ 0 10]
     [ 1 11]]
    """
    no_model(like, "fromfunction")
    return function(*indices(shape, dtype), **kwargs)


def ix_(*args: Any) -> tuple[Tensor, ...]:
    """One-dimensional positions, shaped so that indexing by all of them selects their product. Waits for boolean ones.

    >>> import lazytensor as lt
    >>> x = lt.reshape(lt.arange(9), (3, 3))
    >>> print(x[lt.ix_([0, 2], [1, 2])])
    [[1 2]
     [7 8]]
    """
    made: list[Tensor] = []
    for axis, given in enumerate(args):
        source = asarray(given)
        if source.shape == (0,) and not isinstance(given, (np.ndarray, type(source))):
            source = zeros((0,), np.int64)
        if len(source.shape) != 1:
            raise ValueError(f"ix_: positions must be one-dimensional, got shape {source.shape}")
        if source.dtype.kind == "b":
            source = nonzero(source)[0]
        made.append(manipulation.reshape(source, (1,) * axis + source.shape + (1,) * (len(args) - axis - 1)))
    return tuple(made)


def _bound(value: Any) -> Any:
    """A bound or a step; a tensor is waited for."""
    return value._value()[()] if isinstance(value, Handle) and not value.shape else value


def _complete(part: slice) -> tuple[Any, Any, Any, int]:
    """Start, stop and step of one axis and how many numbers; an imaginary step is how many, the stop included."""
    start, stop = 0 if part.start is None else _bound(part.start), _bound(part.stop)
    step: Any = 1 if part.step is None else _bound(part.step)
    if isinstance(step, (complex, np.complexfloating)):
        size: Any = abs(step)
        return start, stop, size, int(size)
    if stop is None:
        raise TypeError(f"grids: expect a stop where there are several slices, or a count, got {part}")
    return start, stop, step, max(0, math.ceil((stop - start) / step))


class _Grid:
    """The coordinates that slices span. `grid[a:b:c]` counts from `a` to, not including, `b` in steps of `c`; with an imaginary
    step, `grid[a:b:5j]`, five numbers from `a` to `b`. One array an axis."""

    def __init__(self, sparse: bool) -> None:
        self._sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, (tuple, list)) else (key,)
        if not all(isinstance(part, slice) for part in parts):
            raise TypeError(f"{'ogrid' if self._sparse else 'mgrid'}: expects slices, got {key!r}")
        if isinstance(key, slice):
            if not isinstance(key.step, (complex, np.complexfloating)):
                return arange(*[_bound(item) for item in (key.start or 0, key.stop, key.step)])
            start, stop, step, count = _complete(key)
            kind = np.result_type(start, stop, step)
            return arange(0, count, 1, dtype=kind) * _gap(start, stop, count) + start
        bounds = [_complete(part) for part in parts]
        # Python numbers are weak; alone they are int64 at least.
        kind = np.result_type(0, *[item for bound in bounds for item in bound[:3]])
        rank, made = len(bounds), []
        for axis, (start, stop, step, count) in enumerate(bounds):
            by = _gap(start, stop, count) if isinstance(parts[axis].step, (complex, np.complexfloating)) else step
            line = arange(0, count, 1, dtype=kind)
            across = (None,) * axis + (slice(None),) + (None,) * (rank - axis - 1)
            made.append((line * by + start)[across] if self._sparse else line[across] * by + start)
        if self._sparse:
            return tuple(made)
        shape = tuple([bound[3] for bound in bounds])
        if not made:
            return zeros((0,), np.int64)
        return stack([manipulation.broadcast_to(line, shape) for line in made], dtype=kind, casting="unsafe")


def _gap(start: Any, stop: Any, count: int) -> Any:
    return (stop - start) / float(count - 1) if count != 1 else count


mgrid = _Grid(sparse=False)
ogrid = _Grid(sparse=True)
