"""Kernels for REDUCE groups whose rows are short: vectors run across the results, not along the rows.

A tile of results is computed together. The elements of a row are combined by the tree of `forms.lanes`, so the bits are those of a
kernel that goes along the row: a row of up to 128 elements is halved again and again, element k joining element k + ceil(n / 2).
Operands that are not contiguous across the results are packed, once for all the lines of a unit where these read the same elements.
Values of the body that are stored too are kept in a tile of their own, from which they are written row by row.

The results are seen as lines. A unit of the kernel, of which [start, stop) is a range, is one tile of each of `height` lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.reduction import Reduce
from lazytensor.compiler.codegen.forms.tiles import ACROSS, Tile
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.axes import Axes, declare_axes, starts
from lazytensor.compiler.codegen.nest.elementwise import grain
from lazytensor.compiler.codegen.nest.expressions import as_stored, cast, combine, load
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.order import SINGLE_LEVELS
from lazytensor.compiler.tuning import (
    CACHED_BYTES,
    COPIED_MOST,
    HEIGHT,
    LINE_LEAST,
    PACKED_BYTES,
    PACKED_MOST,
    SHORT_MOST,
    SIDE_BY_SIDE,
)


class Short(KernelForm):
    """The loops of a REDUCE group over short rows."""

    @classmethod
    def of(cls, loops: Reduce) -> Short | None:
        """The loops across the rows, or None where `loops`, the general form, has to do."""
        if loops.columns or loops.reduced.length > SHORT_MOST or loops.body.fillers or not loops.outer.sizes:
            return None
        short = cls(loops)
        once = short.height == 1 or any(short.lines.moves(f"x{operand_index}") for operand_index in short.packed)
        copies = bool(short.packed and once) + bool(loops.outputs)
        most = (SHORT_MOST, PACKED_MOST, COPIED_MOST)[copies]
        fits = short.width >= LINE_LEAST and short.packed_bytes <= PACKED_BYTES and short.length <= most
        return short if fits else None

    def __init__(self, loops: Reduce) -> None:
        super().__init__(loops.graph, loops.group, loops.body, loops.epilogues)
        self.loops, self.partials = loops, loops.partials
        self.along, self.length = loops.reduced, loops.reduced.length
        self._place(loops.parts.outer)
        self._divide()

    def _place(self, across: Sequence[int]) -> None:
        """The operands and results as they step from line to line and along a line: over the axes `across` rows, of which one is that
        of the lines."""
        axes, keepdims = self.graph.nodes[self.group.reduces[0]].params
        kept = [axis for axis in range(len(self.group.shape)) if keepdims or axis not in axes]  # type: ignore[operator]
        strides = {name: tuple(steps[axis] for axis in across) for name, steps in self.elements.items()}
        strides |= {name: tuple(steps[kept.index(axis)] for axis in across) for name, steps in self.row_values.items()}
        whole = Axes.of("o", [self.group.shape[axis] for axis in across], strides)
        sizes = whole.sizes
        along = len(sizes) - 1 if sizes[-1] >= LINE_LEAST else max(range(len(sizes)), key=sizes.__getitem__)
        self.width = sizes[along]
        self.steps = {name: steps[along] for name, steps in whole.strides.items()}
        self.lines = Axes("o", _without(sizes, along), {name: _without(s, along) for name, s in whole.strides.items()})

    def _divide(self) -> None:
        """What is packed, how many elements of a row are computed side by side, and how the work is cut up."""
        operands = self.body.operands
        self.packed = {
            operand_index
            for operand_index, (name, operand) in enumerate(self.body.named())
            if operand.slot is not None and self.steps[name] not in (0, 1)
        }
        widths = [operands[operand_index].dtype.itemsize for operand_index in self.packed]
        self.tile = Tile(128 if max(widths, default=0) <= 4 else 64)
        widths += [self.graph.nodes[output].dtype.itemsize for output in self.outputs]
        self.packed_bytes = sum(widths) * self.tile.room
        self.flops = self.body.flops(self.group.body)
        self.radix = next((n for n in (8, 4) if self.length % n == 0 and n * self.flops <= SIDE_BY_SIDE), 2)
        # Levels of single precision after those that are computed side by side.
        self.singles = self.partials.singles and max(SINGLE_LEVELS - (self.radix.bit_length() - 1), 0)
        # Tiles of one width, in whole vectors.
        self.tiles = -(-self.width // self.tile.width)
        self.columns = -(-self.width // (self.tiles * 16)) * 16
        self.parts = -(-self.lines.length // HEIGHT)
        self.height = -(-self.lines.length // self.parts)

    def declare(self, arguments: Arguments) -> None:
        arguments.constant("width", self.width, "of a line")
        arguments.constant("lines", self.lines.length)
        arguments.constant("length", self.length, "of a row")
        arguments.constant("tiles", self.tiles, "of a line")
        arguments.constant("columns", self.columns, "of a tile")
        arguments.constant("height", self.height, "of a unit")
        self.declare_memory(arguments)
        declare_axes(arguments, self.lines)
        declare_axes(arguments, self.along)
        for name, step in self.steps.items():
            if step not in (0, 1):
                arguments.constant(f"{name}_step", step)

    def summary(self) -> str:
        return " over short rows, across the results."

    def phases(self) -> tuple[Phase, ...]:
        units = self.tiles * self.parts
        return (Phase(0, units, grain(self.nanoseconds() / units)),)

    def nanoseconds(self) -> float:
        return self._result_nanoseconds() * self.width * self.lines.length

    def write(self, source: Source) -> None:
        tile = self.tile
        for operand_index in sorted(self.packed):
            room = tile.room if self.along.moves(f"x{operand_index}") else tile.pitch
            tile.buffer(source, f"pack{operand_index}", room, self.body.operands[operand_index].dtype)
        for output_index, output in enumerate(self.outputs):
            tile.buffer(source, f"out{output_index}", tile.room, self.graph.nodes[output].dtype)
        tile.partials(source, self.partials, "partial", tile.room // self.radix, self.singles)
        self._units(source)

    def _result_nanoseconds(self) -> float:
        """A rough cost for each result on one thread."""
        again = [1.0 if self.lines.moves(f"x{operand_index}") else 1.0 / self.height for operand_index in self.packed]
        element = 0.02 * self.flops + 0.04 * len(self.group.reduces) + 0.3 * (sum(again) + len(self.outputs))
        return element * self.length + 0.04 * self.loops.epilogue.nanoseconds() + 0.5

    def _units(self, source: Source) -> None:
        source.loop("for unit in range(start, stop):")
        source.add("part = unit // tiles", "begin = (unit - part * tiles) * columns", "count = min(width - begin, columns)")
        moving = {operand_index for operand_index in self.packed if self.lines.moves(f"x{operand_index}")}
        for operand_index in sorted(self.packed - moving):
            self._pack(source, operand_index, "")
        source.loop("for line in range(part * height, min(part * height + height, lines)):")
        starts(source, self.lines, "line", None, "line")
        for operand_index in sorted(moving):
            self._pack(source, operand_index, f"x{operand_index}_line + ")
        self._combine(source)
        source.loop(ACROSS, self.loops.results_lines("partial", "j", self._place_of))
        for output_index in range(len(self.outputs)):
            self.tile.unpack(source, output_index, f"y{output_index}_line + (begin + j) * y{output_index}_step")
        source.end(2)

    def _pack(self, source: Source, operand_index: int, line: str) -> None:
        """Copy the elements of one operand that a tile of one line reads: element j of its rows side by side."""
        name, dtype = f"x{operand_index}", self.body.operands[operand_index].dtype
        begin = f"{line}begin * {name}_step"
        if not self.along.moves(name):
            source.add(f"{name}_at = {begin}")
            source.loop(ACROSS, [f"pack{operand_index}[j] = {name}[{name}_at + j * {name}_step]"])
            return
        row = self.length * dtype.itemsize
        size = row * self.width * (self.lines.length if self.lines.moves(name) else 1)
        if self.along.strides[name] == (1,) and row > 64 and size > CACHED_BYTES:
            # Row by row: it takes twice the time of the other order in cache, and half of it where lines have to be fetched.
            source.loop(ACROSS)
            source.add(f"{name}_at = {begin} + j * {name}_step")
            self.tile.pack(source, operand_index, f"{name}[{name}_at + k]")
        else:
            source.loop("for k in range(length):")
            source.add(*self.along.split("k"), f"{name}_at = {begin} + {self.along.offset(name, 'k')}")
            source.loop(ACROSS, [f"pack{operand_index}[{self.tile.at()}] = {name}[{name}_at + j * {name}_step]"])
        source.end()

    def _combine(self, source: Source) -> None:
        """Reduce the rows of a tile to the first `columns` elements of each partial."""
        radix = self.radix
        source.add(f"left = (length + 1) // {radix}" if radix == 2 else f"left = length // {radix}")
        source.loop(f"for k in range(length // {radix}):")
        self._side_by_side(source, ["k", "k + left", *(f"k + {part} * left" for part in range(2, radix))])
        source.end()
        if radix == 2:
            source.loop("if length % 2 == 1:")
            source.add("k = left - 1")
            self._side_by_side(source, ["k"])
            source.end()
        self.tile.halve(source, self.partials, "partial", "left", self.singles)

    def _side_by_side(self, source: Source, places: Sequence[str]) -> None:
        """The loop over a tile that combines these elements of its rows into row `k` of the partials."""
        lines: list[str] = []
        numbers = itertools.count()
        for part, place in enumerate(places):
            source.add(f"place = {place}", *self.along.split("place"))
            before, loads = self._loads(part)
            source.add(*before)
            lines += self._terms(part, loads, numbers)
        for reduce_index, position in enumerate(self.group.reduces):
            lines += self._joined(reduce_index, position, [f"v{reduce_index}_{part}" for part in range(len(places))])
        source.loop(ACROSS, lines)

    def _loads(self, part: int) -> tuple[list[str], list[str]]:
        """The lines that load what the body reads for element `place` of the rows: those before the loop over a tile, and those in it."""
        before, lines = [], []
        for operand_index, (name, operand) in enumerate(self.body.named()):
            if part and not self.along.moves(name):
                continue
            at, step = f"{name}_at{part}", self.steps[name]
            before.append(f"{at} = {self._offset(operand_index)}")
            if step == 0:
                before.append(f"{name}_{part} = {self.body.value(operand_index, at)}")
            elif operand_index in self.packed:
                lines.append(f"{name}_{part} = {load(f'pack{operand_index}', f'{at} + j', operand.dtype)}")
            else:
                lines.append(
                    f"{name}_{part} = {self.body.value(operand_index, f'{at} + j' if step == 1 else f'{at} + j * {name}_step')}"
                )
        if self.outputs:
            before.append(f"out_at{part} = place * {self.tile.pitch}")
        return before, lines

    def _terms(self, part: int, loads: list[str], numbers: Iterator[int]) -> list[str]:
        """The lines that compute the body for element `place` of the rows, and the reductions' terms of it."""
        loaded = {
            operand_index: f"{name}_{part if self.along.moves(name) else 0}"
            for operand_index, (name, _) in enumerate(self.body.named())
        }
        nodes, names = self.graph.nodes, dict[int, str]()
        lines = [*loads, *self.body.lines(lambda name: "", names, loaded, numbers=numbers)]
        for output_index, output in enumerate(self.outputs):
            lines.append(self.assign(f"out{output_index}[out_at{part} + j]", output, names))
        for reduce_index, position in enumerate(self.group.reduces):
            value = names[self.body.member(nodes[position].inputs[0])]
            lines.append(f"v{reduce_index}_{part} = {self.partials.as_term(position, value)}")
        return lines

    def _joined(self, reduce_index: int, position: int, terms: list[str]) -> list[str]:
        """The lines that combine terms of a reduction and store the partial result."""
        lines, level = [], 0
        array = self.partials.array("partial", position) if self.singles else f"partial{reduce_index}"
        dtype, wide = self.partials.term(position), self.partials.accumulator(position)
        while len(terms) > 1:
            if level == SINGLE_LEVELS and dtype != wide:
                lines += [f"w{name} = {cast(name, dtype, wide)}" for name in terms]
                terms, dtype = [f"w{name}" for name in terms], wide
            level += 1
            half = len(terms) // 2
            for left, right in zip(terms[:half], terms[half:], strict=True):
                lines.append(f"{left} = {combine(self.graph, position, left, right)}  # {self.graph.nodes[position].op.name}")
            terms = terms[:half]
        value = terms[0] if self.singles else cast(terms[0], dtype, wide)
        return [*lines, f"{array}[{self.tile.at()}] = {as_stored(value, dtype)}"]

    def _offset(self, operand_index: int) -> str:
        """Where a line's tile begins in an operand (or in what is packed of it), for element `place` of the rows."""
        name = f"x{operand_index}"
        if operand_index in self.packed:
            return f"place * {self.tile.pitch}" if self.along.moves(name) else "0"
        terms = [f"{name}_line"]
        if self.steps[name]:
            terms.append("begin" if self.steps[name] == 1 else f"begin * {name}_step")
        if self.along.moves(name):
            terms.append(self.along.offset(name, "place"))
        return " + ".join(terms)

    def _place_of(self, name: str) -> str:
        """Where result j of a tile lies in an operand of the epilogue or a result."""
        step = self.steps[name]
        return f"{name}_line" + ("" if step == 0 else " + begin + j" if step == 1 else f" + (begin + j) * {name}_step")


def _without(values: Sequence[int], index: int) -> tuple[int, ...]:
    return tuple(value for place, value in enumerate(values) if place != index)
