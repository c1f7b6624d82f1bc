"""Sorting, and positions in what is sorted. Nothing here waits. NaNs are sorted as the largest numbers, as NumPy does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.axes import as_index, one_axis
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import chosen, text
from lazytensor.compiler.ops import sorting as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.core.handle import wrap
from lazytensor.core.operands import as_tensor, node_operand
from lazytensor.core.record import record
from lazytensor.functions.manipulation import copy, ravel, reshape
from lazytensor.functions.ranges import iota
from lazytensor.functions.selecting import take

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "argpartition", "argsort", "lexsort", "partition", "searchsorted", "sort", "sort_complex",
]  # fmt: skip


def _no_fields(order: Any, name: str) -> None:
    if order is not None:
        raise ValueError(f"{name}: order must be None, got {order!r}: tensors have no fields to sort by")


def _is_stable(kind: Any, stable: bool | None, name: str) -> bool:
    """Is a stable sort asked for? It is by default, as the array API standard says."""
    if kind is None:
        return stable is None or bool(stable)
    if stable is not None:
        raise ValueError(f"{name}: kind and stable are one argument; give one of them")
    # NumPy looks at the first letter.
    letter = text(kind, name, "kind")[:1].lower()
    if letter not in ("q", "h", "s", "m"):
        raise ValueError(f"{name}: kind must be 'quicksort', 'heapsort', 'mergesort' or 'stable', got {kind!r}")
    return letter in "sm"


def _along(a: Any, axis: int | None, name: str) -> tuple[Tensor, int]:
    source = as_tensor(a, name)
    if axis is None:
        return ravel(source), 0
    return source, one_axis(axis, len(source.shape), name)


@at_once(np.sort)
def sort(
    a: Any,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> Tensor:
    """A sorted copy.

    Parameters
    ----------
    a : array_like
    axis : int, optional
        The axis to sort along; None sorts the raveled array.
    kind : {"quicksort", "heapsort", "mergesort", "stable"}, optional
        The last two are stable, the others need not be.
    order : None
        NumPy's fields; tensors have none.
    stable : bool, optional
        Keep equal elements (0.0 and -0.0) in order; so it is unless False is given.
    descending : bool
        Largest first; NaNs come before them.

    >>> import lazytensor as lt
    >>> print(lt.sort(lt.asarray([3, 1, 2]), descending=True))
    [3 2 1]
    """
    _no_fields(order, "sort")
    source, place = _along(a, axis, "sort")
    return wrap(record(ops.sort, (source._read(),), (place, bool(descending), _is_stable(kind, stable, "sort"))))


def _sorting(a: Any, axis: int | None = -1) -> Any:
    return np.argsort(a, axis, kind="stable")


@at_once(_sorting)
def argsort(
    a: Any,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
    descending: bool = False,
) -> Tensor:
    """The positions (int64) that sort an array along an axis; parameters as of `sort`.

    >>> import lazytensor as lt
    >>> print(lt.argsort(lt.asarray([3, 1, 2])))
    [1 2 0]
    """
    _no_fields(order, "argsort")
    source = as_tensor(a, "argsort")
    source, place = _along(source if source.shape else ravel(source), axis, "argsort")
    found = wrap(record(ops.argsort, (source._read(),), (place, bool(descending), _is_stable(kind, stable, "argsort"))))
    return found


def lexsort(keys: Any, axis: int = -1) -> Tensor:
    """The positions (int64) that sort by several keys, the last of them being the first to count.

    Parameters
    ----------
    keys : sequence of array_like of one shape, or array_like whose first axis numbers the keys
    axis : int

    >>> import lazytensor as lt
    >>> print(lt.lexsort(([1, 0, 2], [5, 5, 4])))
    [2 1 0]
    """
    rows = keys if isinstance(keys, (list, tuple)) else list(as_tensor(keys, "lexsort"))
    if not rows:
        raise TypeError("lexsort: expects at least one key")
    nodes = [node_operand(row, "lexsort") for row in rows]
    if all(node.shape == () for node in nodes):
        one_axis(axis, 1, "lexsort")
        nodes = [reshape(wrap(node), (1,))._read() for node in nodes]
        return reshape(wrap(record(ops.lexsort, tuple(nodes), (0,))), ())[()]
    return wrap(record(ops.lexsort, tuple(nodes), (one_axis(axis, len(nodes[0].shape), "lexsort"),)))


# -- partitions -----------------------------------------------------------------------------------------------------------------


def _partitioned(op: Op, a: Any, kth: Any, axis: int | None, kind: str, order: Any) -> Tensor:
    name = op.name
    _no_fields(order, name)
    chosen(kind, ("introselect",), name, "kind")
    source = as_tensor(a, name)
    source, place = _along(source if source.shape or op is ops.partition else ravel(source), axis, name)
    length = source.shape[place]
    wanted = []
    for item in (kth,) if as_index(kth) is not None or not np.iterable(kth) else kth:
        if isinstance(item, (bool, np.bool_)) or getattr(item, "dtype", None) == np.bool_:
            raise ValueError(f"{name}: kth must be integers, got {item!r}")
        position = as_index(item)
        if position is None:
            raise TypeError(f"{name}: kth must be integers, got {item!r}")
        if 0 not in source.shape and not -length <= position < length:
            raise ValueError(f"{name}: kth(={position}) out of bounds ({length})")
        wanted.append(position % max(length, 1))
    if not wanted and getattr(kth, "dtype", None) is None:
        raise TypeError(f"{name}: kth must be integers, got {kth!r}")
    if not wanted or 0 in source.shape:
        # Nothing has a place to go to.
        return copy(source) if op is ops.partition else iota(source.shape, place, np.int64)
    return wrap(record(op, (source._read(),), (place, tuple(wanted))))


def partition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: None = None) -> Tensor:
    """A copy with the elements of places `kth` where sorting puts them, none larger before and none smaller after.

    Parameters
    ----------
    a : array_like
    kth : int or sequence of int
        A tensor is waited for.
    axis : int, optional
        None takes the raveled array.
    kind : {"introselect"}
    order : None
        NumPy's fields; tensors have none.

    >>> import lazytensor as lt
    >>> print(lt.partition(lt.asarray([7, 1, 5, 3]), 1)[1])
    3
    """
    return _partitioned(ops.partition, a, kth, axis, kind, order)


def argpartition(a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: None = None) -> Tensor:
    """The positions (int64) that partition an array; parameters as of `partition`."""
    return _partitioned(ops.argpartition, a, kth, axis, kind, order)


# -- what follows from sorting --------------------------------------------------------------------------------------------------


@at_once(np.ndarray.searchsorted)
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Tensor:
    """Positions (int64) where the elements of `v` go into the sorted, one-dimensional `a` to keep its order.

    Parameters
    ----------
    a, v : array_like
    side : {"left", "right"}
        Before or after elements that are equal.
    sorter : array_like of int, optional
        Positions that sort `a`, if it is not sorted itself.

    >>> import lazytensor as lt
    >>> print(lt.searchsorted(lt.asarray([1, 2, 3]), [2, 9]))
    [1 3]
    """
    side = chosen(side, ("left", "right"), "searchsorted", "side")
    ordered = as_tensor(a, "searchsorted")
    if sorter is not None:
        places = as_tensor(sorter, "searchsorted")
        if places.dtype.kind not in "iu":
            raise TypeError(f"searchsorted: sorter must only contain integers, got {places.dtype}")
        if places.shape != ordered.shape:
            raise ValueError(f"searchsorted: sorter of shape {places.shape} does not fit an array of shape {ordered.shape}")
        ordered = take(ordered, places, axis=0)
    return wrap(record(ops.searchsorted, (ordered._read(), node_operand(v, "searchsorted")), (side,)))


def sort_complex(a: Any) -> Tensor:
    """Sorted along the last axis by real parts, then imaginary ones, as complex numbers: complex128, but complex64 for integers of
    up to 16 bits and complex64."""
    found = sort(a)
    if found.dtype.kind == "c":
        return found
    small = found.dtype.kind in "iu" and found.dtype.itemsize < 4
    return results.astype(found, np.complex64 if small else np.complex128)
