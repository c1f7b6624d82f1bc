"""Kernels for region stores that read the array they write to at other places: stencils, shifts.

A row of the region may be written only when no row still to be computed reads what it overwrites. So rows are computed into a ring
of a few, which stay in cache, and written that much later. Threads take chunks of rows: the rows that a neighbouring chunk may read
are kept until all chunks are computed, and written in a second phase.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lazytensor.compiler.codegen.forms.mapping import Map
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.elementwise import grain
from lazytensor.compiler.codegen.nest.expressions import suffix
from lazytensor.compiler.codegen.nest.loops import Strides
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.kernel import contiguous_strides
from lazytensor.compiler.order import BLOCK
from lazytensor.compiler.tuning import REGION_CHUNK

Reach = tuple[int, int]
"""(head, tail): a row reads what rows up to `head` later and up to `tail` earlier overwrite. (-1, -1): none at all."""


def reach(sizes: tuple[int, ...], region: Strides, begin: int, strides: Strides, offset: int) -> Reach | None:
    """How far reads of an array stay from the region written, both by strides and offset over the domain `sizes`; None where the rows
    are not comparable."""
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
    """The loop nest of a MAP group whose region store overlaps what is read. A row of one axis alone is a block."""

    @classmethod
    def of(cls, general: Map) -> Ring | None:
        """The nest with a ring; None where `general` will do, as what is read of the array is the region itself or apart from it."""
        if general.region is None:
            return None
        sizes, strides = general.sizes, general.strides
        if len(sizes) == 1:
            sizes = (-(-sizes[0] // BLOCK), BLOCK)
            strides = {name: (steps[0] * BLOCK, steps[0]) for name, steps in strides.items()}
        base, begin = general.base(), general.region.offset
        reaches = [
            reach(sizes, strides["region"], begin, strides[name], operand.offset)
            for operand_index, (name, operand) in enumerate(general.body.named())
            if operand.slot == base and operand_index != general.own
        ]
        return None if all(each == (-1, -1) for each in reaches) else cls(general, sizes, strides, reaches)

    def __init__(
        self, general: Map, sizes: tuple[int, ...], strides: Mapping[str, Strides], reaches: Sequence[Reach | None]
    ) -> None:
        super().__init__(general.graph, general.group, general.body)
        self.total = general.sizes[0]
        self.blocked = len(general.sizes) == 1
        self.length = math.prod(sizes[1:])
        comparable = [each for each in reaches if each is not None]
        self.head, self.tail = (max(edges) for edges in zip((0, 0), *comparable, strict=True))
        self.rows = min(sizes[0], max(8 * (self.head + self.tail), -(-REGION_CHUNK // self.length)))
        if len(comparable) < len(reaches) or self.head + self.tail + 1 >= self.rows:  # keep all rows until the second phase
            self.head, self.tail = self.rows, 0
        self.ring = self.tail + 1 if self.head < self.rows else 0
        self.chunks = -(-sizes[0] // self.rows)
        row = (1,) if self.blocked else contiguous_strides(sizes)[1:]
        self.lay_out(sizes, {**strides, "kept": (0, *row)}, None)

    def declare(self, arguments: Arguments) -> None:
        assert self.region is not None
        for name, value in (("chunks", self.chunks), ("rows", self.rows), ("head", self.head), ("tail", self.tail)):
            arguments.constant(name, value)
        for axis, size in enumerate(self.sizes):
            arguments.constant(f"n{axis}", size)
        if self.blocked:
            arguments.constant("total", self.total)
        self.declare_memory(arguments)
        dtype = self.region.dtype
        arguments.region("region", self.region.node, self.region.offset, dtype, suffix(dtype))
        shape = (self.chunks * (self.head + self.ring), self.length)
        arguments.result("kept", None, shape, dtype, f"{suffix(dtype)}, rows on their way to the region")
        arguments.constant("kept_length", self.length)
        self.nest.declare(arguments)

    def summary(self) -> str:
        return f" over a {self.nest.rank}-d domain; chunks of rows in [start, stop), then their ends."

    def phases(self) -> tuple[Phase, ...]:
        unit, ends = self.element_nanoseconds() * self.rows * self.length, 0.1 * (self.head + self.tail) * self.length
        return (Phase(0, self.chunks, grain(unit)), Phase(self.chunks, self.chunks, grain(ends)))

    def nanoseconds(self) -> float:
        return (self.element_nanoseconds() + 0.1) * math.prod(self.sizes)

    def write(self, source: Source) -> None:
        room = f"(head + {self.ring})" if self.ring else "head"
        self.hoist(source, -1)
        source.loop("for chunk in range(start, min(stop, chunks)):")
        source.add("first = chunk * rows", "last = min(first + rows, n0)", f"ring = chunk * {room}")
        source.loop("for i0 in range(first, last):")
        self._compute(source)
        if self.ring:
            source.add("ready = i0 - tail  # no row still to be computed reads what this one overwrites")
            source.loop("if ready >= first + head:")
            self._move(source, "ready")
            source.end()
        source.end(2)
        source.loop("for chunk in range(max(start, chunks), stop):")
        source.add("first = (chunk - chunks) * rows", "last = min(first + rows, n0)")
        source.add(f"ring = (chunk - chunks) * {room}", "ends = min(head + tail, last - first)")
        source.loop("for i0 in range(ends):")
        source.add("ready = first + i0 if i0 < head else last - ends + i0")
        self._move(source, "ready")
        source.end(2)

    def _compute(self, source: Source) -> None:
        """The loops over row i0: values go to the row's place in the ring."""
        last = self.nest.rank - 1
        source.add(f"place = {self._place('i0')}")
        for axis in range(last):
            if axis:
                source.loop(f"for i{axis} in range(n{axis}):")
            source.add(*self.nest.offsets(axis, skip=("region",)))
            self.hoist(source, axis)
        lines = self.element(f"i{last}", f"kept[place + {self.nest.index('kept', f'i{last}')}]")
        self.innermost(source, f"i{last}", self._range("i0"), lines)
        source.end(last - 1)

    def _move(self, source: Source, row: str) -> None:
        """The loops that move one row from the ring to the region."""
        last = self.nest.rank - 1
        source.add(f"place = {self._place(row)}", f"region_at0 = {row} * region_step0")
        for axis in range(1, last):
            source.loop(f"for i{axis} in range(n{axis}):")
            source.add(*self.nest.offsets(axis, skip=self.elements))
        line = f"region[{self.nest.index('region', f'i{last}')}] = kept[place + {self.nest.index('kept', f'i{last}')}]"
        source.loop(f"for i{last} in range({self._range(row)}):", [line])
        source.end(last - 1)

    def _place(self, row: str) -> str:
        """Where a row is kept: the first `head` stay until the second phase, the others take turns."""
        if not self.ring:
            return f"(ring + {row} - first) * kept_length"
        return f"(ring + min({row} - first, head + ({row} - first - head) % {self.ring})) * kept_length"

    def _range(self, row: str) -> str:
        """The length of the innermost loop."""
        return f"min({BLOCK}, total - {row} * {BLOCK})" if self.blocked else f"n{self.nest.rank - 1}"
