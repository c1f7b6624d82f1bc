"""Sets: distinct values, and what one array has and another has not.

How many values there are depends on them: all of these wait but `isin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lazytensor.calling.fallback import found, values, waits
from lazytensor.core.handle import mutable
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import common_device
from lazytensor.functions import elementwise
from lazytensor.functions.creation import full
from lazytensor.functions.manipulation import ravel
from lazytensor.functions.selecting import take
from lazytensor.functions.sorting import searchsorted, sort

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "in1d", "intersect1d", "isin", "setdiff1d", "setxor1d", "union1d", "unique", "unique_all", "unique_counts", "unique_inverse",
    "unique_values",
]  # fmt: skip


def isin(element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False, *, kind: Any = None) -> Tensor:
    """For each of the elements: is it one of the test elements? Never waits.

    Parameters
    ----------
    element, test_elements : array_like
    assume_unique : bool
        NumPy's hint; it changes nothing here.
    invert : bool
        Answer the opposite question.
    kind : {None, "sort", "table"}
        NumPy's choice of algorithm; it changes nothing here.

    >>> import lazytensor as lt
    >>> print(lt.isin(lt.asarray([1, 2, 3]), [3, 1]))
    [ True False  True]
    """
    if kind not in (None, "sort", "table"):
        raise ValueError(f"isin: kind must be None, 'sort' or 'table', got {kind!r}")
    elements, among = as_tensor(element, "isin"), ravel(test_elements)
    if among.shape == (0,):
        same = full(elements.shape, False)
    else:
        ordered = sort(among)
        place = elementwise.minimum(searchsorted(ordered, elements), among.shape[0] - 1)
        same = elementwise.equal(take(ordered, place, axis=0), elements)
    return mutable(elementwise.logical_not(same) if invert else same)


def in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False, *, kind: Any = None) -> Tensor:
    """`isin` of one dimension, whatever the shape of the elements: NumPy has it until 2.3. Never waits."""
    return isin(ravel(ar1), ar2, assume_unique, invert, kind=kind)


# -- distinct values ------------------------------------------------------------------------------------------------------------


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


@waits
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The distinct values, in ascending order, and what else is asked for. Waits.

    Parameters
    ----------
    ar : array_like
    return_index : bool
        Also the first position of each value.
    return_inverse : bool
        Also the place of each element of `ar` among the values, in the shape of `ar` (one-dimensional with `axis`).
    return_counts : bool
        Also how often each value occurs.
    axis : int, optional
        Distinct slices along this axis, in place of distinct elements.
    equal_nan : bool
        Count NaNs as one value.
    sorted : bool
        The values are in ascending order in either case.

    >>> import lazytensor as lt
    >>> print(lt.unique(lt.asarray([3, 1, 3])))
    [1 3]
    """
    source = as_tensor(ar, "unique")
    device = source._base().device
    find: Any = np.unique
    parts = find(values(source), return_index, return_inverse, return_counts, axis, equal_nan=equal_nan)
    return tuple([found(part, device) for part in parts]) if isinstance(parts, tuple) else found(parts, device)


@waits
def unique_all(x: Any) -> UniqueAll:
    """The distinct values, sorted, their first positions in the raveled array, the place of each element among them, and their
    counts. Every NaN is distinct. Waits."""
    source = as_tensor(x, "unique_all")
    distinct, indices, inverse, counts = unique(source, True, True, True, equal_nan=False)
    return UniqueAll(distinct, indices, inverse, counts)


@waits
def unique_counts(x: Any) -> UniqueCounts:
    """The distinct values, sorted, and how often each occurs. Every NaN is distinct. Waits."""
    return UniqueCounts(*unique(x, return_counts=True, equal_nan=False))


@waits
def unique_inverse(x: Any) -> UniqueInverse:
    """The distinct values, sorted, and the place of each element of `x` among them. Every NaN is distinct. Waits."""
    return UniqueInverse(*unique(x, return_inverse=True, equal_nan=False))


@waits
def unique_values(x: Any) -> Tensor:
    """The distinct values, sorted. Every NaN is distinct. Waits."""
    return unique(x, equal_nan=False)  # type: ignore[no-any-return]


# -- two arrays -----------------------------------------------------------------------------------------------------------------


def _two(name: str, function: Any, ar1: Any, ar2: Any, **options: Any) -> Any:
    first, second = as_tensor(ar1, name), as_tensor(ar2, name)
    device = common_device(name, (first._base(), second._base()))
    parts = function(values(first), values(second), **options)
    return tuple([found(part, device) for part in parts]) if isinstance(parts, tuple) else found(parts, device)


@waits
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """The sorted, distinct values that both arrays have. Waits.

    Parameters
    ----------
    ar1, ar2 : array_like
        Raveled.
    assume_unique : bool
        Both hold every value once.
    return_indices : bool
        Also the positions (int64) of the first occurrences of the common values in both arrays.

    >>> import lazytensor as lt
    >>> print(lt.intersect1d([1, 3, 4, 3], [3, 1, 2, 1]))
    [1 3]
    """
    return _two("intersect1d", np.intersect1d, ar1, ar2, assume_unique=assume_unique, return_indices=return_indices)


@waits
def union1d(ar1: Any, ar2: Any) -> Tensor:
    """The sorted, distinct values that either array has. Waits."""
    return _two("union1d", np.union1d, ar1, ar2)  # type: ignore[no-any-return]


@waits
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Tensor:
    """The distinct values of the first array that the second has not: sorted, or in order with `assume_unique`. Waits."""
    return _two("setdiff1d", np.setdiff1d, ar1, ar2, assume_unique=assume_unique)  # type: ignore[no-any-return]


@waits
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Tensor:
    """The sorted, distinct values that only one of the arrays has. Waits."""
    return _two("setxor1d", np.setxor1d, ar1, ar2, assume_unique=assume_unique)  # type: ignore[no-any-return]
