"""Joining and repeating: lazy copies. Only `repeat` by a tensor of counts waits."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import lengths, truncated
from lazytensor.calling.arguments import positions as positions_of
from lazytensor.calling.axes import as_index, axis_tuple, one_axis, strict_axis
from lazytensor.calling.immediate import at_once
from lazytensor.calling.out import deliver
from lazytensor.calling.results import astype
from lazytensor.compiler.ops import indexing as indexing_ops
from lazytensor.compiler.ops import library as ops
from lazytensor.core import views
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.core.storage import constant
from lazytensor.functions.manipulation import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_to,
    copy,
    expand_dims,
    matrix_transpose,
    ravel,
    raveled,
    reshape,
)

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "block", "column_stack", "concat", "concatenate", "dstack", "hstack", "repeat", "resize", "roll", "row_stack", "stack", "tile",
    "vstack",
]  # fmt: skip


@at_once(np.concatenate)
def concat(
    arrays: Sequence[Any] | Tensor, /, axis: int | None = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind"
) -> Tensor:
    """Join arrays along an existing axis; with `axis=None`, the raveled arrays.

    Parameters
    ----------
    arrays : sequence of array_like
        Of one shape but along `axis`.
    axis : int, optional
    out : array, optional
        Where the result is stored: a tensor, or a NumPy array, which waits.
    dtype : dtype, optional
        The result's, if not the arrays' common one. Not together with `out`.
    casting : str
        Which conversions are allowed, by NumPy's rules.

    >>> import lazytensor as lt
    >>> print(lt.concat([lt.arange(2), lt.arange(3)]))
    [0 1 0 1 2]
    """
    return _join(ops.concat, "concat", arrays, axis, out, dtype, casting)


concatenate = concat


@at_once(np.stack)
def stack(
    arrays: Sequence[Any] | Tensor, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: Any = "same_kind"
) -> Tensor:
    """Join arrays of one shape along a new axis; parameters as of `concat`.

    >>> import lazytensor as lt
    >>> lt.stack([lt.arange(3), lt.arange(3)], axis=-1).shape
    (3, 2)
    """
    return _join(ops.stack, "stack", arrays, axis, out, dtype, casting)


def sequence(arrays: Any, name: str) -> Any:
    """The arrays to join; TypeError for an iterator, a set or a mapping, as NumPy has it: it would be used up."""
    if isinstance(arrays, Mapping) or not hasattr(type(arrays), "__getitem__"):
        raise TypeError(f"{name}: arrays to join must be in a sequence such as a list or tuple, got {type(arrays).__name__}")
    return arrays


def _join(op: Any, name: str, arrays: Any, axis: int | None, out: Any, dtype: Any, casting: Any) -> Tensor:
    given = list(sequence(arrays, name))
    if not given:
        raise ValueError(f"{name}: expects at least one array")
    if dtype is not None and out is not None:
        raise TypeError(f"{name}: takes only one of out and dtype, both were given")
    parts = [as_tensor(array, name) for array in given]
    target = as_dtype(dtype, name) if dtype is not None else getattr(out, "dtype", None)
    if axis is None and op is ops.concat:
        parts, axis = [ravel(part) for part in parts], 0
        if target is None and any(type(array) in (bool, int, float, complex) for array in given):
            # Python scalars are weak.
            target = np.result_type(
                *[array if type(array) in (bool, int, float, complex) else part.dtype
                  for array, part in zip(given, parts, strict=True)]
            )  # fmt: skip
            casting = "unsafe"
    if target is None and casting != "same_kind":
        target = np.result_type(*[part.dtype for part in parts])
    if target is not None:
        for part in parts:
            if not np.can_cast(part.dtype, target, casting):
                raise TypeError(f"{name}: cannot cast array data from {part.dtype} to {target} according to the rule {casting!r}")
        parts = [astype(part, target, copy=False) for part in parts]
    nodes = [part._read() for part in parts]
    # A shape error comes from the row, so a scalar among the arrays is reported before the axis.
    rank = len(nodes[0].shape) + (op is ops.stack)
    made = wrap(record(op, tuple(nodes), ((one_axis if op is ops.stack else strict_axis)(axis, rank, name) if rank else 0,)))
    return deliver(made, out, name)


@at_once(np.vstack)
def vstack(tup: Sequence[Any] | Tensor, *, dtype: Any = None, casting: Any = "same_kind") -> Tensor:
    """Join along the first axis; one-dimensional arrays are rows."""
    return concat([atleast_2d(array) for array in sequence(tup, "vstack")], 0, dtype=dtype, casting=casting)


row_stack = vstack  # NumPy has it until 2.4


@at_once(np.hstack)
def hstack(tup: Sequence[Any] | Tensor, *, dtype: Any = None, casting: Any = "same_kind") -> Tensor:
    """Join along the second axis; one-dimensional arrays along their only one."""
    parts = [atleast_1d(array) for array in sequence(tup, "hstack")]
    axis = 0 if parts and len(parts[0].shape) == 1 else 1
    return concat(parts, axis, dtype=dtype, casting=casting)


@at_once(np.dstack)
def dstack(tup: Sequence[Any] | Tensor) -> Tensor:
    """Join along the third axis, the arrays being viewed as `atleast_3d` views them."""
    return concat([atleast_3d(array) for array in sequence(tup, "dstack")], 2)


@at_once(np.column_stack)
def column_stack(tup: Sequence[Any] | Tensor) -> Tensor:
    """Join along the second axis; one-dimensional arrays are columns."""
    parts = [as_tensor(array, "column_stack") for array in sequence(tup, "column_stack")]
    columns = [matrix_transpose(atleast_2d(part)) if len(part.shape) < 2 else part for part in parts]
    return concat(columns, 1)


def block(arrays: Any) -> Tensor:
    """An array made of blocks in nested lists: the innermost lists are joined along the last axis, and so on outwards.

    >>> import lazytensor as lt
    >>> print(lt.block([[lt.ones((1, 2)), lt.zeros((1, 1))], [lt.arange(3)]]))
    [[1. 1. 0.]
     [0. 1. 2.]]
    """
    depth = _depth(arrays)
    if depth == 0:
        return copy(as_tensor(arrays, "block"))
    return _block(arrays, depth, max(depth, _rank(arrays)))


def _depth(arrays: Any) -> int:
    """How deep lists are nested, the same everywhere."""
    if isinstance(arrays, tuple):
        raise TypeError("block: blocks are in lists, got a tuple")
    if not isinstance(arrays, list):
        return 0
    if not arrays:
        raise ValueError("block: lists must not be empty")
    depths = {_depth(item) for item in arrays}
    if len(depths) > 1:
        raise ValueError(f"block: list depths are mismatched, found {sorted(depths)} in one list")
    return depths.pop() + 1


def _rank(arrays: Any) -> int:
    return max(map(_rank, arrays)) if isinstance(arrays, list) else len(as_tensor(arrays, "block").shape)


def _block(arrays: Any, depth: int, rank: int) -> Tensor:
    if depth == 0:
        source = as_tensor(arrays, "block")
        missing = tuple(range(rank - len(source.shape)))
        return expand_dims(source, missing) if missing else source
    return concat([_block(item, depth - 1, rank) for item in arrays], rank - depth)


@at_once(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Tensor:
    """Elements moved along the axes; those that leave at the end come back at the start. A lazy copy.

    >>> import lazytensor as lt
    >>> print(lt.roll(lt.arange(5), 2))
    [3 4 0 1 2]
    """
    source = as_tensor(a, "roll")
    shifts = tuple([truncated(item, "roll", "shift") for item in (shift if np.iterable(shift) else (shift,))])
    if axis is None:
        return reshape(roll(ravel(source), sum(shifts), 0), source.shape)
    # One axis may come twice.
    rank = len(source.shape)
    axes = (
        axis_tuple(axis, rank, "roll") if as_index(axis) is not None else tuple([one_axis(item, rank, "roll") for item in axis])
    )
    if not axes or not shifts:
        return copy(source)
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


def _counts(repeats: Any) -> np.ndarray[Any, Any]:
    """The numbers of repetitions; a tensor is waited for."""
    if type(repeats) is int:
        return np.asarray(repeats)
    counts: np.ndarray[Any, Any] = positions_of(repeats, "repeat", "safe")._value()
    return counts


@at_once(np.ndarray.repeat, grows=True)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Tensor:
    """Each element `repeats` times, along an axis or of the raveled array. A lazy copy.

    Parameters
    ----------
    a : array_like
    repeats : int or one-dimensional array_like of int
        One number an element makes the result's shape depend on values: a tensor is waited for.

    >>> import lazytensor as lt
    >>> print(lt.repeat(lt.arange(3), 2))
    [0 0 1 1 2 2]
    """
    source = as_tensor(a, "repeat")
    source, place = raveled(source, axis, "repeat")
    shape = source.shape
    counts = _counts(repeats)
    if counts.size == 1:
        count = counts.item()
        if count < 0:
            raise ValueError(f"repeat: repeats must not be negative, got {count}")
        wide = broadcast_to(expand_dims(source, place + 1), (*shape[: place + 1], count, *shape[place + 1 :]))
        return reshape(copy(wide), (*shape[:place], shape[place] * count, *shape[place + 1 :]))
    positions = constant(np.repeat(np.arange(shape[place]), counts))
    return wrap(record(indexing_ops.take, (source._read(), positions), (place,)))


@at_once(np.tile, grows=True)
def tile(A: Any, reps: Any) -> Tensor:
    """The array set side by side, `reps` times along each axis. A lazy copy.

    >>> import lazytensor as lt
    >>> print(lt.tile(lt.asarray([1, 2]), (2, 2)))
    [[1 2 1 2]
     [1 2 1 2]]
    """
    source = as_tensor(A, "tile")
    counts = tuple([operator.index(count) for count in reps]) if np.iterable(reps) else (operator.index(reps),)
    if any(count < 0 for count in counts):
        raise ValueError(f"tile: reps must not be negative, got {reps}")
    rank = max(len(counts), len(source.shape))
    counts = (1,) * (rank - len(counts)) + counts
    shape = (1,) * (rank - len(source.shape)) + source.shape
    apart = tuple([item for length in shape for item in (1, length)])
    wide = tuple([item for count, length in zip(counts, shape, strict=True) for item in (count, length)])
    tiled = copy(broadcast_to(reshape(source, apart), wide))
    return reshape(tiled, tuple([count * length for count, length in zip(counts, shape, strict=True)]))


def resize(a: Any, new_shape: Any) -> Tensor:
    """A copy in a new shape, the elements repeated in C order until it is full; zeros if there are none.

    >>> import lazytensor as lt
    >>> print(lt.resize(lt.arange(3), (2, 4)))
    [[0 1 2 0]
     [1 2 0 1]]
    """
    source = ravel(a)
    wanted = lengths(new_shape)
    if any(length < 0 for length in wanted):
        raise ValueError(f"resize: all elements of new_shape must be non-negative, got {new_shape}")
    count, have = math.prod(wanted), source.shape[0]
    if have == 0 or count == 0:
        return copy(broadcast_to(wrap(constant(np.zeros((), source.dtype), source._base().device)), wanted))
    wide = broadcast_to(source, (-(-count // have), have))
    flat = reshape(copy(wide), (wide.shape[0] * have,))
    return reshape(_slice(flat, 0, slice(count)), wanted)
