"""Orders in memory: which one a tensor has, and copies in a given one.

What is recorded is C-contiguous; an array in another order is a view, with its axes permuted, of one that is. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise
from lazytensor.core import views
from lazytensor.core.elements import copied_now
from lazytensor.core.handle import Handle, created, showing
from lazytensor.core.record import record
from lazytensor.core.storage import Storage
from lazytensor.core.views import View

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

Axes = tuple[int, ...]


def is_contiguous(view: View, order: str) -> bool:
    """Do the elements lie side by side in memory, in the order "C" or "F"?"""
    if 0 in view.shape:
        return True
    step = 1
    axes = range(len(view.shape))
    for axis in axes if order == "F" else reversed(axes):
        if view.shape[axis] != 1:
            if view.strides[axis] != step:
                return False
            step *= view.shape[axis]
    return True


def is_fortran(view: View) -> bool:
    """Is the order in memory Fortran's and not C's?"""
    return is_contiguous(view, "F") and not is_contiguous(view, "C")


def fits(view: View, order: str) -> bool:
    """May an array be used as it is where `order` is asked for? "A" and "K" ask for nothing."""
    return order not in ("C", "F") or is_contiguous(view, order)


def axes_in(order: str, view: View) -> Axes:
    """The axes from the slowest to the fastest in memory that a copy of what the view shows has in an order: "C", "F", "A" for Fortran's
    where the view is in that, or "K" for the order of the strides."""
    axes = tuple(range(len(view.shape)))
    if order == "K" and not is_contiguous(view, "C"):
        if not is_contiguous(view, "F"):
            return tuple(sorted(axes, key=lambda axis: -abs(view.strides[axis])))
        order = "F"
    return axes[::-1] if order == "F" or (order == "A" and is_fortran(view)) else axes


def axes_read(order: str, view: View) -> Axes:
    """The axes from the slowest to the fastest in which the elements of what the view shows are read in an order: as above, but that
    in the order "K" an axis which repeats its element stays beside its neighbours, as in NumPy's iterators."""
    if order != "K" or is_contiguous(view, "C") or is_contiguous(view, "F"):
        return axes_in(order, view)
    strides = [0 if length == 1 else abs(stride) for length, stride in zip(view.shape, view.strides, strict=True)]
    found: list[int] = []  # from the fastest
    for axis in reversed(range(len(strides))):
        place = len(found)
        for before in reversed(range(len(found))):
            if strides[axis] and strides[found[before]]:
                if strides[found[before]] <= strides[axis]:
                    break
                place = before
        found.insert(place, axis)
    return tuple(found[::-1])


def result_order(order: str, operands: Iterable[Any]) -> str:
    """How a new result is laid out where a function is given `order=`: in "F" if that is asked for, or "A" with operands that are all in
    Fortran's order; else in "C"."""
    if order == "A":
        maps = [item._index_map() for item in operands if isinstance(item, Handle)]
        order = "F" if any(map(is_fortran, maps)) and all(is_contiguous(view, "F") for view in maps) else "C"
    return "F" if order == "F" else "C"


def copied(x: Handle, order: str, dtype: np.dtype[Any] | None = None) -> Tensor:
    """An independent tensor of the same values, in another dtype if one is given, that has the order in memory."""
    made = copied_now(x, order, dtype) if isinstance(x, Handle) else None
    return arranged(x, axes_in(order, x._index_map()), dtype) if made is None else made


def arranged(x: Handle, axes: Axes, dtype: np.dtype[Any] | None = None) -> Tensor:
    """As `copied`, with these axes from the slowest to the fastest in memory."""
    plain = axes == tuple(range(len(axes)))
    source = x._read() if plain else x._alias(views.transpose(x._index_map(), axes))._read()
    if dtype is None or dtype == source.dtype:
        node = record(elementwise.copy, (source,))
    else:
        node = record(elementwise.astype, (source,), (dtype,))
    return created(node) if plain else turned(node, axes)


def turned(node: Node, axes: Axes) -> Tensor:
    """A tensor of its own whose axes of these numbers are the node's, from the slowest to the fastest in memory."""
    inverse = sorted(range(len(axes)), key=axes.__getitem__)
    return showing(Storage(node), views.Own(*views.transpose(views.whole(node.shape), inverse)))


def laid_out(made: Tensor, order: str) -> Tensor:
    """A new tensor, which nobody else has seen, in the order "C" or "F"."""
    return made if fits(made._index_map(), order) else copied(made, order)
