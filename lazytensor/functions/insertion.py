"""Elements added and taken out: lazy copies. Positions given as a tensor, and `trim_zeros`, wait; nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import axis_tuple, one_axis
from lazytensor.calling.fallback import values as computed
from lazytensor.calling.fallback import waits
from lazytensor.calling.immediate import at_once
from lazytensor.compiler.ops import indexing as indexing_ops
from lazytensor.core import views
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.core.storage import constant
from lazytensor.core.storing import cast_for_assignment
from lazytensor.functions.creation import asarray
from lazytensor.functions.joining import _slice, concat
from lazytensor.functions.manipulation import broadcast_to, copy, expand_dims, moveaxis, ravel, reshape

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "append", "delete", "insert", "trim_zeros",
]  # fmt: skip


@at_once(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Tensor:
    """`concat` of two arrays, which are raveled when `axis` is None."""
    source = as_tensor(arr, "append")
    parts = [source, _values(values, source)]
    return concat([ravel(part) for part in parts] if axis is None else parts, 0 if axis is None else axis)


def _values(given: Any, beside: Tensor) -> Tensor:
    """What to add, on the device of the array it is added to."""
    return given if isinstance(given, Handle) else asarray(given, device=beside._base().device)  # type: ignore[return-value]


def _along(arr: Any, axis: int | None, name: str) -> tuple[Tensor, int]:
    """The array, raveled when the axis is None, and the axis."""
    source = as_tensor(arr, name)
    return (ravel(source), 0) if axis is None else (source, one_axis(axis, len(source.shape), name))


def _places(obj: Any, length: int, name: str) -> np.ndarray[Any, Any]:
    """The positions that `obj` gives, as integers or booleans; a tensor is waited for."""
    if isinstance(obj, slice):
        return np.arange(*obj.indices(length))
    found = computed(obj) if isinstance(obj, Handle) else np.asarray(obj)
    if found.size == 0 and not isinstance(obj, (np.ndarray, Handle)):
        found = found.astype(np.intp)
    if found.dtype.kind not in "iub":
        raise IndexError(f"{name}: positions must be of integer (or boolean) type, got {found.dtype}")
    return found


def _chosen(x: Tensor, places: np.ndarray[Any, Any], axis: int) -> Tensor:
    return wrap(record(indexing_ops.take, (x._read(), constant(places.astype(np.int64, copy=False))), (axis,)))


@at_once(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Tensor:
    """A copy with values inserted in front of the given positions along an axis, or of the raveled array.

    Parameters
    ----------
    arr : array_like
    obj : int, slice, or one-dimensional array_like of int or bool
        Positions in `arr`; a tensor is waited for.
    values : array_like
        What to insert, cast to the dtype of `arr`; it broadcasts as in an assignment to these positions.
    axis : int, optional

    >>> import lazytensor as lt
    >>> print(lt.insert(lt.arange(4), [1, 3], 9))
    [0 9 1 2 9 3]
    """
    source, axis = _along(arr, axis, "insert")
    rank, length = len(source.shape), source.shape[axis]
    places = _places(obj, length, "insert")
    if places.ndim > 1:
        raise ValueError(f"insert: positions must be a scalar or one-dimensional, got shape {places.shape}")
    if places.dtype.kind == "b":
        if places.ndim != 1:
            raise ValueError("insert: boolean positions must be one-dimensional")
        places = np.flatnonzero(places)
    part = wrap(cast_for_assignment(values, source.dtype, "insert"))
    single = places.size == 1
    if single:
        # One position takes any number of values.
        missing = tuple(range(rank - len(part.shape)))
        part = expand_dims(part, missing) if missing else part
        part = moveaxis(part, 0, axis) if places.ndim == 0 else part
    count = part.shape[axis] if single else places.size
    wanted = (*source.shape[:axis], count, *source.shape[axis + 1 :])
    extra = len(part.shape) - rank
    if extra > 0 and part.shape[:extra] == (1,) * extra:
        part = reshape(part, part.shape[extra:])
    part = broadcast_to(part, wanted)
    if single:
        place = places.item()
        if not -length <= place <= length:
            raise IndexError(f"insert: index {place} is out of bounds for axis {axis} with size {length}")
        place += length if place < 0 else 0
        return concat([_slice(source, axis, slice(place)), part, _slice(source, axis, slice(place, None))], axis)
    targets = np.where(places < 0, places + length, places).astype(np.intp)
    targets[np.argsort(targets, kind="stable")] += np.arange(count)
    if count and not (targets.min() >= 0 and targets.max() < length + count):
        raise IndexError(f"insert: positions {obj} are out of bounds for axis {axis} with size {length}")
    kept = np.ones(length + count, bool)
    kept[targets] = False
    order = np.empty(length + count, np.int64)
    order[targets] = length + np.arange(count)
    order[kept] = np.arange(length)
    return _chosen(concat([source, part], axis), order, axis)


@at_once(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Tensor:
    """A copy without the elements at the given positions along an axis, or of the raveled array.

    Parameters
    ----------
    arr : array_like
    obj : int, slice, array_like of int, or one-dimensional array_like of bool
        A tensor is waited for.
    axis : int, optional

    >>> import lazytensor as lt
    >>> print(lt.delete(lt.arange(5), [0, 3]))
    [1 2 4]
    """
    source, axis = _along(arr, axis, "delete")
    length = source.shape[axis]
    places = _places(obj, length, "delete")
    if places.dtype.kind == "b":
        if places.shape != (length,):
            raise ValueError(f"delete: boolean positions must be one-dimensional and match the axis length of {length}")
        dropped = places
    else:
        dropped = np.zeros(length, bool)
        try:
            dropped[places] = True
        except IndexError as error:
            raise IndexError(f"delete: {error}") from None
    kept = np.flatnonzero(~dropped)
    if len(kept) == length:
        return copy(source)
    first = int(np.argmax(dropped))
    last = length - int(np.argmax(dropped[::-1]))
    if last - first == length - len(kept):
        # One run: what is before it and what is after it.
        return concat([_slice(source, axis, slice(first)), _slice(source, axis, slice(last, None))], axis)
    return _chosen(source, kept, axis)


@waits
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Tensor:
    """A view without the zeros at the front ("f") and back ("b") of the given axes, or of all. Waits.

    >>> import lazytensor as lt
    >>> print(lt.trim_zeros(lt.asarray([0, 1, 0, 2, 0])))
    [1 0 2]
    """
    source = as_tensor(filt, "trim_zeros")
    sides = trim.lower()
    if sides not in ("fb", "bf", "f", "b"):
        raise ValueError(f"trim_zeros: trim must be made of 'f' and 'b', got {trim!r}")
    rank = len(source.shape)
    axes = tuple(range(rank)) if axis is None else axis_tuple(axis, rank, "trim_zeros")
    if not axes:
        return source
    found = np.argwhere(computed(source))
    key: list[Any] = [slice(None)] * rank
    for place in axes:
        if not len(found):
            key[place] = slice(0, 0)
        else:
            start, stop = int(found[:, place].min()), int(found[:, place].max()) + 1
            key[place] = slice(start if "f" in sides else None, stop if "b" in sides else None)
    return source._alias(views.index(source._index_map(), tuple(key)))
