"""Index maps: which elements of a C-contiguous array a view shows, as shape, strides and offset in elements."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from lazytensor.compiler.kernel import contiguous_strides

Shape = tuple[int, ...]

# As many as NumPy's arrays can have.
MAX_AXES = 64


class View(NamedTuple):
    """Element (i, j, ...) of the view is element offset + i*strides[0] + j*strides[1] + ... of the array."""

    shape: Shape
    strides: tuple[int, ...]
    offset: int

    @property
    def writeable(self) -> bool:
        """Does every element of the view have a place of its own? (A broadcast view has not.)"""
        return 0 in self.shape or all(stride or length <= 1 for length, stride in zip(self.shape, self.strides, strict=True))


class ReadOnly(View):
    """A view that may not be written through: part of a broadcast one."""

    __slots__ = ()

    @property
    def writeable(self) -> bool:
        return False


class Overlapping(View):
    """A view that may be written through though some of its elements share a place: what is written last stays."""

    __slots__ = ()

    @property
    def writeable(self) -> bool:
        return True


class Own(View):
    """All of an array that nobody else made: its axes lie in memory in another order than C's."""

    __slots__ = ()


@lru_cache(maxsize=4096)
def whole(shape: Shape) -> View:
    """The view that shows all of an array of this shape."""
    return View(shape, contiguous_strides(shape), 0)


def distinct(view: View) -> bool:
    """Has every element of the view a place of its own, as far as strides tell?"""
    reach = 1
    for step, length in sorted((abs(step), length) for step, length in zip(view.strides, view.shape, strict=True) if length > 1):
        if step < reach:
            return False
        reach = step * (length - 1) + reach
    return True


def places(view: View, size: int) -> np.ndarray[Any, Any]:
    """The number of the element, of so many in the array, that each element of the view is."""
    numbers = np.arange(size)
    item = numbers.itemsize
    shown: np.ndarray[Any, Any] = np.ndarray(
        view.shape, numbers.dtype, numbers, view.offset * item, tuple([step * item for step in view.strides])
    )
    return np.array(shown, order="C")


def is_basic(key: tuple[Any, ...]) -> bool:
    """Only integers, slices, None and Ellipsis: indexing that yields a view."""
    for item in key:
        kind = type(item)
        if not (kind is slice or kind is int or item is None or item is Ellipsis or is_integer(item)):
            return False
    return True


def is_integer(item: Any) -> bool:
    """An integer index: a Python or NumPy integer, not a bool (which NumPy takes as a mask)."""
    if isinstance(item, (bool, np.bool_)):
        return False
    return isinstance(item, (int, np.integer))


def expand_ellipsis(key: tuple[Any, ...], rank: int, consumed: int) -> tuple[Any, ...]:
    """Replace the Ellipsis, or the missing end, of an index by full slices; `consumed` axes are indexed by the rest."""
    if consumed == len(key) == rank:
        return key
    ellipses = [place for place, item in enumerate(key) if item is Ellipsis]
    if len(ellipses) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if consumed > rank:
        raise IndexError(f"too many indices for array: array is {rank}-dimensional, but {consumed} were indexed")
    fill = (slice(None),) * (rank - consumed)
    if ellipses:
        place = ellipses[0]
        return (*key[:place], *fill, *key[place + 1 :])
    return (*key, *fill)


def position(view: View, key: tuple[Any, ...]) -> int | None:
    """Where the one element is that a full index of Python integers means; None for any other index, and beyond the bounds.

    The way of `x[i, j]` in loops: 0.7 us where `index` takes 2.
    """
    if len(key) != len(view.shape):
        return None
    place = view.offset
    for item, length, stride in zip(key, view.shape, view.strides, strict=True):
        if type(item) is not int:
            return None
        if item < 0:
            item += length
        if not 0 <= item < length:
            return None
        place += item * stride
    return place


def _check_axes(view: View, key: tuple[Any, ...]) -> None:
    """IndexError for more axes than NumPy's arrays can have."""
    rank = len(view.shape) + sum(1 if item is None else -1 if is_integer(item) else 0 for item in key)
    if rank > MAX_AXES:
        raise IndexError(f"number of dimensions must be within [0, {MAX_AXES}], indexing result would have {rank}")


