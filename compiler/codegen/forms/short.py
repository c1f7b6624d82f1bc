"""Kernels for REDUCE groups whose rows are short: vectors run across the results, not along the rows.

A tile of results is computed together. The elements of a row are combined by the tree of `forms.lanes`, so the bits are those of a
kernel that goes along the row: a row of up to 128 elements is halved again and again, element k joining element k + ceil(n / 2).
Operands that are not contiguous across the results are packed, once for all the lines of a unit where these read the same elements.
Values of the body that are stored too are kept in a tile of their own, from which they are written row by row.

The results are seen as lines. A unit of the kernel, of which [start, stop) is a range, is one tile of each of `height` lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.reduction import Reduce
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase, storage
from lazytensor.compiler.codegen.nest.axes import Axes, declare_axes, starts
from lazytensor.compiler.codegen.nest.body import grain
from lazytensor.compiler.codegen.nest.expressions import cast, combine, load, store
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
    TILE_PADDING,
)


class Short(KernelForm):
    """The loops of a REDUCE group over short rows."""

    @classmethod
    def of(cls, loops: Reduce) -> Short | None:
        """The loops across the rows, or None where `loops`, the general form, has to do."""
        if loops.columns or loops.reduced.length > SHORT_MOST or loops.body.fillers or not loops.outer.sizes:
            return None
        short = cls(loops)
        once = short.height == 1 or any(short.lines.moves(f"x{number}") for number in short.packed)
        copies = bool(short.packed and once) + bool(loops.outputs)
        most = (SHORT_MOST, PACKED_MOST, COPIED_MOST)[copies]
        fits = short.width >= LINE_LEAST and short.packed_bytes <= PACKED_BYTES and short.length <= most
        return short if fits else None

    def __init__(self, loops: Reduce) -> None:
        super().__init__(loops.graph, loops.group, loops.body, loops.epilogues)
        self.epilogue, self.partials = loops.epilogue, loops.partials
        self.row, self.length = loops.reduced, loops.reduced.length
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
        self.packed = {n for n, operand in enumerate(operands) if operand.slot is not None and self.steps[f"x{n}"] not in (0, 1)}
        widths = [operands[n].dtype.itemsize for n in self.packed]
        self.tile = 128 if max(widths, default=0) <= 4 else 64
        self.pitch = self.tile + TILE_PADDING
        widths += [self.graph.nodes[output].dtype.itemsize for output in self.outputs]
        self.packed_bytes = sum(widths) * self.pitch * SHORT_MOST
        self.flops = self.body.flops(self.group.body)
        self.radix = next((n for n in (8, 4) if self.length % n == 0 and n * self.flops <= SIDE_BY_SIDE), 2)
        # Levels of single precision after those that are computed side by side.
        self.singles = self.partials.singles and max(SINGLE_LEVELS - (self.radix.bit_length() - 1), 0)
        # Tiles of one width, in whole vectors.
        self.tiles = -(-self.width // self.tile)
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
        declare_axes(arguments, self.row)
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
        for number in sorted(self.packed):
            rows = SHORT_MOST if self.row.moves(f"x{number}") else 1
            source.add(f"pack{number} = stack_buffer({rows * self.pitch}, {storage(self.body.operands[number].dtype)})")
        for number, output in enumerate(self.outputs):
            source.add(f"kept{number} = stack_buffer({SHORT_MOST * self.pitch}, {storage(self.graph.nodes[output].dtype)})")
        for number, position in enumerate(self.group.reduces):
            room = SHORT_MOST // self.radix * self.pitch
            source.add(f"partial{number} = stack_buffer({room}, {storage(self.partials.accumulator(position))})")
            if self.singles and self.partials.single(position):
                name = self.partials.array("partial", position)
                source.add(f"{name} = stack_buffer({room}, {storage(self.partials.term(position))})")
        self._units(source)

    def _result_nanoseconds(self) -> float:
        """A rough cost for each result on one thread."""
        again = [1.0 if self.lines.moves(f"x{number}") else 1.0 / self.height for number in self.packed]
        element = 0.02 * self.flops + 0.04 * len(self.group.reduces) + 0.3 * (sum(again) + len(self.outputs))
        return element * self.length + 0.04 * self.epilogue.nanoseconds() + 0.5

    def _units(self, source: Source) -> None:
        source.loop("for unit in range(start, stop):")
        source.add("part = unit // tiles", "begin = (unit - part * tiles) * columns", "count = min(width - begin, columns)")
        moving = {number for number in self.packed if self.lines.moves(f"x{number}")}
        for number in sorted(self.packed - moving):
            self._pack(source, number, "")
        source.loop("for line in range(part * height, min(part * height + height, lines)):")
        starts(source, self.lines, "line", None, "line")
        for number in sorted(moving):
            self._pack(source, number, f"x{number}_line + ")
        self._combine(source)
        lines = self._results()
        source.loop("for j in range(count):", lines)
        for number in range(len(self.outputs)):
            source.loop("for j in range(count):")
            source.add(f"y{number}_at = y{number}_line + (begin + j) * y{number}_step")
            source.loop("for k in range(length):", [f"y{number}[y{number}_at + k] = kept{number}[k * {self.pitch} + j]"])
            source.end()
        source.end(2)

    def _pack(self, source: Source, number: int, line: str) -> None:
        """Copy the elements of one operand that a tile of one line reads: element j of its rows side by side."""
        name, dtype = f"x{number}", self.body.operands[number].dtype
        begin = f"{line}begin * {name}_step"
        if not self.row.moves(f"x{number}"):
            source.add(f"{name}_at = {begin}")
            source.loop("for j in range(count):", [f"pack{number}[j] = {name}[{name}_at + j * {name}_step]"])
            return
        row = self.length * dtype.itemsize
        size = row * self.width * (self.lines.length if self.lines.moves(f"x{number}") else 1)
        if self.row.strides[name] == (1,) and row > 64 and size > CACHED_BYTES:
            # Row by row: it takes twice the time of the other order in cache, and half of it where lines have to be fetched.
            source.loop("for j in range(count):")
            source.add(f"{name}_at = {begin} + j * {name}_step")
            source.loop("for k in range(length):", [f"pack{number}[k * {self.pitch} + j] = {name}[{name}_at + k]"])
        else:
            source.loop("for k in range(length):")
            source.add(*self.row.split("k"), f"{name}_at = {begin} + {self.row.offset(name, 'k')}")
            source.loop("for j in range(count):", [f"pack{number}[k * {self.pitch} + j] = {name}[{name}_at + j * {name}_step]"])
        source.end()

    def _combine(self, source: Source) -> None:
        """Reduce the rows of a tile to the first `columns` elements of each partial."""
        radix = self.radix
        source.add(f"left = (length + 1) // {radix}" if radix == 2 else f"left = length // {radix}")
        source.loop(f"for k in range(length // {radix}):")
        before, lines = self._side_by_side(
            [f"k + {part} * left" if part > 1 else "k + left" if part else "k" for part in range(radix)]
        )
        source.add(*before)
        source.loop("for j in range(count):", lines)
        source.end()
        if radix == 2:
            source.loop("if length % 2 == 1:")
            source.add("k = left - 1")
            before, lines = self._side_by_side(["k"])
            source.add(*before)
            source.loop("for j in range(count):", lines)
            source.end()
        self.partials.halve(source, "partial", "", "left", str(self.pitch), "for j in range(count):", self.singles)

    def _side_by_side(self, places: Sequence[str]) -> tuple[list[str], list[str]]:
        """The lines that combine these elements of a row into row `k` of the partials, and those before the loop over a tile."""
        graph, body = self.graph, self.body
        before: list[str] = []
        lines: list[str] = []
        terms: list[list[str]] = [[] for _ in self.group.reduces]
        numbers = itertools.count()
        for part, place in enumerate(places):
            before.append(f"place = {place}")
            before += self.row.split("place")
            loaded: dict[int, str] = {}
            for number in range(len(body.operands)):
                if part and not self.row.moves(f"x{number}"):
                    loaded[number] = f"x{number}_0"
                    continue
                loaded[number] = f"x{number}_{part}"
                at = f"x{number}_at{part}"
                before.append(f"{at} = {self._offset(number)}")
                if self.steps[f"x{number}"] == 0:
                    before.append(f"{loaded[number]} = {body.value(number, at)}")
                elif number in self.packed:
                    lines.append(f"{loaded[number]} = {load(f'pack{number}', f'{at} + j', body.operands[number].dtype)}")
                else:
                    step = "j" if self.steps[f"x{number}"] == 1 else f"j * x{number}_step"
                    lines.append(f"{loaded[number]} = {body.value(number, f'{at} + {step}')}")
            names: dict[int, str] = {}
            lines += body.lines(lambda number: "", names, loaded, numbers=numbers)
            if self.outputs:
                before.append(f"kept_at{part} = place * {self.pitch}")
            for number, output in enumerate(self.outputs):
                lines.append(f"kept{number}[kept_at{part} + j] = {store(names[output], graph.nodes[output].dtype)}")
            for which, position in enumerate(self.group.reduces):
                terms[which].append(f"v{which}_{part}")
                lines.append(
                    f"{terms[which][-1]} = {self.partials.element(position, names[body.member(graph.nodes[position].inputs[0])])}"
                )
        for which, position in enumerate(self.group.reduces):
            names_left, level = terms[which], 0
            array = self.partials.array("partial", position) if self.singles else f"partial{which}"
            dtype, wide = self.partials.term(position), self.partials.accumulator(position)
            while len(names_left) > 1:
                if level == SINGLE_LEVELS and dtype != wide:
                    lines += [f"w{name} = {cast(name, dtype, wide)}" for name in names_left]
                    names_left, dtype = [f"w{name}" for name in names_left], wide
                level += 1
                half = len(names_left) // 2
                for left, right in zip(names_left[:half], names_left[half:], strict=True):
                    lines.append(f"{left} = {combine(graph, position, left, right)}  # {graph.nodes[position].op.name}")
                names_left = names_left[:half]
            value = names_left[0] if self.singles else cast(names_left[0], dtype, wide)
            lines.append(f"{array}[k * {self.pitch} + j] = {store(value, dtype)}")
        return before, lines

    def _offset(self, number: int) -> str:
        """Where a line's tile begins in an operand (or in what is packed of it), for element `place` of the rows."""
        if number in self.packed:
            return f"place * {self.pitch}" if self.row.moves(f"x{number}") else "0"
        terms = [f"x{number}_line"]
        if self.steps[f"x{number}"]:
            terms.append("begin" if self.steps[f"x{number}"] == 1 else f"begin * x{number}_step")
        if self.row.moves(f"x{number}"):
            terms.append(self.row.offset(f"x{number}", "place"))
        return " + ".join(terms)

    def _results(self) -> list[str]:
        """The lines that finish result j of a tile: start value, cast, epilogue, stores."""
        names: dict[int, str] = {}
        lines = []
        for number, position in enumerate(self.group.reduces):
            dtype = self.partials.accumulator(position)
            lines.append(f"r{number} = {self.partials.finished(position, load(f'partial{number}', 'j', dtype))}")
            names[position] = cast(f"r{number}", dtype, self.graph.nodes[position].dtype)
        lines += self.epilogue.lines(lambda number: self._place_of(f"e{number}"), names, {})
        for number, position in enumerate(self.results):
            lines.append(
                f"z{number}[{self._place_of(f'z{number}')}] = {store(names[position], self.graph.nodes[position].dtype)}"
            )
        return lines

    def _place_of(self, name: str) -> str:
        """Where result j of a tile lies in an operand of the epilogue or a result."""
        step = self.steps[name]
        return f"{name}_line" + ("" if step == 0 else " + begin + j" if step == 1 else f" + (begin + j) * {name}_step")


def _without(items: Sequence[int], index: int) -> tuple[int, ...]:
    return tuple(item for number, item in enumerate(items) if number != index)
