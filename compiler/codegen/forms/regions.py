"""Kernels for region stores that read the array they write to at other places: stencils, shifts.

A row of the region may be written only when no row still to be computed reads what it overwrites. So rows are computed into a ring
of a few, which stay in cache, and written that much later. Threads take chunks of rows: the rows that a neighbouring chunk may read
are kept until all chunks are computed, and written in a second phase.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from lazytensor.compiler.codegen.forms.mapping import Draft, Map, Nest
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.body import Body, grain
from lazytensor.compiler.codegen.nest.expressions import store, suffix
from lazytensor.compiler.codegen.nest.loops import Strides
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group, access, contiguous_strides
from lazytensor.compiler.order import BLOCK
from lazytensor.compiler.tuning import REGION_CHUNK


def reach(sizes: tuple[int, ...], region: Strides, begin: int, strides: Strides, offset: int) -> tuple[int, int] | None:
    """How far reads of an array stay from the region written, both by strides and offset over the domain `sizes`.

    (head, tail): a row reads what rows up to `head` later and up to `tail` earlier overwrite. (-1, -1): none at all. None where the
    rows are not comparable.
    """
    step = region[0]
    if strides[0] != step or step == 0:
        return None
    read, written = _span(sizes[1:], strides[1:]), _span(sizes[1:], region[1:])
    low, high = offset - begin + read[0] - written[1], offset - begin + read[1] - written[0]
    # Row i reads what row k overwrites only where low <= -(i - k) * step <= high.
    edges = (-high, -low) if step > 0 else (-low, -high)
    first, last = -(-edges[0] // step), edges[1] // step
    return (max(-first, 0), max(last, 0)) if first <= last else (-1, -1)


def _span(sizes: Strides, strides: Strides) -> tuple[int, int]:
    """The lowest and highest offset within a row."""
    ends = [(size - 1) * step for size, step in zip(sizes, strides, strict=True)]
    return sum(min(0, end) for end in ends), sum(max(0, end) for end in ends)


class Ring(Map):
    """The loop nest of a MAP group whose region store overlaps what is read."""

    @classmethod
    def of(cls, nest: Map) -> Ring | None:
        """A nest with a ring, or None where `nest` will do: what is read elsewhere than where it is written lies apart from the region."""
        if nest.store is None:
            return None
        ring = Ring(nest.graph, nest.group, nest.body)
        base = access(nest.graph, nest.graph.nodes[nest.store.node].inputs[0]).slot
        reaches = [
            reach(ring.sizes, ring.region, nest.store.offset, steps, operand.offset)
            for number, (operand, steps) in enumerate(zip(nest.body.operands, ring.strides, strict=True))
            if operand.slot == base and number != nest.own
        ]
        if all(each == (-1, -1) for each in reaches):
            return None
        ring._cut(reaches)
        return ring

    def __init__(self, graph: Graph, group: Group, body: Body) -> None:
        super().__init__(graph, group, body)
        self.total = self.sizes[0]
        self.blocked = len(self.sizes) == 1
        self.own = None
        if self.blocked:
            self.sizes = (-(-self.total // BLOCK), BLOCK)
            self.strides = [(steps[0] * BLOCK, steps[0]) for steps in self.strides]
            self.region = (self.region[0] * BLOCK, self.region[0])
        self.length = math.prod(self.sizes[1:])

    def _cut(self, reaches: Sequence[tuple[int, int] | None]) -> None:
        """How many rows a chunk has, and of these how many are kept at its ends."""
        known = [each for each in reaches if each is not None]
        self.head, self.tail = max([0, *(head for head, _ in known)]), max([0, *(tail for _, tail in known)])
        self.rows = min(self.sizes[0], max(8 * (self.head + self.tail), -(-REGION_CHUNK // self.length)))
        if len(known) < len(reaches) or self.head + self.tail + 1 >= self.rows:  # keep all rows until the second phase
            self.head, self.tail = self.rows, 0

    def draft(self) -> Draft:
        assert self.store is not None
        arguments, source = Arguments(), Source()
        rank = len(self.sizes)
        chunks = -(-self.sizes[0] // self.rows)
        ring = self.tail + 1 if self.head < self.rows else 0
        for name, value in (("chunks", chunks), ("rows", self.rows), ("head", self.head), ("tail", self.tail)):
            arguments.constant(name, value)
        for axis in range(rank):
            arguments.constant(f"n{axis}", self.sizes[axis])
        if self.blocked:
            arguments.constant("total", self.total)
        self.body.declare(arguments)
        plain = contiguous_strides(self.sizes)
        if self.blocked:
            plain = (BLOCK, 1)
        names = [f"x{number}" for number in range(len(self.strides))]
        strides = list(self.strides)
        for number, output in enumerate(self.outputs):
            arguments.result(f"y{number}", output.node, self.graph.nodes[output.node].shape, output.dtype, suffix(output.dtype))
            names.append(f"y{number}")
            strides.append(plain)
        dtype = self.store.dtype
        arguments.store("region", self.store.node, self.store.offset, dtype, suffix(dtype))
        shape = (chunks * (self.head + ring), self.length)
        arguments.result("kept", None, shape, dtype, f"{suffix(dtype)}, rows on their way to the region")
        arguments.constant("kept_length", self.length)
        names += ["region", "kept"]
        strides += [self.region, (0, *plain[1:])]
        nest = Nest(arguments, names, strides, rank)
        source.add(*arguments.lines)
        self._hoist(source, nest, -1)
        source.loop("for chunk in range(start, min(stop, chunks)):")
        source.add("first = chunk * rows", "last = min(first + rows, n0)", f"ring = chunk * {_sum('head', ring)}")
        source.loop("for i0 in range(first, last):")
        self._compute(source, nest, ring)
        if ring:
            source.add("ready = i0 - tail  # no row still to be computed reads what this one overwrites")
            source.loop("if ready >= first + head:")
            self._write(source, nest, "ready", ring)
            source.end()
        source.end(2)
        source.loop("for chunk in range(max(start, chunks), stop):")
        source.add("first = (chunk - chunks) * rows", "last = min(first + rows, n0)")
        source.add(f"ring = (chunk - chunks) * {_sum('head', ring)}", "ends = min(head + tail, last - first)")
        source.loop("for i0 in range(ends):")
        source.add("ready = first + i0 if i0 < head else last - ends + i0")
        self._write(source, nest, "ready", ring)
        source.end(2)
        operations = [self.graph.nodes[position].op.name for position in self.group.members]
        doc = f"{', '.join(operations)} over a {rank}-d domain; chunks of rows in [start, stop), then their ends."
        each, count = self.nanoseconds(), math.prod(self.sizes)
        unit = each * self.rows * self.length
        phases = (Phase(0, chunks, grain(unit)), Phase(chunks, chunks, grain(0.1 * (self.head + self.tail) * self.length)))
        return Draft(source.text(operations[-3:], doc), arguments, phases, (each + 0.1) * count)

    def _compute(self, source: Source, nest: Nest, ring: int) -> None:
        """The loops over row i0: values go to the row's place in the ring."""
        assert self.store is not None
        target, kept = nest.names.index("region"), nest.names.index("kept")
        last = nest.rank - 1
        source.add(f"place = {self._place('i0', ring)}")
        for axis in range(last):
            if axis:
                source.loop(f"for i{axis} in range(n{axis}):")
            source.add(*nest.offsets(axis, skip=(target,)))
            self._hoist(source, nest, axis)
        hoisted = {number: f"c{number}" for number, steps in enumerate(self.strides) if steps[-1] == 0}
        found: dict[int, str] = {}
        lines = self.body.lines(lambda number: nest.index(number, f"i{last}"), found, hoisted)
        for number, output in enumerate(self.outputs):
            index = nest.index(len(self.strides) + number, f"i{last}")
            lines.append(f"y{number}[{index}] = {store(found[output.node], output.dtype)}")
        lines.append(f"kept[place + {nest.index(kept, f'i{last}')}] = {self.stored(found)}  # update")
        self.row(source, nest, f"i{last}", self._range(last, "i0"), lines)
        source.end(last - 1)

    def _write(self, source: Source, nest: Nest, row: str, ring: int) -> None:
        """The loops that move one row from the ring to the region."""
        target, kept = nest.names.index("region"), nest.names.index("kept")
        last = nest.rank - 1
        source.add(f"place = {self._place(row, ring)}", f"region_at0 = {row} * region_step0")
        others = set(range(len(nest.names))) - {target, kept}
        for axis in range(1, last):
            source.loop(f"for i{axis} in range(n{axis}):")
            source.add(*nest.offsets(axis, skip=others))
        line = f"region[{nest.index(target, f'i{last}')}] = kept[place + {nest.index(kept, f'i{last}')}]"
        source.loop(f"for i{last} in range({self._range(last, row)}):", [line])
        source.end(last - 1)

    def _place(self, row: str, ring: int) -> str:
        """Where a row is kept: the first `head` stay until the second phase, the others take turns."""
        if not ring:
            return f"(ring + {row} - first) * kept_length"
        return f"(ring + min({row} - first, head + ({row} - first - head) % {ring})) * kept_length"

    def _range(self, last: int, row: str) -> str:
        return f"min({BLOCK}, total - {row} * {BLOCK})" if self.blocked else f"n{last}"


def _sum(name: str, number: int) -> str:
    return f"({name} + {number})" if number else name
