"""What one kernel computes: `Group`, the nodes that share a loop, and how a value's elements are found in memory (`Access`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from lazytensor.compiler.graph import Graph, Shape
from lazytensor.compiler.ops.row import Kind


class Form(Enum):
    """How a group runs: one loop over `shape`, the same followed by reductions of it, both by turns on one row after the other, or one
    call of a reference or library."""

    MAP = "map"
    REDUCE = "reduce"
    ROWS = "rows"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes computed together, by position, each list in graph order.

    MAP: `body` are elementwise and source nodes of shape `shape`; `stores`, at most one region store of a body node's values.
    REDUCE: `body` (maybe empty) of shape `shape`, the input's; `reduces`, all over the same axes; `epilogue`, elementwise nodes of the
    reductions' output shape that read reductions, other epilogue nodes, or values from outside the group.
    ROWS: as REDUCE, over the last axes, and body nodes may read reductions and epilogue nodes, each element the value of its row; the
    reductions' shapes may differ in their axes of length one (see `passes.rows`).
    CALL: one node of any other kind, in `body`. View nodes are in no group: their readers see through them (`access`).
    `outputs` are the members whose values are stored; the others live in registers only.
    """

    form: Form
    shape: Shape
    device: str
    body: tuple[int, ...]
    reduces: tuple[int, ...] = ()
    epilogue: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    stores: tuple[int, ...] = ()

    @property
    def members(self) -> tuple[int, ...]:
        """All nodes, in graph order."""
        return tuple(sorted((*self.body, *self.reduces, *self.epilogue, *self.stores)))


@dataclass(frozen=True, slots=True)
class Access:
    """Where a value lies: the slot of a C-contiguous array, and shape, strides and offset within it, in elements."""

    slot: int
    shape: Shape
    strides: tuple[int, ...]
    offset: int

    def broadcast(self, shape: Shape) -> Access:
        """The same value read as `shape`: stride 0 along the axes that NumPy's rules stretch."""
        lead = len(shape) - len(self.shape)
        strides = (0,) * lead + tuple(
            0 if have == 1 and want != 1 else stride
            for have, want, stride in zip(self.shape, shape[lead:], self.strides, strict=True)
        )
        return Access(self.slot, shape, strides, self.offset)


@lru_cache(maxsize=4096)
def contiguous_strides(shape: Shape) -> tuple[int, ...]:
    """C-order strides of `shape`, in elements."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    return tuple(strides)


def shift_of(graph: Graph, slot: int) -> int:
    """The slot of the number of elements that views and regions of the array in a slot lie further on; -1 where there is none."""
    while graph.shifts and graph.nodes[slot].kind is Kind.UPDATE:
        slot = graph.nodes[slot].inputs[0]
    return graph.shifts.get(slot, -1)


def access(graph: Graph, position: int) -> Access:
    """How to read the value at `position`, looking through view nodes to the stored array."""
    node = graph.nodes[position]
    if node.kind is Kind.VIEW:
        shape, strides, offset = node.params
        return Access(access(graph, node.inputs[0]).slot, shape, strides, offset)  # type: ignore[arg-type]
    return Access(position, node.shape, contiguous_strides(node.shape), 0)