def index(view: View, key: tuple[Any, ...]) -> View:
    """Apply a basic index."""
    consumed = len(key)
    for item in key:
        if item is None or item is Ellipsis:
            consumed -= 1
    if len(key) > consumed and len(view.shape) + key.count(None) > MAX_AXES:
        _check_axes(view, key)
    shape: list[int] = []
    strides: list[int] = []
    offset = view.offset
    axis = 0
    for item in expand_ellipsis(key, len(view.shape), consumed):
        if item is None:
            shape.append(1)
            strides.append(0)
            continue
        length, stride = view.shape[axis], view.strides[axis]
        if isinstance(item, slice):
            start, stop, step = item.indices(length)
            count = (stop - start + step - (1 if step > 0 else -1)) // step
            if count < 0:
                count = 0
            shape.append(count)
            strides.append(stride * step)
            if count:
                offset += start * stride
        else:
            place = operator.index(item)
            if not -length <= place < length:
                raise IndexError(f"index {place} is out of bounds for axis {axis} with size {length}")
            offset += (place % length) * stride
        axis += 1
    return View(tuple(shape), tuple(strides), offset)


def transpose(view: View, axes: Sequence[int]) -> View:
    """Axes in a new order."""
    return View(tuple(view.shape[axis] for axis in axes), tuple(view.strides[axis] for axis in axes), view.offset)


def flip(view: View, axes: Sequence[int]) -> View:
    """Elements of the given axes in reverse order."""
    strides, offset = list(view.strides), view.offset
    for axis in axes:
        if view.shape[axis]:
            offset += (view.shape[axis] - 1) * strides[axis]
        strides[axis] = -strides[axis]
    return View(view.shape, tuple(strides), offset)


def broadcast(view: View, shape: Shape) -> View | None:
    """Stretch axes of length 1 and add leading ones; None when the shapes do not fit."""
    lead = len(shape) - len(view.shape)
    if lead < 0:
        return None
    strides = [0] * lead
    for have, want, stride in zip(view.shape, shape[lead:], view.strides, strict=True):
        if have != want and have != 1:
            return None
        strides.append(0 if have == 1 else stride)
    return View(shape, tuple(strides), view.offset)


def reshape(view: View, shape: Shape) -> View | None:
    """The view with its elements, in C order, in a new shape; None when no strides can say that (NumPy then copies)."""
    if math.prod(shape) == 0 or math.prod(view.shape) <= 1:
        return View(shape, contiguous_strides(shape), view.offset)
    runs: list[tuple[int, int]] = []  # maximal runs of axes that walk memory evenly: length, innermost stride
    for length, stride in zip(view.shape, view.strides, strict=True):
        if length == 1:
            continue
        if runs and runs[-1][1] == stride * length:
            runs[-1] = (runs[-1][0] * length, stride)
        else:
            runs.append((length, stride))
    strides: list[int] = []
    rest = list(reversed(runs))
    left, stride = rest.pop()
    for length in shape:
        if length == 1:
            strides.append(0)
            continue
        if left == 1:
            left, stride = rest.pop()
        if left % length:
            return None
        left //= length
        strides.append(stride * left)
    return View(shape, tuple(strides), view.offset)


def resolve_shape(shape: Sequence[int], size: int) -> Shape:
    """Fill in a -1 and check the number of elements, with NumPy's errors."""
    found = [operator.index(length) for length in shape]
    known = math.prod(length for length in found if length != -1)
    if found.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    if any(length < -1 for length in found):
        raise ValueError(f"reshape: negative dimensions are not allowed, got {tuple(shape)}")
    if -1 in found:
        if known == 0 or size % known:
            raise ValueError(f"reshape: cannot reshape array of size {size} into shape {tuple(shape)}")
        found[found.index(-1)] = size // known
    elif known != size:
        raise ValueError(f"reshape: cannot reshape array of size {size} into shape {tuple(shape)}")
    return tuple(found)
