"""Row groups: chains of elementwise work and reductions over rows that stay in cache, such as a softmax or a layer norm.

What such a group may hold (`row_links`), and in which passes over a row it is computed (`row_passes`). Its nodes are of two sizes:
those of the whole shape, the body, and row values, one for each row: the reductions and elementwise work on them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from lazytensor.compiler.graph import Graph, Shape
from lazytensor.compiler.kernel import Access, Group, access, contiguous_strides
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.tuning import BUFFERED_BYTES, RECOMPUTED_FLOPS, ROW_LEAST, ROW_MOST


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk along a row, and the row values to compute before it.

    `values` are reductions that the passes before have made and elementwise row values. `body` are the nodes computed for each
    element; the `saved` ones go to row buffers, from which later passes have them as `loaded`. `reduces` are fed by this pass.
    """

    values: tuple[int, ...]
    body: tuple[int, ...]
    loaded: tuple[int, ...]
    saved: tuple[int, ...]
    reduces: tuple[int, ...]


def reduced_axes(graph: Graph, group: Group) -> tuple[int, ...]:
    """The axes that the group's reductions are over."""
    return graph.nodes[group.reduces[0]].params[0]  # type: ignore[return-value]


def outer_shape(graph: Graph, group: Group) -> Shape | None:
    """The shape of the rows' numbers; None where the reduced axes are not the last ones, or rows are too short or too long."""
    rank, axes = len(group.shape), reduced_axes(graph, group)
    outer = rank - len(axes)
    if axes != tuple(range(outer, rank)) or not ROW_LEAST <= math.prod(group.shape[outer:]) <= ROW_MOST:
        return None
    return group.shape[:outer] if math.prod(group.shape[:outer]) else None


def _reads(have: Access, strides: tuple[int, ...]) -> bool:
    """Whether an access steps through its array by these strides, from the start on."""
    return have.offset == 0 and all(
        size == 1 or stride == step for size, stride, step in zip(have.shape, have.strides, strides, strict=True)
    )


def row_links(graph: Graph, group: Group) -> dict[int, int] | None:
    """For every input that is a row value, which one it is; None where the group cannot be computed row by row."""
    outer = outer_shape(graph, group)
    if outer is None:
        return None
    inner = group.shape[len(outer) :]
    axes = reduced_axes(graph, group)
    by_row, by_element = contiguous_strides(outer), contiguous_strides(group.shape)
    body, values = set(group.body), {*group.reduces, *group.epilogue}
    links: dict[int, int] = {}
    for position in group.members:
        node = graph.nodes[position]
        if node.op.seeded:
            return None  # random streams are made in blocks that know no rows
        if node.kind is Kind.REDUCE and node.params[0] != axes:
            return None
        if position in group.epilogue and node.shape not in (outer, (*outer, *(1,) * len(inner))):
            return None
        for operand in node.inputs:
            place = access(graph, operand)
            if place.slot in values:
                steps = (*by_row, *(0,) * (len(node.shape) - len(outer)))
                if node.kind is Kind.REDUCE or not _reads(place.broadcast(node.shape), steps):
                    return None
                links[operand] = place.slot
            elif place.slot in body and (position in group.epilogue or not _reads(place.broadcast(group.shape), by_element)):
                return None
    return links


@dataclass(slots=True)
class _PassDraft:
    body: set[int] = field(default_factory=set)
    loaded: set[int] = field(default_factory=set)
    saved: set[int] = field(default_factory=set)


class _Planner:
    """Assigns the nodes of a row group to passes: as few as the dependencies allow, each value computed where it is needed."""

    def __init__(self, graph: Graph, group: Group) -> None:
        self.graph = graph
        self.group = group
        self.body = set(group.body)
        self.level: dict[int, int] = {}  # position -> the first pass that can have it
        for position in group.members:
            self.level[position] = self._level(position)
        self.passes = [_PassDraft() for _ in range(max(self.level.values()) + 1)]
        self.first: dict[int, int] = {}  # body node -> the pass that computes it first

    def _level(self, position: int) -> int:
        node = self.graph.nodes[position]
        level = max((self.level.get(access(self.graph, operand).slot, 0) for operand in node.inputs), default=0)
        return level + (node.kind is Kind.REDUCE)

    def slots(self, position: int) -> list[int]:
        """The body nodes that a node reads."""
        slots = (access(self.graph, operand).slot for operand in self.graph.nodes[position].inputs)
        return [slot for slot in slots if slot in self.body]

    def plan(self) -> tuple[Pass, ...]:
        group, level = self.group, self.level
        for pass_index in range(len(self.passes)):
            for position in group.reduces:
                if level[position] == pass_index + 1:
                    for slot in self.slots(position):
                        self.need(slot, pass_index)
            for position in group.outputs:
                if position in self.body and level[position] == pass_index:
                    self.need(position, pass_index)
        values = [position for position in group.members if position not in self.body]
        return tuple(
            Pass(
                tuple(position for position in values if level[position] == pass_index),
                tuple(sorted(draft.body)),
                tuple(sorted(draft.loaded)),
                tuple(sorted(draft.saved)),
                tuple(position for position in group.reduces if level[position] == pass_index + 1),
            )
            for pass_index, draft in enumerate(self.passes)
        )

    def need(self, position: int, pass_index: int) -> None:
        """Have a body node's value in a pass: computed, computed again, or loaded from a row buffer."""
        current = self.passes[pass_index]
        if position in current.body or position in current.loaded:
            return
        first = self.first.setdefault(position, pass_index)
        if first < pass_index and self.cost(position) > RECOMPUTED_FLOPS:
            self.passes[first].saved.add(position)
            current.loaded.add(position)
            return
        current.body.add(position)
        for slot in self.slots(position):
            self.need(slot, pass_index)

    def cost(self, position: int) -> float:
        """Of computing a value again, in operations; a load counts as one."""
        if position in self.first and position in self.passes[self.first[position]].saved:
            return 1.0
        total = float(self.graph.nodes[position].op.flops)
        for operand in self.graph.nodes[position].inputs:
            if self.graph.nodes[operand].weak is not None or total > RECOMPUTED_FLOPS:
                continue
            place = access(self.graph, operand)
            if place.slot in self.body:
                total += self.cost(place.slot)
            elif place.slot not in self.level:
                wide = place.broadcast(self.group.shape)
                moved = [stride for stride, size in zip(wide.strides, wide.shape, strict=True) if size > 1]
                total += 1.0 if moved[-1:] in ([], [0], [1]) else 2.0 * RECOMPUTED_FLOPS
        return total


def row_passes(graph: Graph, group: Group) -> tuple[Pass, ...] | None:
    """The passes of a group for which there are `row_links`; None where too many values would have to be kept between them."""
    passes = _Planner(graph, group).plan()
    kept = sum(graph.nodes[position].dtype.itemsize for row_pass in passes for position in row_pass.saved)
    return passes if kept <= BUFFERED_BYTES else None
