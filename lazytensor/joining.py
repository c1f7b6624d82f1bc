"""Joining, splitting and repeating. Parts are views; the rest are lazy copies. Only `repeat` by a tensor waits."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import views
from lazytensor.axes import one_axis
from lazytensor.compiler.ops import indexing as indexing_ops
from lazytensor.compiler.ops import library as ops
from lazytensor.dtypes import as_dtype
from lazytensor.elementwise import astype
from lazytensor.handle import Handle, constant, record, wrap
from lazytensor.manipulation import as_tensor, atleast_1d, atleast_2d, broadcast_to, copy, expand_dims, lengths, ravel, reshape

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "array_split", "concat", "concatenate", "hstack", "repeat", "roll", "split", "stack", "tile", "unstack", "vstack",
]  # fmt: skip


def concat(arrays: Iterable[Any], /, axis: int | None = 0, *, dtype: Any = None) -> Tensor:
    """Join arrays along an existing axis; with `axis=None`, the raveled arrays.

    Parameters
    ----------
    arrays : sequence of array_like
        Of one shape but along `axis`; the result has their common dtype, or `dtype`.

    >>> import lazytensor as lt
    >>> print(lt.concat([lt.arange(2), lt.arange(3)]))
    [0 1 0 1 2]
    """
    return _join(ops.concat, "concat", arrays, axis, dtype, 0)


concatenate = concat


def stack(arrays: Iterable[Any], /, axis: int = 0, *, dtype: Any = None) -> Tensor:
    """Join arrays of one shape along a new axis.

    >>> import lazytensor as lt
    >>> lt.stack([lt.arange(3), lt.arange(3)], axis=-1).shape
    (3, 2)
    """
    return _join(ops.stack, "stack", arrays, axis, dtype, 1)


def _join(op: Any, name: str, arrays: Iterable[Any], axis: int | None, dtype: Any, extra: int) -> Tensor:
    parts = [as_tensor(array, name) for array in arrays]
    if not parts:
        raise ValueError(f"{name}: expects at least one array")
    if axis is None:
        parts, axis = [ravel(part) for part in parts], 0
    nodes = [part._read() for part in parts]
    # A shape error comes from the row, so a scalar among the arrays is reported before the axis.
    rank = len(nodes[0].shape) + extra
    made = wrap(record(op, tuple(nodes), (one_axis(axis, rank, name) if rank else 0,)))
    return made if dtype is None or made.dtype == as_dtype(dtype, name) else astype(made, dtype)


def vstack(arrays: Iterable[Any], /) -> Tensor:
    """Join along the first axis; one-dimensional arrays are rows."""
    return concat([atleast_2d(array) for array in arrays], axis=0)


def hstack(arrays: Iterable[Any], /) -> Tensor:
    """Join along the second axis; one-dimensional arrays along their only one."""
    parts = [atleast_1d(array) for array in arrays]
    return concat(parts, axis=0 if parts and len(parts[0].shape) == 1 else 1)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The arrays that `stack` would make `x` from, as views."""
    source = as_tensor(x, "unstack")
    place = one_axis(axis, len(source.shape), "unstack")
    whole = (slice(None),) * place
    view = source._index_map()
    return tuple([source._alias(views.index(view, (*whole, index))) for index in range(source.shape[place])])


