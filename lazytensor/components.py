"""`t.real` and `t.imag`: views of one part of a complex tensor. What is written through them changes the tensor, and they show what is
written to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from lazytensor import indexing, manipulation
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops.numerics import complex as combined
from lazytensor.compiler.ops.row import Op
from lazytensor.creation import zeros
from lazytensor.handle import Handle, Storage, record, showing, wrap, write_lock

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


class Component(Storage):
    """A storage whose node is a part of another tensor's: read from it, and written back into it."""

    __slots__ = ("_made", "_source", "part", "whole")

    def __init__(self, whole: Handle, part: Op) -> None:
        self.whole = whole
        self.part = part
        self._made: Node | None = None
        # Weak: a value that nobody else reads must be free to be written over.
        self._source: ref[Node] | None = None

    @property
    def node(self) -> Node:
        base = self.whole._base()
        if self._made is None or self._source is None or self._source() is not base:
            self._made = record(self.part, (self.whole._read(),))
            self._source = ref(base)
        return self._made

    @node.setter
    def node(self, value: Node) -> None:
        other = record(ops.imag if self.part is ops.real else ops.real, (self.whole._read(),))
        parts = (value, other) if self.part is ops.real else (other, value)
        self.whole._assign(record(combined, parts), value.site)


def part(x: Tensor, row: Op) -> Tensor:
    """The real or imaginary part: of a complex tensor a view; of others the tensor itself, or zeros that cannot be written to."""
    if x._node is not None and not x.shape:  # a 0-d result stands for a scalar
        return wrap(record(row, (x._read(),)))
    if x.dtype.kind == "c":
        return showing(Component(x, row), None)
    if row is ops.real:
        return x._alias(x._index_map())
    return manipulation.broadcast_to(zeros((), x.dtype, device=x._base().device), x.shape)


def set_part(x: Tensor, row: Op, value: Any) -> None:
    """`x.real = value`, `x.imag = value`."""
    storage = value._storage if isinstance(value, Handle) else None
    if isinstance(storage, Component) and storage.whole is x and storage.part is row:
        return  # x.real += 1 has already written through the view
    if x.dtype.kind != "c" and row is ops.imag:
        raise TypeError(f"imag: a tensor of {x.dtype} has no imaginary part to set")
    with write_lock:
        indexing.assign(part(x, row), ..., value)
