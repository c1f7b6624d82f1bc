"""Writing elements by position or by condition: lazily into a tensor, into a NumPy array after waiting for the values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.fallback import values
from lazytensor.core import indexing, storing, views
from lazytensor.core.handle import Handle, stands_for_scalar, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.pending import end_statement
from lazytensor.core.statements import write_lock
from lazytensor.functions import elementwise
from lazytensor.functions.creation import asarray
from lazytensor.functions.manipulation import ravel, reshape
from lazytensor.functions.ranges import iota
from lazytensor.functions.selecting import along_axis, bounded, take
from lazytensor.functions.statistics import cumsum

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "place", "put", "put_along_axis", "putmask",
]  # fmt: skip


def _write(target: Any, change: Callable[[Tensor], None], name: str) -> None:
    """Let `change` write to a tensor; to a NumPy array by way of one."""
    if isinstance(target, np.ndarray):
        copied = asarray(target, copy=True)
        change(copied)
        target[...] = values(copied)
        return
    if not isinstance(target, Handle) or stands_for_scalar(target):
        given = "a scalar" if isinstance(target, Handle) else type(target).__name__
        raise TypeError(f"{name}: expects a tensor or a NumPy array to write to, got {given}")
    # Reading and writing are one statement, which no other thread's may come between.
    with write_lock:
        change(target)  # type: ignore[arg-type]
    end_statement()


def _write_flat(whole: Tensor, places: Tensor, value: Any) -> None:
    """`whole.flat[places] = value`."""
    size = (math.prod(whole.shape),)
    view = views.reshape(whole._index_map(), size)
    if view is not None:
        indexing.assign(whole._alias(view), (places,), value)
        return
    flat = reshape(whole, size, copy=True)
    indexing.assign(flat, (places,), value)
    indexing.assign(whole, ..., reshape(flat, whole.shape))


def _cycled(v: Any, dtype: np.dtype[Any], name: str) -> Tensor:
    """The values to write, raveled, in the dtype of what they are written to."""
    return ravel(wrap(storing.cast_for_assignment(v, dtype, name)))


def cycled(given: Tensor, length: int) -> Tensor:
    """The first `length` of the elements of a vector, repeated if there are fewer."""
    have = given.shape[0]
    if have == length:
        return given
    return given[:length] if have > length else take(given, elementwise.remainder(iota((length,), 0, np.int64), have))


def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write values to positions of the raveled array, in place.

    Parameters
    ----------
    a : Tensor or numpy.ndarray
    ind : array_like of int
    v : array_like
        Repeated if there are fewer than positions.
    mode : {"raise", "wrap", "clip"}
        What to do with positions out of bounds: IndexError at the wait, or count on from the other end, or take the nearest.

    >>> import lazytensor as lt
    >>> x = lt.zeros(4)
    >>> lt.put(x, [0, -1], [5, 7])
    >>> print(x)
    [5. 0. 0. 7.]
    """

    def change(whole: Tensor) -> None:
        size = math.prod(whole.shape)
        places = ravel(bounded(ind, size, mode, "put"))
        given = _cycled(v, whole.dtype, "put")
        if given.shape == (0,) or places.shape == (0,):
            return
        _write_flat(whole, places, cycled(given, places.shape[0]))

    _write(a, change, "put")


def _by_mask(arr: Any, mask: Any, vals: Any, name: str, number: Callable[[Tensor], Tensor]) -> None:
    """Write `vals[number(mask) % len(vals)]` where the raveled mask is true."""

    def change(whole: Tensor) -> None:
        flags = as_tensor(mask, name)
        if math.prod(flags.shape) != math.prod(whole.shape):
            raise ValueError(f"{name}: mask and data must be the same size, got shapes {flags.shape} and {whole.shape}")
        given = _cycled(vals, whole.dtype, name)
        if given.shape == (0,):
            if name == "place":
                raise ValueError("place: cannot insert from an empty array")
            return
        flags = results.astype(ravel(flags), np.bool_, copy=False)
        chosen = given if given.shape == (1,) else take(given, elementwise.remainder(number(flags), given.shape[0]))
        indexing.assign(whole, ..., reshape(results.where(flags, chosen, ravel(whole)), whole.shape))

    _write(arr, change, name)


def putmask(a: Any, /, mask: Any, values: Any) -> None:
    """Write to `a`, in place, where a mask is true: the values at the same positions, repeated if there are fewer.

    >>> import lazytensor as lt
    >>> x = lt.arange(4)
    >>> lt.putmask(x, x > 1, [-1, -2, -3, -4])
    >>> print(x)
    [ 0  1 -3 -4]
    """
    _by_mask(a, mask, values, "putmask", lambda flags: iota(flags.shape, 0, np.int64))


def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write the values, one after the other and repeated if need be, to the true elements of a mask, in place.

    >>> import lazytensor as lt
    >>> x = lt.arange(4)
    >>> lt.place(x, x > 1, [-1, -2, -3, -4])
    >>> print(x)
    [ 0  1 -1 -2]
    """
    _by_mask(arr, mask, vals, "place", lambda flags: elementwise.maximum(cumsum(flags, axis=0) - 1, 0))


def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    """Write values to positions along the axis, given for each place, in place: the counterpart of `take_along_axis`.

    >>> import lazytensor as lt
    >>> x = lt.zeros((2, 2))
    >>> lt.put_along_axis(x, lt.asarray([[1], [0]]), 5, axis=1)
    >>> print(x)
    [[0. 5.]
     [5. 0.]]
    """

    def change(whole: Tensor) -> None:
        if axis is not None:
            indexing.assign(whole, along_axis(whole, indices, axis, "put_along_axis"), values)
            return
        (places,) = along_axis(ravel(whole), indices, 0, "put_along_axis")
        _write_flat(whole, places, values)

    _write(arr, change, "put_along_axis")
