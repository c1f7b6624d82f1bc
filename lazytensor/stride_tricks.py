"""Views by explicit strides, and sliding windows: NumPy's `numpy.lib.stride_tricks`. Nothing here waits or copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazytensor import views
from lazytensor.axes import as_index, one_axis
from lazytensor.manipulation import as_tensor, broadcast_arrays, broadcast_shapes, broadcast_to, lengths

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = ["as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "sliding_window_view"]


def as_strided(x: Any, shape: Any = None, strides: Any = None, subok: bool = False, writeable: bool = True) -> Tensor:
    """A view of the memory of `x` with another shape and strides.

    Parameters
    ----------
    x : array_like
    shape : tuple of int, optional
    strides : tuple of int, optional
        In bytes, as NumPy has them: whole elements.
    writeable : bool
        Where elements of the view share a place, what is written last stays.

    Raises
    ------
    ValueError
        If the view reaches beyond the array: unlike NumPy, this is checked.
    """
    source = as_tensor(x, "as_strided")
    view = source._index_map()
    wanted = view.shape if shape is None else lengths(shape)
    item = source.dtype.itemsize
    steps = view.strides if strides is None else lengths(strides)
    if strides is not None:
        if any(step % item for step in steps):
            raise ValueError(f"as_strided: strides {steps} are no multiples of the element size, {item} bytes")
        steps = tuple([step // item for step in steps])
    if len(wanted) != len(steps):
        raise ValueError(f"as_strided: shape {wanted} and strides {strides} have different lengths")
    spans = [(length - 1) * step for length, step in zip(wanted, steps, strict=True)]
    first = view.offset + sum(span for span in spans if span < 0)
    last = view.offset + sum(span for span in spans if span > 0)
    size = 1
    for length in source._base().shape:
        size *= length
    if 0 not in wanted and not (first >= 0 and last < size):
        raise ValueError(f"as_strided: shape {wanted} and strides {strides} reach beyond an array of {size} elements")
    made = views.View(wanted, steps, view.offset)
    return _windows(source, made, writeable)


def _windows(source: Tensor, view: views.View, writeable: bool) -> Tensor:
    if not writeable:
        return source._alias(views.ReadOnly(*view))
    if views.distinct(view):
        return source._alias(view)
    return source._alias(views.Overlapping(*view))


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False) -> Tensor:
    """A view of every window of a shape: the last axes are those within a window. With `writeable` it can be written through: where
    windows overlap, what is written last stays.

    >>> import lazytensor as lt
    >>> print(lt.lib.stride_tricks.sliding_window_view(lt.arange(5), 3).sum(axis=-1))
    [3 6 9]
    """
    source = as_tensor(x, "sliding_window_view")
    windows = lengths(window_shape)
    if any(length < 0 for length in windows):
        raise ValueError(f"sliding_window_view: window_shape {windows} cannot contain negative values")
    view = source._index_map()
    rank = len(view.shape)
    if axis is None:
        axes = tuple(range(rank))
        if len(windows) != rank:
            raise ValueError(
                f"sliding_window_view: without axis, window_shape {windows} must have one length for each of {rank} axes"
            )
    else:
        given = (axis,) if as_index(axis) is not None else tuple(axis)
        # An axis may come twice: windows of windows.
        axes = tuple([one_axis(item, rank, "sliding_window_view") for item in given])
        if len(axes) != len(windows):
            raise ValueError(f"sliding_window_view: window_shape {windows} and axis {axis} must have one length")
    shape = list(view.shape)
    for place, length in zip(axes, windows, strict=True):
        shape[place] -= length - 1
        if shape[place] < 1:
            raise ValueError(f"sliding_window_view: window shape {windows} is larger than the array, of shape {view.shape}")
    strides = (*view.strides, *(view.strides[place] for place in axes))
    return _windows(source, views.View((*shape, *windows), strides, view.offset), writeable)
