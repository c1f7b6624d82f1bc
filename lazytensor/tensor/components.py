"""`t.real` and `t.imag`: views of one part of a complex tensor. What is written through them changes the tensor, and they show what is
written to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.numerics import complex as combined
from lazytensor.compiler.ops.row import Op
from lazytensor.core import indexing, views
from lazytensor.core.eager import limit
from lazytensor.core.handle import Handle, showing, stands_for_scalar, wrap
from lazytensor.core.pending import end_statement
from lazytensor.core.record import record
from lazytensor.core.sites import Site
from lazytensor.core.statements import write_lock
from lazytensor.core.storage import Storage, as_stored, constant
from lazytensor.core.storing import cast_unsafely
from lazytensor.core.views import View
from lazytensor.functions import manipulation
from lazytensor.functions.creation import zeros

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

_PARTS = (ops.real, ops.imag)


class Component(Storage):
    """Another storage of complex numbers as the real numbers that lie in its memory, real and imaginary parts by turns.

    A view of one part then has NumPy's strides, and can be reshaped exactly where NumPy's can.
    """

    __slots__ = ("_numbers", "source")

    def __init__(self, source: Storage) -> None:
        super().__init__(None)
        self.source = source
        # An array of the source's, and its memory as real numbers.
        self._numbers: tuple[Any, Any] = (None, None)

    def shown(self) -> Any:
        """The memory as real numbers, if it is there, to be read only: what is written goes through the source."""
        array = self.source.settled()
        if array is None:
            return None
        known, numbers = self._numbers
        if known is not array:
            numbers = array.reshape(-1).view(array.real.dtype).reshape(*array.shape, 2)
            # What is held of large memory would keep it from being written over.
            if array.size <= limit.elements:
                self._numbers = array, numbers
        return numbers

    @property
    def root(self) -> Node:
        return self.source.root

    @property
    def node(self) -> Node:
        """The memory as real numbers: of a computed value without a copy."""
        base = self.source.node
        dtype = np.empty(0, base.dtype).real.dtype
        shape = (*base.shape, 2)
        value = base.result
        if type(value) is np.ndarray:
            return constant(value.reshape(-1).view(dtype).reshape(shape), base.device)
        return Node(structural.bitcast, (base,), (dtype, shape), shape, dtype, base.device, None)

    @node.setter
    def node(self, value: Node) -> None:
        base = self.source.node
        self.source.node = record(structural.bitcast, (value,), (base.dtype, base.shape))

    def read(self, view: View) -> Node:
        found = _one_part(view)
        if found is None:
            return super().read(view)
        part, shown = found
        return record(_PARTS[part], (self._elements(shown),))

    def store(self, view: View, value: Any, site: Site) -> None:
        found = _one_part(view)
        if found is None:
            super().store(view, value, site)
            return
        part, shown = found
        other = record(_PARTS[1 - part], (self._elements(shown),))
        made = record(combined, (other, value) if part else (value, other))
        if shown == views.whole(self.source.node.shape):
            self.source.node = as_stored(made)
        else:
            self.source.store(shown, made, site)

    def _elements(self, view: View) -> Node:
        """The complex numbers that a view of the source shows; all of them without a view, which would part what could fuse."""
        base = self.source.node
        return base if view == views.whole(base.shape) else self.source.read(view)


def _one_part(view: View) -> tuple[int, View] | None:
    """Which part a view of the memory shows, 0 for real, and of what elements; None if it shows both parts."""
    if any(step % 2 for step in view.strides):
        return None
    return view.offset % 2, View(view.shape, tuple([step // 2 for step in view.strides]), view.offset // 2)


def part(x: Tensor, row: Op) -> Tensor:
    """The real or imaginary part: of a complex tensor a view; of others the tensor itself, or zeros that cannot be written to."""
    if stands_for_scalar(x):  # a 0-d result stands for a scalar
        return wrap(record(row, (x._read(),)))
    if x.dtype.kind == "c":
        shown = x._index_map()
        view = type(shown)(shown.shape, tuple([2 * step for step in shown.strides]), 2 * shown.offset + (row is ops.imag))
        return showing(Component(x._share()), view)
    if row is ops.real:
        return x._alias(x._index_map())
    return manipulation.broadcast_to(zeros((), x.dtype, device=x._base().device), x.shape)


def set_part(x: Tensor, row: Op, value: Any) -> None:
    """`x.real = value`, `x.imag = value`."""
    if x.dtype.kind != "c" and row is ops.imag:
        raise TypeError(f"imag: a tensor of {x.dtype} has no imaginary part to set")
    with write_lock:
        target = part(x, row)
        if not (isinstance(value, Handle) and _same(value, target)):  # x.real += 1 has already written through the view
            indexing.assign(target, ..., cast_unsafely(value, target.dtype, "real" if row is ops.real else "imag"))
    end_statement()


def _same(x: Handle, y: Handle) -> bool:
    """Do both show the same parts of the same elements?"""
    mine, other = x._storage, y._storage
    if not (isinstance(mine, Component) and isinstance(other, Component) and mine.source is other.source):
        return mine is not None and mine is other and x._index_map() == y._index_map()
    return x._index_map() == y._index_map()
