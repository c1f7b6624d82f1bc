"""Shapes and joining: views that alias their argument where NumPy's do, lazy copies elsewhere. Nothing here waits."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lazytensor import views
from lazytensor.axes import axis_tuple, one_axis
from lazytensor.compiler.ops import elementwise as elementwise_ops
from lazytensor.compiler.ops.shapes import broadcast_shapes as _broadcast_shapes
from lazytensor.handle import Handle, node_operand, record, wrap

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "atleast_1d", "atleast_2d", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "copy", "expand_dims", "flip",
    "fliplr", "flipud", "matrix_transpose", "moveaxis", "permute_dims", "ravel", "reshape", "squeeze", "swapaxes",
    "transpose",
]  # fmt: skip

Shape = tuple[int, ...]


def as_tensor(x: Any, name: str) -> Tensor:
    """The tensor itself, or a new one of anything that stands for an array."""
    return x if isinstance(x, Handle) else wrap(node_operand(x, name))  # type: ignore[return-value]


def lengths(shape: Any) -> Shape:
    """A shape argument, one integer or several, as a tuple of Python integers."""
    if views.is_integer(shape):
        return (int(shape),)
    return tuple([operator.index(length) for length in shape])


def _check_order(order: str, name: str) -> None:
    if order != "C":
        raise ValueError(f"{name}: order must be 'C', got {order!r}; tensors are logically C-contiguous")


def copy(x: Any, /, order: str = "C") -> Tensor:
    """An independent tensor of the same values: neither sees writes to the other."""
    _check_order(order, "copy")
    made = wrap(record(elementwise_ops.copy, (node_operand(x, "copy"),)))
    if made.shape == ():
        made._share()
    return made


# -- the shape ------------------------------------------------------------------------------------------------------------------


def reshape(x: Any, /, shape: Any, order: str = "C", *, copy: bool | None = None) -> Tensor:
    """The elements, in C order, in a new shape.

    Parameters
    ----------
    x : array_like
    shape : int or tuple of int
        One length may be -1: what the others leave.
    copy : bool, optional
        None gives a view that aliases `x` where strides allow one, as NumPy does; True always copies.

    Raises
    ------
    ValueError
        If the number of elements differs, or `copy=False` and no view is possible.

    >>> import lazytensor as lt
    >>> print(lt.reshape(lt.arange(6), (2, -1)))
    [[0 1 2]
     [3 4 5]]
    """
    _check_order(order, "reshape")
    source = as_tensor(x, "reshape")
    wanted = views.resolve_shape(lengths(shape), math.prod(source.shape))
    view = None if copy else views.reshape(source._index_map(), wanted)
    if view is None:
        if copy is False:
            raise ValueError(f"reshape: shape {source.shape} cannot become {wanted} without a copy")
        source = _copied(source)
        view = views.whole(wanted)
    return source._alias(view)


def _copied(x: Tensor) -> Tensor:
    return wrap(record(elementwise_ops.copy, (x._read(),)))


def ravel(x: Any, /, order: str = "C") -> Tensor:
    """One-dimensional: a view where strides allow one, else a copy."""
    _check_order(order, "ravel")
    source = as_tensor(x, "ravel")
    return reshape(source, (math.prod(source.shape),))


def flatten(x: Any, /, order: str = "C") -> Tensor:
    """A one-dimensional copy."""
    _check_order(order, "flatten")
    source = as_tensor(x, "flatten")
    return reshape(source, (math.prod(source.shape),), copy=True)


def squeeze(x: Any, /, axis: Any = None) -> Tensor:
    """A view without the given axes of length 1, or without all of them.

    Raises
    ------
    ValueError
        If a given axis is longer.
    """
    source = as_tensor(x, "squeeze")
    view = source._index_map()
    if axis is None:
        dropped = tuple([place for place, length in enumerate(view.shape) if length == 1])
    else:
        dropped = axis_tuple(axis, len(view.shape), "squeeze")
        if any(view.shape[place] != 1 for place in dropped):
            raise ValueError(f"squeeze: cannot select an axis of size not equal to one: {axis} of shape {view.shape}")
    return source._alias(views.index(view, tuple([0 if place in dropped else slice(None) for place in range(len(view.shape))])))


def expand_dims(x: Any, /, axis: Any = 0) -> Tensor:
    """A view with new axes of length 1 at the given places of the result."""
    source = as_tensor(x, "expand_dims")
    view = source._index_map()
    rank = len(view.shape) + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    added = axis_tuple(axis, rank, "expand_dims")
    return source._alias(views.index(view, tuple([None if place in added else slice(None) for place in range(rank)])))


def atleast_1d(x: Any, /) -> Tensor:
    """`x`, viewed as one-dimensional if it has no axis."""
    source = as_tensor(x, "atleast_1d")
    return source if source.shape else expand_dims(source, 0)


def atleast_2d(x: Any, /) -> Tensor:
    """`x`, viewed with leading axes of length 1 if it has fewer than two."""
    source = as_tensor(x, "atleast_2d")
    missing = tuple(range(2 - len(source.shape)))
    return expand_dims(source, missing) if missing else source


# -- the order of axes and elements ---------------------------------------------------------------------------------------------


def permute_dims(x: Any, /, axes: Any = None) -> Tensor:
    """A view with the axes in another order; in reverse order when `axes` is None.

    >>> import lazytensor as lt
    >>> lt.permute_dims(lt.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    source = as_tensor(x, "transpose")
    view = source._index_map()
    rank = len(view.shape)
    if axes is None:
        order: Sequence[int] = range(rank - 1, -1, -1)
    else:
        order = axis_tuple(tuple(axes), rank, "transpose")
        if len(order) != rank:
            raise ValueError(f"transpose: axes {tuple(axes)} don't match an array of shape {view.shape}")
    return source._alias(views.transpose(view, order))


transpose = permute_dims


def matrix_transpose(x: Any, /) -> Tensor:
    """A view with the last two axes exchanged."""
    source = as_tensor(x, "matrix_transpose")
    rank = len(source.shape)
    if rank < 2:
        raise ValueError(f"matrix_transpose: expects at least two dimensions, got shape {source.shape}")
    return swapaxes(source, rank - 2, rank - 1)


def swapaxes(x: Any, /, axis1: int, axis2: int) -> Tensor:
    """A view with two axes exchanged."""
    source = as_tensor(x, "swapaxes")
    order = list(range(len(source.shape)))
    first, second = (one_axis(axis, len(order), "swapaxes") for axis in (axis1, axis2))
    order[first], order[second] = order[second], order[first]
    return source._alias(views.transpose(source._index_map(), order))


def moveaxis(x: Any, source: Any, destination: Any, /) -> Tensor:
    """A view with some axes moved to other places, the rest in their order."""
    array = as_tensor(x, "moveaxis")
    rank = len(array.shape)
    origins = axis_tuple(source, rank, "moveaxis")
    targets = axis_tuple(destination, rank, "moveaxis")
    if len(origins) != len(targets):
        raise ValueError("moveaxis: `source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(rank) if axis not in origins]
    for target, origin in sorted(zip(targets, origins, strict=True)):
        order.insert(target, origin)
    return array._alias(views.transpose(array._index_map(), order))


def flip(x: Any, /, axis: Any = None) -> Tensor:
    """A view with the elements of the given axes, or of all, in reverse order."""
    source = as_tensor(x, "flip")
    rank = len(source.shape)
    axes = range(rank) if axis is None else axis_tuple(axis, rank, "flip")
    return source._alias(views.flip(source._index_map(), axes))


def flipud(x: Any, /) -> Tensor:
    """A view with the first axis reversed."""
    return flip(x, 0)


def fliplr(x: Any, /) -> Tensor:
    """A view with the second axis reversed."""
    return flip(x, 1)


# -- broadcasting ---------------------------------------------------------------------------------------------------------------


def broadcast_shapes(*shapes: Any) -> Shape:
    """The shape that arrays of these shapes broadcast to; ValueError if they do not.

    >>> import lazytensor as lt
    >>> lt.broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    return _broadcast_shapes("broadcast_shapes", *[lengths(shape) for shape in shapes])


def broadcast_to(x: Any, /, shape: Any) -> Tensor:
    """A read-only view of `x` in the shape it broadcasts to; no memory is used for it."""
    source = as_tensor(x, "broadcast_to")
    wanted = lengths(shape)
    view = views.broadcast(source._index_map(), wanted)
    if view is None:
        raise ValueError(f"broadcast_to: an array of shape {source.shape} cannot be broadcast to shape {wanted}")
    return source._alias(views.ReadOnly(*view))


def broadcast_arrays(*arrays: Any) -> tuple[Tensor, ...]:
    """Views of the arrays in the shape that they broadcast to together."""
    sources = [as_tensor(array, "broadcast_arrays") for array in arrays]
    shape = _broadcast_shapes("broadcast_arrays", *[source.shape for source in sources])
    return tuple([source if source.shape == shape else broadcast_to(source, shape) for source in sources])
