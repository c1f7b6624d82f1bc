"""Searching, sorting and sets.

`sort`, `argsort`, `searchsorted`, `isin` and `take_along_axis` are lazy. What `nonzero`, `argwhere`, `flatnonzero` and the
`unique` functions return has a shape that depends on values: these wait for their argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lazytensor import elementwise, indexing
from lazytensor.axes import one_axis
from lazytensor.compiler.ops import library as ops
from lazytensor.creation import full
from lazytensor.handle import constant, node_operand, record, wrap
from lazytensor.manipulation import as_tensor, ravel
from lazytensor.ranges import iota

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "argsort", "argwhere", "flatnonzero", "isin", "nonzero", "searchsorted", "sort", "take_along_axis", "unique",
    "unique_all", "unique_counts", "unique_inverse", "unique_values",
]  # fmt: skip


# -- sorting --------------------------------------------------------------------------------------------------------------------


def _sorted(op: Any, x: Any, axis: int | None, descending: bool, stable: bool) -> Tensor:
    source = as_tensor(x, op.name)
    if axis is None:
        source, axis = ravel(source), 0
    place = one_axis(axis, len(source.shape), op.name)
    return wrap(record(op, (source._read(),), (place, bool(descending), bool(stable))))


def sort(x: Any, /, axis: int | None = -1, *, descending: bool = False, stable: bool = True) -> Tensor:
    """A sorted copy along an axis, of the raveled array when `axis` is None. NaNs count as the largest.

    >>> import lazytensor as lt
    >>> print(lt.sort(lt.asarray([3, 1, 2]), descending=True))
    [3 2 1]
    """
    return _sorted(ops.sort, x, axis, descending, stable)


def argsort(x: Any, /, axis: int | None = -1, *, descending: bool = False, stable: bool = True) -> Tensor:
    """The positions (int64) that sort an array along an axis; equal elements keep their order."""
    return _sorted(ops.argsort, x, axis, descending, stable)


def searchsorted(x1: Any, x2: Any, /, side: str = "left", sorter: Any = None) -> Tensor:
    """Positions (int64) where the elements of `x2` go into the sorted, one-dimensional `x1` to keep its order.

    Parameters
    ----------
    x1, x2 : array_like
    side : {"left", "right"}
        Before or after elements that are equal.
    sorter : array_like of int, optional
        Positions that sort `x1`, if it is not sorted itself.

    >>> import lazytensor as lt
    >>> print(lt.searchsorted(lt.asarray([1, 2, 3]), [2, 9]))
    [1 3]
    """
    if side not in ("left", "right"):
        raise ValueError(f"searchsorted: side must be 'left' or 'right', got {side!r}")
    ordered = as_tensor(x1, "searchsorted") if sorter is None else indexing.take(x1, sorter, axis=0)
    return wrap(record(ops.searchsorted, (ordered._read(), node_operand(x2, "searchsorted")), (side,)))


def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Tensor:
    """For each element of `x1`: is it one of the elements of `x2`?"""
    element, among = as_tensor(x1, "isin"), ravel(x2)
    if among.shape == (0,):
        found = full(element.shape, False)
    else:
        ordered = sort(among)
        place = elementwise.minimum(searchsorted(ordered, element), among.shape[0] - 1)
        found = elementwise.equal(indexing.take(ordered, place, axis=0), element)
    return elementwise.logical_not(found) if invert else found


def take_along_axis(x: Any, indices: Any, /, axis: int | None = -1) -> Tensor:
    """Elements of `x` at positions along the axis, given for each place: what `argsort` and `argmax(keepdims=True)` return."""
    source, places = as_tensor(x, "take_along_axis"), as_tensor(indices, "take_along_axis")
    if axis is None:
        source, axis = ravel(source), 0
    rank = len(source.shape)
    along = one_axis(axis, rank, "take_along_axis")
    if len(places.shape) != rank:
        raise ValueError(f"take_along_axis: indices of shape {places.shape} do not have the dimensions of shape {source.shape}")
    if places.dtype.kind not in "iu":
        raise IndexError(f"take_along_axis: indices must be integers, got {places.dtype}")
    key: list[Any] = []
    for dimension, length in enumerate(source.shape):
        if dimension == along:
            key.append(places)
        else:
            shape = tuple([length if place == dimension else 1 for place in range(rank)])
            key.append(iota(shape, dimension, np.int64))
    return indexing.get(source, tuple(key))


# -- what waits -----------------------------------------------------------------------------------------------------------------


def _values(x: Any, name: str) -> tuple[np.ndarray[Any, Any], str | None]:
    source = as_tensor(x, name)
    return source._value(), source._base().device


def _found(array: np.ndarray[Any, Any], device: str | None) -> Tensor:
    return wrap(constant(np.ascontiguousarray(array), device))


def nonzero(x: Any, /) -> tuple[Tensor, ...]:
    """The positions (int64) of the elements that are not zero, one tensor an axis. Waits.

    >>> import lazytensor as lt
    >>> print(lt.nonzero(lt.asarray([0, 3, 0, 4]))[0])
    [1 3]
    """
    value, device = _values(x, "nonzero")
    if value.ndim == 0:
        raise ValueError("nonzero: expects at least one dimension, got shape ()")
    return tuple([_found(places, device) for places in np.nonzero(value)])


def argwhere(x: Any, /) -> Tensor:
    """The positions of the elements that are not zero, one a row. Waits."""
    value, device = _values(x, "argwhere")
    return _found(np.argwhere(value), device)


def flatnonzero(x: Any, /) -> Tensor:
    """The positions in the raveled array of the elements that are not zero. Waits."""
    value, device = _values(x, "flatnonzero")
    return _found(np.flatnonzero(value), device)


class UniqueAll(NamedTuple):
    """What `unique_all` returns."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """What `unique_counts` returns."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """What `unique_inverse` returns."""

    values: Tensor
    inverse_indices: Tensor


def unique_all(x: Any, /) -> UniqueAll:
    """The distinct values, sorted, their first positions in the raveled array, the place of each element among them, and their
    counts. Every NaN is distinct. Waits."""
    value, device = _values(x, "unique_all")
    values, indices, inverse, counts = np.unique(value, True, True, True, equal_nan=False)
    parts = (values, indices, inverse.reshape(value.shape), counts)
    return UniqueAll(*[_found(part, device) for part in parts])


def unique_counts(x: Any, /) -> UniqueCounts:
    """The distinct values, sorted, and how often each occurs. Every NaN is distinct. Waits."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Any, /) -> UniqueInverse:
    """The distinct values, sorted, and the place of each element of `x` among them. Every NaN is distinct. Waits."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Any, /) -> Tensor:
    """The distinct values, sorted. Every NaN is distinct. Waits."""
    value, device = _values(x, "unique_values")
    return _found(np.unique(value, equal_nan=False), device)


def unique(
    x: Any,
    /,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
) -> Any:
    """NumPy's unique: the distinct values, sorted, and what else is asked for. Waits."""
    value, device = _values(x, "unique")
    find: Any = np.unique
    found = find(value, return_index, return_inverse, return_counts, axis, equal_nan=equal_nan)
    return tuple([_found(part, device) for part in found]) if isinstance(found, tuple) else _found(found, device)