def array_split(x: Any, /, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Views of parts along an axis: so many of nearly one length, or those between the given positions."""
    source = as_tensor(x, "array_split")
    place = one_axis(axis, len(source.shape), "array_split")
    length = source.shape[place]
    if views.is_integer(indices_or_sections):
        count = int(indices_or_sections)
        if count <= 0:
            raise ValueError("array_split: number of sections must be larger than 0")
        small, longer = divmod(length, count)
        cuts = [part * small + min(part, longer) for part in range(1, count)]
    else:
        cuts = [operator.index(cut) for cut in indices_or_sections]
    bounds = zip([0, *cuts], [*cuts, None], strict=True)
    return [_slice(source, place, slice(start, stop)) for start, stop in bounds]


def split(x: Any, /, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Like `array_split`, but parts of a given number must have one length."""
    source = as_tensor(x, "split")
    if views.is_integer(indices_or_sections):
        length = source.shape[one_axis(axis, len(source.shape), "split")]
        if indices_or_sections <= 0 or length % int(indices_or_sections):
            raise ValueError(f"split: {length} elements do not divide equally into {indices_or_sections}")
    return array_split(source, indices_or_sections, axis)


def roll(x: Any, /, shift: Any, axis: Any = None) -> Tensor:
    """Elements moved along the axes; those that leave at the end come back at the start. A lazy copy.

    >>> import lazytensor as lt
    >>> print(lt.roll(lt.arange(5), 2))
    [3 4 0 1 2]
    """
    source = as_tensor(x, "roll")
    if axis is None:
        total = sum(lengths(shift))
        return reshape(roll(ravel(source), total, 0), source.shape)
    axes = [one_axis(item, len(source.shape), "roll") for item in (axis if isinstance(axis, (tuple, list)) else (axis,))]
    shifts = lengths(shift)
    if len(shifts) != len(axes):
        if 1 not in (len(shifts), len(axes)):
            raise ValueError(f"roll: 'shift' and 'axis' must have one length, got {shift} and {axis}")
        shifts, axes = shifts * max(1, len(axes) // len(shifts)), axes * max(1, len(shifts) // len(axes))
    result = source
    for place, by in zip(axes, shifts, strict=True):
        length = source.shape[place]
        if length and by % length:
            cut = length - by % length
            head, tail = (_slice(result, place, part) for part in (slice(cut), slice(cut, None)))
            result = concat((tail, head), axis=place)
    return copy(source) if result is source else result


def _slice(x: Tensor, axis: int, part: slice) -> Tensor:
    return x._alias(views.index(x._index_map(), (slice(None),) * axis + (part,)))


# -- repeating ------------------------------------------------------------------------------------------------------------------


def repeat(x: Any, /, repeats: Any, axis: int | None = None) -> Tensor:
    """Each element `repeats` times, along an axis or of the raveled array. A lazy copy.

    Parameters
    ----------
    x : array_like
    repeats : int or one-dimensional array_like of int
        One number an element makes the result's shape depend on values: a tensor is waited for.

    >>> import lazytensor as lt
    >>> print(lt.repeat(lt.arange(3), 2))
    [0 0 1 1 2 2]
    """
    source = as_tensor(x, "repeat")
    if axis is None:
        source, axis = ravel(source), 0
    place = one_axis(axis, len(source.shape), "repeat")
    shape = source.shape
    if views.is_integer(repeats):
        count = int(repeats)
        if count < 0:
            raise ValueError(f"repeat: repeats must not be negative, got {count}")
        wide = broadcast_to(expand_dims(source, place + 1), (*shape[: place + 1], count, *shape[place + 1 :]))
        return reshape(copy(wide), (*shape[:place], shape[place] * count, *shape[place + 1 :]))
    counts = repeats._value() if isinstance(repeats, Handle) else np.asarray(repeats)
    if counts.dtype.kind not in "iu" and counts.size:
        raise TypeError(f"repeat: repeats must be integers, got {counts.dtype}")
    if counts.size == 1:
        return repeat(source, counts.item(), place)
    positions = constant(np.repeat(np.arange(shape[place]), counts.astype(np.intp)))
    return wrap(record(indexing_ops.take, (source._read(), positions), (place,)))


def tile(x: Any, repetitions: Any, /) -> Tensor:
    """The array set side by side, `repetitions` times along each axis. A lazy copy.

    >>> import lazytensor as lt
    >>> print(lt.tile(lt.asarray([1, 2]), (2, 2)))
    [[1 2 1 2]
     [1 2 1 2]]
    """
    source = as_tensor(x, "tile")
    counts = lengths(repetitions)
    rank = max(len(counts), len(source.shape))
    counts = (1,) * (rank - len(counts)) + counts
    shape = (1,) * (rank - len(source.shape)) + source.shape
    apart = tuple([item for length in shape for item in (1, length)])
    wide = tuple([item for count, length in zip(counts, shape, strict=True) for item in (count, length)])
    tiled = copy(broadcast_to(reshape(source, apart), wide))
    return reshape(tiled, tuple([count * length for count, length in zip(counts, shape, strict=True)]))
