"""Kernels for MAP groups: a loop nest over the collapsed domain, or 1024-element blocks where random sources are read."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import NamedTuple

from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.body import Body, grain
from lazytensor.compiler.codegen.nest.expressions import cast, load, store, suffix
from lazytensor.compiler.codegen.nest.loops import Operand, Strides, collapse, pivot, region
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group, access, contiguous_strides
from lazytensor.compiler.order import BLOCK


class Draft(NamedTuple):
    """A kernel ready to be compiled: its source, what its words mean, and the ranges it runs over."""

    source: str
    arguments: Arguments
    phases: tuple[Phase, ...]
    nanoseconds: float


class Map:
    """The loop nest of a MAP group."""

    @classmethod
    def plan(cls, graph: Graph, group: Group) -> Map | None:
        """The nest, or None where no kernel can be made."""
        body = Body.of(graph, group.body, group.shape)
        if body is None or not all(position in group.body or position in group.stores for position in group.outputs):
            return None
        nest = Map(graph, group, body)
        return None if body.fillers and len(nest.sizes) != 1 else nest

    def __init__(self, graph: Graph, group: Group, body: Body) -> None:
        self.graph = graph
        self.group = group
        self.body = body
        plain = contiguous_strides(group.shape)
        self.outputs = [
            Operand(position, position, graph.nodes[position].dtype, plain)
            for position in group.outputs
            if position in group.body
        ]
        self.store = region(graph, group.stores[0]) if group.stores else None
        every = [*self.body.operands, *self.outputs, *([self.store] if self.store else [])]
        self.sizes, strides = collapse(group.shape, [operand.strides for operand in every])
        if not self.sizes:  # one element: any stride will do, so it shares the kernel of the contiguous case
            self.sizes, strides = (1,), [(1,)] * len(every)
        self.strides = strides[: len(self.body.operands)]
        # The region of the base, read where it is written: by the same pointer, or LLVM would take the two for overlapping.
        self.own: int | None = None
        if self.store is not None:
            self.region = strides[-1]
            where = (access(graph, graph.nodes[self.store.node].inputs[0]).slot, self.store.strides, self.store.offset)
            places = [(operand.slot, operand.strides, operand.offset) for operand in self.body.operands]
            self.own = places.index(where) if where in places else None

    def draft(self) -> Draft:
        arguments = Arguments()
        source = Source()
        blocked = bool(self.body.fillers)
        rank = len(self.sizes)
        for axis in range(0 if blocked else 1, rank):
            arguments.constant(f"n{axis}", self.sizes[axis])
        own = set() if self.own is None else {self.own}
        self.body.declare(arguments, own)
        for number, output in enumerate(self.outputs):
            arguments.result(f"y{number}", output.node, self.graph.nodes[output.node].shape, output.dtype, suffix(output.dtype))
        plain = contiguous_strides(self.sizes)
        names = [f"x{number}" for number in range(len(self.strides))] + [f"y{number}" for number in range(len(self.outputs))]
        strides = [(0,) * rank if number in own else steps for number, steps in enumerate(self.strides)]
        strides += [plain] * len(self.outputs)
        if self.store is not None:
            arguments.store("region", self.store.node, self.store.offset, self.store.dtype, suffix(self.store.dtype))
            names.append("region")
            strides.append(self.region)
        nest = Nest(arguments, names, strides, rank)
        source.add(*arguments.lines)
        if blocked:
            self._blocks(source, nest)
            count = -(-self.sizes[0] // BLOCK)
        else:
            self._nest(source, nest)
            count = self.sizes[0]
        total = math.prod(self.sizes)
        each = self.nanoseconds()
        unit = each * (total / count) if count else 0.0
        share = grain(unit, BLOCK if rank == 1 and not blocked else 1)
        operations = [self.graph.nodes[position].op.name for position in self.group.members]
        text = source.text(operations[-3:], self._describe(operations))
        return Draft(text, arguments, (Phase(0, count, share),), each * total)

    def nanoseconds(self) -> float:
        """A rough cost for each element on one thread."""
        written = [*self.outputs, *([self.store] if self.store else [])]
        return self.body.nanoseconds() + sum(0.04 * output.dtype.itemsize for output in written)

    def _describe(self, operations: list[str]) -> str:
        loops = "1024-element blocks" if self.body.fillers else f"a {len(self.sizes)}-d domain"
        return f"{', '.join(operations)} over {loops}; [start, stop) is the outermost range."

    def _element(self, nest: Nest, position: str) -> list[str]:
        """Lines for one element at innermost index `position`."""
        names: dict[int, str] = {}
        hoisted = {number: f"c{number}" for number, steps in enumerate(self.strides) if steps[-1] == 0}
        lines = []
        target = nest.index(nest.names.index("region"), position) if self.store is not None else ""
        if self.own is not None and self.store is not None and self.own not in hoisted:
            hoisted[self.own] = "own"
            lines.append(f"own = {load('region', target, self.store.dtype)}")
        lines += self.body.lines(lambda number: nest.index(number, position), names, hoisted)
        for number, output in enumerate(self.outputs):
            index = nest.index(len(self.strides) + number, position)
            lines.append(f"y{number}[{index}] = {store(names[output.node], output.dtype)}")
        if self.store is not None:
            lines.append(f"region[{target}] = {self.stored(names)}  # update")
        return lines

    def stored(self, names: dict[int, str]) -> str:
        """The value for the region, as the base's dtype."""
        assert self.store is not None
        value = self.graph.nodes[self.store.node].inputs[1]
        return store(cast(names[value], self.graph.nodes[value].dtype, self.store.dtype), self.store.dtype)

    def _nest(self, source: Source, nest: Nest) -> None:
        last = nest.rank - 1
        self._hoist(source, nest, -1)
        ranges = ["start, stop", *(f"n{axis}" for axis in range(1, nest.rank))]
        for axis in range(last):
            source.loop(f"for i{axis} in range({ranges[axis]}):")
            source.add(*nest.offsets(axis))
            self._hoist(source, nest, axis)
        lines = self._element(nest, f"i{last}")
        self.row(source, nest, f"i{last}", ranges[last], lines)
        source.end(last)

    def row(self, source: Source, nest: Nest, variable: str, length: str, lines: list[str]) -> None:
        """The innermost loop: where that pays, once up to the first whole line of an operand, and once from there."""
        number = pivot(self.body.operands, self.strides, self.sizes)
        if number is None or number == self.own:
            source.loop(f"for {variable} in range({length}):", lines)
            return
        source.add("begin = 0", f"end = min({length}, to_line(x{number}, {nest.base(number)}))")
        source.loop("for part in range(2):")
        source.loop(f"for {variable} in range(begin, end):", lines)
        source.add("begin = end", f"end = {length}")
        source.end()

    def _hoist(self, source: Source, nest: Nest, axis: int) -> None:
        """Load, at the loop over `axis`, the operands that no deeper loop moves."""
        for number, steps in enumerate(self.strides):
            deepest = max((level for level, step in enumerate(steps) if step), default=-1)
            if steps[-1] == 0 and deepest == axis:
                source.add(f"c{number} = {self.body.value(number, nest.base(number))}")

    def _blocks(self, source: Source, nest: Nest) -> None:
        for number, position in enumerate(self.body.fillers):
            source.add(f"random{number} = stack_buffer({BLOCK}, {suffix(self.graph.nodes[position].dtype)})")
        self._hoist(source, nest, -1)
        source.loop("for block_number in range(start, stop):")
        source.add(*(self.body.fill(number, "block_number") for number in range(len(self.body.fillers))))
        source.add(f"i0 = block_number * {BLOCK}")
        lines = self._element(nest, "(i0 + j)")
        source.loop(f"for j in range(min({BLOCK}, n0 - i0)):", lines)
        source.end()


