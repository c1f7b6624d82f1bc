"""Shapes: views that alias their argument where NumPy's do, lazy copies elsewhere. Nothing here waits.

The order "F" reads and places elements in Fortran's order, "A" does so where that is their order in memory, and "K" takes them as they
lie there.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import checked_shape, integral, lengths
from lazytensor.calling.axes import as_index, axis_tuple, one_axis, reduced_axes, strict_axis
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import copying, memory_order, no_subclass
from lazytensor.calling.viewing import seen_through
from lazytensor.compiler.ops import elementwise as elementwise_ops
from lazytensor.compiler.ops.shapes import broadcast_shapes as _broadcast_shapes
from lazytensor.core import layout, views
from lazytensor.core.handle import Handle, mutable, stands_for_scalar, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor
    from lazytensor.tensor.flat import Flat

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "broadcast", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "copy",
    "expand_dims", "flip", "fliplr", "flipud", "matrix_transpose", "moveaxis", "ndim", "permute_dims", "ravel", "reshape",
    "rollaxis", "rot90", "shape", "size", "squeeze", "swapaxes", "transpose",
]  # fmt: skip

Shape = tuple[int, ...]
_flatten = np.ndarray.flatten


def raveled(x: Tensor, axis: Any, name: str) -> tuple[Tensor, int]:
    """An array and one of its axes; the raveled array for None, and for 0 and -1 if it has no axis, as NumPy has it."""
    if axis is None or (not x.shape and as_index(axis) in (0, -1)):
        return ravel(x), 0
    return x, strict_axis(axis, len(x.shape), name)


def copy(a: Any, order: str = "K", subok: bool = False) -> Tensor:
    """An independent tensor of the same values: neither sees writes to the other."""
    letter = memory_order(order, "copy", default="K")
    no_subclass(subok, "copy")
    return layout.copied(as_tensor(a, "copy"), letter)


def _viewed(given: Any, source: Tensor, view: views.View) -> Tensor:
    """A view of an array; of a scalar, or a result that stands for one, the scalar, if that has no axis either."""
    scalar = isinstance(given, np.generic) or (isinstance(given, Handle) and stands_for_scalar(given))
    return wrap(source._read()) if scalar and not view.shape else source._alias(view)


# -- the shape ------------------------------------------------------------------------------------------------------------------


def _shape(a: Any, name: str) -> Shape:
    try:
        return as_tensor(a, name).shape
    except TypeError:  # no numbers, which have a shape too
        return np.shape(a)


def shape(a: Any) -> Shape:
    """Lengths of the axes, as Python integers."""
    return _shape(a, "shape")


def ndim(a: Any) -> int:
    """The number of axes."""
    return len(_shape(a, "ndim"))


def size(a: Any, axis: Any = None) -> int:
    """The number of elements, along the given axes if any are."""
    found = _shape(a, "size")
    return math.prod(found if axis is None else [found[place] for place in axis_tuple(axis, len(found), "size")])


@seen_through(np.ndarray.reshape)
def reshape(a: Any, shape: Any, order: str = "C", *, copy: bool | None = None) -> Tensor:
    """The elements in a new shape.

    Parameters
    ----------
    a : array_like
    shape : int or tuple of int
        One length may be -1: what the others leave. None is the shape that `a` has.
    order : {"C", "F", "A"}
        "F" reads and places the elements with the first index changing fastest, "A" does so where they lie so in memory.
    copy : bool, optional
        None gives a view that aliases `a` where strides allow one, as NumPy does; True always copies.

    Raises
    ------
    ValueError
        If the number of elements differs, or `copy=False` and no view is possible.

    >>> import lazytensor as lt
    >>> print(lt.reshape(lt.arange(6), (2, -1)))
    [[0 1 2]
     [3 4 5]]
    """
    source, copy = as_tensor(a, "reshape"), copying(copy, "reshape")
    letter = memory_order(order, "reshape", "CFA")
    if letter == "F" or (letter == "A" and layout.is_fortran(source._index_map())):
        return permute_dims(reshape(permute_dims(source), lengths(shape)[::-1], copy=copy))
    wanted = source.shape if shape is None else views.resolve_shape(lengths(shape), math.prod(source.shape))
    view = None if copy else views.reshape(source._index_map(), wanted)
    if view is None:
        if copy is False:
            raise ValueError(f"reshape: shape {source.shape} cannot become {wanted} without a copy")
        source = _copied(source)
        view = views.whole(wanted)
    return _viewed(a, source, view)


def _copied(x: Tensor) -> Tensor:
    return wrap(record(elementwise_ops.copy, (x._read(),)))


def _in_order(x: Tensor, order: str) -> Tensor:
    """The axes in the order in which "C", "F", "A" or "K" takes the elements, the slowest first."""
    axes = layout.axes_read(order, x._index_map())
    return x if axes == tuple(range(len(axes))) else permute_dims(x, axes)


@seen_through(np.ndarray.ravel)
def ravel(a: Any, order: str = "C") -> Tensor:
    """One-dimensional: a view where the elements lie side by side in this order, else a copy. The order is that of `reshape`, or "K"
    for the one in memory."""
    source = _in_order(as_tensor(a, "ravel"), memory_order(order, "ravel"))
    view = source._index_map()
    return reshape(source, (math.prod(view.shape),), copy=None if layout.is_contiguous(view, "C") else True)


@at_once(_flatten)
def flatten(a: Any, order: str = "C") -> Tensor:
    """A one-dimensional copy, in an order as of `ravel`."""
    source = _in_order(as_tensor(a, "flatten"), memory_order(order, "flatten"))
    return reshape(source, (math.prod(source.shape),), copy=True)


@seen_through(np.ndarray.squeeze)
def squeeze(a: Any, axis: Any = None) -> Tensor:
    """A view without the given axes of length 1, or without all of them.

    Raises
    ------
    ValueError
        If a given axis is longer.
    """
    source = as_tensor(a, "squeeze")
    view = source._index_map()
    if axis is None:
        dropped = tuple([place for place, length in enumerate(view.shape) if length == 1])
    else:
        dropped = reduced_axes(axis, len(view.shape), "squeeze")
        if any(view.shape[place] != 1 for place in dropped):
            raise ValueError(f"squeeze: cannot select an axis of size not equal to one: {axis} of shape {view.shape}")
    kept = views.index(view, tuple([0 if place in dropped else slice(None) for place in range(len(view.shape))]))
    return _viewed(a, source, kept)


@seen_through(np.expand_dims)
def expand_dims(a: Any, axis: Any = 0) -> Tensor:
    """A view with new axes of length 1 at the given places of the result."""
    source = as_tensor(a, "expand_dims")
    view = source._index_map()
    places = axis if isinstance(axis, (tuple, list)) else (operator.index(axis),)
    rank = len(view.shape) + len(places)
    if rank > views.MAX_AXES:
        raise ValueError(f"expand_dims: arrays have at most {views.MAX_AXES} axes, the result would have {rank}")
    added = axis_tuple(places, rank, "expand_dims")
    return source._alias(views.index(view, tuple([None if place in added else slice(None) for place in range(rank)])))


def atleast_1d(*arys: Any) -> Any:
    """The array, viewed as one-dimensional if it has no axis; of several arrays, a tuple."""
    return _each(arys, "atleast_1d", lambda source: source if source.shape else expand_dims(source, 0))


def atleast_2d(*arys: Any) -> Any:
    """The array, viewed with leading axes of length 1 if it has fewer than two; of several arrays, a tuple."""

    def widened(source: Tensor) -> Tensor:
        missing = tuple(range(2 - len(source.shape)))
        return expand_dims(source, missing) if missing else source

    return _each(arys, "atleast_2d", widened)


def atleast_3d(*arys: Any) -> Any:
    """The array, viewed with at least three axes: vectors as (1, n, 1), matrices as (m, n, 1); of several arrays, a tuple."""
    missing: tuple[tuple[int, ...], ...] = ((0, 1, 2), (0, 2), (2,))
    return _each(
        arys, "atleast_3d", lambda source: source if len(source.shape) > 2 else expand_dims(source, missing[len(source.shape)])
    )


def _each(arrays: tuple[Any, ...], name: str, change: Callable[[Tensor], Tensor]) -> Any:
    made = tuple([change(as_tensor(array, name)) for array in arrays])
    return made[0] if len(made) == 1 else made


# -- the order of axes and elements ---------------------------------------------------------------------------------------------


@seen_through(np.ndarray.transpose)
def permute_dims(a: Any, axes: Any = None) -> Tensor:
    """A view with the axes in another order; in reverse order when `axes` is None.

    >>> import lazytensor as lt
    >>> lt.permute_dims(lt.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    source = as_tensor(a, "transpose")
    view = source._index_map()
    rank = len(view.shape)
    if axes is None:
        order: Sequence[int] = range(rank - 1, -1, -1)
    else:
        order = axis_tuple(axes, rank, "transpose", strict=True)
        if len(order) != rank:
            raise ValueError(f"transpose: axes {axes} don't match an array of shape {view.shape}")
    return _viewed(a, source, views.transpose(view, order))


transpose = permute_dims


@seen_through(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Tensor:
    """A view with the last two axes exchanged."""
    source = as_tensor(x, "matrix_transpose")
    rank = len(source.shape)
    if rank < 2:
        raise ValueError(f"matrix_transpose: expects at least two dimensions, got shape {source.shape}")
    return swapaxes(source, rank - 2, rank - 1)


@seen_through(np.ndarray.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Tensor:
    """A view with two axes exchanged."""
    source = as_tensor(a, "swapaxes")
    order = list(range(len(source.shape)))
    first, second = (one_axis(axis, len(order), "swapaxes") for axis in (axis1, axis2))
    order[first], order[second] = order[second], order[first]
    return source._alias(views.transpose(source._index_map(), order))


@seen_through(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Tensor:
    """A view with some axes moved to other places, the rest in their order."""
    array = as_tensor(a, "moveaxis")
    rank = len(array.shape)
    origins = axis_tuple(source, rank, "moveaxis")
    targets = axis_tuple(destination, rank, "moveaxis")
    if len(origins) != len(targets):
        raise ValueError("moveaxis: `source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(rank) if axis not in origins]
    for target, origin in sorted(zip(targets, origins, strict=True)):
        order.insert(target, origin)
    return array._alias(views.transpose(array._index_map(), order))


def rollaxis(a: Any, axis: int, start: int = 0) -> Tensor:
    """A view with one axis moved in front of the axis `start`; `moveaxis` says the same more plainly."""
    source = as_tensor(a, "rollaxis")
    rank = len(source.shape)
    origin = one_axis(axis, rank, "rollaxis")
    target = one_axis(start, rank + 1, "rollaxis") if start >= 0 else one_axis(start, rank, "rollaxis")
    return moveaxis(source, origin, target - 1 if origin < target else target)


@seen_through(np.flip)
def flip(m: Any, axis: Any = None) -> Tensor:
    """A view with the elements of the given axes, or of all, in reverse order."""
    source = as_tensor(m, "flip")
    rank = len(source.shape)
    axes = range(rank) if axis is None else axis_tuple(axis, rank, "flip")
    if not rank:
        return _copied(source)
    return source._alias(views.flip(source._index_map(), axes))


@seen_through(np.flipud)
def flipud(m: Any) -> Tensor:
    """A view with the first axis reversed."""
    return flip(m, 0)


@seen_through(np.fliplr)
def fliplr(m: Any) -> Tensor:
    """A view with the second axis reversed."""
    return flip(m, 1)


def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """A view turned by `k` quarters in the plane of two axes, from the first towards the second.

    >>> import lazytensor as lt
    >>> print(lt.rot90(lt.asarray([[1, 2], [3, 4]])))
    [[2 4]
     [1 3]]
    """
    source = as_tensor(m, "rot90")
    plane = tuple(axes)
    if len(plane) != 2:
        raise ValueError(f"rot90: axes must be two, got {axes}")
    first, second = axis_tuple(plane, len(source.shape), "rot90")
    turns = integral(k, "rot90", "k") % 4
    if turns == 0:
        return source._alias(source._index_map())
    if turns == 2:
        return flip(source, (first, second))
    return swapaxes(flip(source, second), first, second) if turns == 1 else flip(swapaxes(source, first, second), second)


# -- broadcasting ---------------------------------------------------------------------------------------------------------------


def broadcast_shapes(*args: Any) -> Shape:
    """The shape that arrays of these shapes broadcast to; ValueError if they do not.

    >>> import lazytensor as lt
    >>> lt.broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    return _broadcast_shapes("broadcast_shapes", *[checked_shape(shape, "broadcast_shapes") for shape in args])


def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Tensor:
    """A read-only view of an array in the shape it broadcasts to; no memory is used for it."""
    no_subclass(subok, "broadcast_to")
    source = as_tensor(array, "broadcast_to")
    wanted = checked_shape(shape, "broadcast_to")
    view = views.broadcast(source._index_map(), wanted)
    if view is None:
        raise ValueError(f"broadcast_to: an array of shape {source.shape} cannot be broadcast to shape {wanted}")
    return source._alias(views.ReadOnly(*view))


def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Tensor, ...]:
    """Views of the arrays in the shape that they broadcast to together."""
    no_subclass(subok, "broadcast_arrays")
    sources = [as_tensor(array, "broadcast_arrays") for array in args]
    shape = _broadcast_shapes("broadcast_arrays", *[source.shape for source in sources])
    return tuple([mutable(source) if source.shape == shape else broadcast_to(source, shape) for source in sources])


class broadcast:  # noqa: N801
    """What arrays broadcast to together: an iterator over tuples of elements, which are 0-d tensors, in C order. Never waits.

    Attributes
    ----------
    shape : tuple of int
    ndim, nd, size : int
    numiter : int
        The number of arrays.
    index : int
        How many tuples have been given; `reset()` begins anew.
    iters : tuple
        The `flat` of each array, broadcast to the shape.

    >>> import lazytensor as lt
    >>> lt.broadcast(lt.ones((3, 1)), [1, 2]).shape
    (3, 2)
    """

    _arrays: list[Tensor]

    def __init__(self, *arrays: Any) -> None:
        sources = [
            source
            for array in arrays
            for source in (array._arrays if isinstance(array, broadcast) else (as_tensor(array, "broadcast"),))
        ]
        if len(sources) > views.MAX_AXES:
            raise ValueError(f"broadcast: takes at most {views.MAX_AXES} arrays, got {len(sources)}")
        self.shape = _broadcast_shapes("broadcast", *[source.shape for source in sources])
        self.ndim = self.nd = len(self.shape)
        self.size = math.prod(self.shape)
        self.numiter = len(sources)
        self.index = 0
        self._arrays = [broadcast_to(source, self.shape) for source in sources]

    @property
    def iters(self) -> tuple[Flat, ...]:
        return tuple([array.flat for array in self._arrays])

    def reset(self) -> None:
        """Begin anew with the first elements."""
        self.index = 0

    def __iter__(self) -> broadcast:
        return self

    def __next__(self) -> tuple[Tensor, ...]:
        if self.index >= self.size:
            raise StopIteration
        place, key = self.index, []
        for length in reversed(self.shape):
            place, position = divmod(place, length)
            key.append(position)
        self.index += 1
        return tuple([array[tuple(reversed(key))] for array in self._arrays])