class Nest:
    """How the operands' element indices follow from the loop variables i0, i1, ...: offsets are summed once a loop level."""

    def __init__(self, arguments: Arguments, names: list[str], strides: list[Strides], rank: int) -> None:
        self.rank = rank
        self.names = names
        self._strides = strides
        for name, steps in zip(names, strides, strict=True):
            for axis, step in enumerate(steps):
                if step and not (axis == rank - 1 and step == 1):
                    arguments.constant(f"{name}_step{axis}", step)

    def _moves(self, number: int, axis: int) -> bool:
        return self._strides[number][axis] != 0

    def base(self, number: int) -> str:
        """Where the operand's innermost row begins."""
        levels = [axis for axis in range(self.rank - 1) if self._moves(number, axis)]
        return f"{self.names[number]}_at{levels[-1]}" if levels else "0"

    def offsets(self, axis: int, skip: Collection[int] = ()) -> list[str]:
        """The lines that step the offsets at the head of the loop over `axis`, but those of the operands in `skip`."""
        lines = []
        for number, name in enumerate(self.names):
            if self._moves(number, axis) and number not in skip:
                outer = [level for level in range(axis) if self._moves(number, level)]
                start = f"{name}_at{outer[-1]} + " if outer else ""
                lines.append(f"{name}_at{axis} = {start}i{axis} * {name}_step{axis}")
        return lines

    def index(self, number: int, position: str) -> str:
        """The index of the element at innermost position `position`."""
        step = self._strides[number][-1]
        inner = "" if step == 0 else position if step == 1 else f"{position} * {self.names[number]}_step{self.rank - 1}"
        base = self.base(number)
        if not inner:
            return base
        return (
            inner.strip("()")
            if base == "0" and inner.startswith("(") and inner.endswith(")")
            else (inner if base == "0" else f"{base} + {inner}")
        )
