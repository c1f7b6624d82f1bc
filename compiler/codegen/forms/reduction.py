"""Kernels for REDUCE groups: the domain is seen as (outer, reduced, inner), any of which may be missing.

The order of additions is fixed by those three lengths alone, so a result's bits depend neither on fusion nor on threads:

* Rows (no inner axis): each row is cut into chunks of at most 16,384 elements and these into blocks of 1,024, each summed by 128 lanes
  side by side; a chunk's blocks are combined lane by lane, then the lanes, then the chunks, each by halving.
* Columns: rows are added up one after the other within chunks whose height follows from the lengths; chunks are combined by
  halving.

Units 0 .. units-1 of the kernel each reduce one chunk into scratch memory; the units after them combine the chunks, compute the
epilogue and store the results.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.lanes import Lanes, ahead, reducible
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase, storage
from lazytensor.compiler.codegen.nest.axes import Axes, Parts, declare_axes, partition, starts, walk
from lazytensor.compiler.codegen.nest.elementwise import Elementwise, grain
from lazytensor.compiler.codegen.nest.expressions import as_stored, combine, identity, load
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group
from lazytensor.compiler.order import BLOCK, COLUMN_CHUNK, ROW_CHUNK
from lazytensor.compiler.tuning import COLUMN_ROWS


class Reduce(KernelForm):
    """The loops of a REDUCE group."""

    @classmethod
    def plan(cls, graph: Graph, group: Group) -> Reduce | None:
        """The loops, or None where no kernel can be made."""
        first = graph.nodes[group.reduces[0]]
        parts = partition(group.shape, set(first.params[0]))  # type: ignore[call-overload]
        if parts is None or not math.prod(group.shape):
            return None
        if any(graph.nodes[position].params != first.params for position in group.reduces):
            return None
        body = Elementwise.of(graph, group.body, group.shape)
        epilogue = Elementwise.of(graph, group.epilogue, first.shape, group.reduces, ("e", "p"))
        if body is None or epilogue is None:
            return None
        if not all(reducible(graph, position, group.shape, body) for position in group.reduces):
            return None
        loops = cls(graph, group, body, epilogue, parts)
        if body.fillers and (loops.columns or loops.outer.sizes or len(loops.vector.sizes) != 1):
            return None
        return loops

    def __init__(self, graph: Graph, group: Group, body: Elementwise, epilogue: Elementwise, parts: Parts) -> None:
        super().__init__(graph, group, body, (epilogue,))
        self.epilogue = epilogue
        self.parts = parts
        self.partials = Lanes(graph, group.reduces)
        self.outer, self.reduced, self.inner = (
            Axes.of(letter, [group.shape[a] for a in part], {n: tuple(s[a] for a in part) for n, s in self.elements.items()})
            for letter, part in zip("orc", parts, strict=True)
        )
        self.columns = bool(self.inner.sizes)
        if not self.columns and not self.reduced.sizes:  # one element in each row
            self.reduced = Axes.one("r", self.elements)
        self.vector = self.inner if self.columns else self.reduced
        self.result_axes = Axes.of("k", graph.nodes[group.reduces[0]].shape, self.row_values)
        if not self.result_axes.sizes:
            self.result_axes = Axes.one("k", self.row_values)
        self._choose_buffers()
        self._cut()

    def _choose_buffers(self) -> None:
        """Which reductions read memory in place (by the number of an operand), and which a buffer that the body is computed into."""
        self.direct: dict[int, int] = {}
        self.buffers: dict[int, str] = {}
        single = len(self.vector.sizes) == 1
        for position in self.group.reduces:
            value = self.graph.nodes[position].inputs[0]
            operand_index = self.body.operand(value)
            array = operand_index is not None and single and self.body.operands[operand_index].slot is not None
            if operand_index is not None and array and (self.columns or self.vector.strides[f"x{operand_index}"] == (1,)):
                self.direct[position] = operand_index
            else:
                self.buffers.setdefault(self.body.member(value), f"values{len(self.buffers)}")
        # A buffer is spared where only one reduction would read it.
        self.light = (
            len(self.buffers) == len(self.group.reduces) == 1
            and single
            and not self.outputs
            and self.body.operand(self.graph.nodes[self.group.reduces[0]].inputs[0]) is None
            and self.body.light(self.body.positions, self.vector.strides)
        )
        if self.light:
            self.buffers = {}
        # Extremes (which have no identity) cost so many instructions that sparing loads gains nothing: .08 ns an element, not .05.
        self.tall = (
            self.columns
            and single
            and len(self.reduced.sizes) == 1
            and not (self.buffers or self.outputs)
            and all(identity(self.graph, position) is not None for position in self.group.reduces)
        )

    def _cut(self) -> None:
        """How the work is cut up: into `units` that reduce a chunk, and `finals` that combine chunks."""
        length = self.reduced.length
        if self.columns:
            self.chunk = min(max(COLUMN_CHUNK // self.inner.length, 64), 4096)
            self.strips = -(-self.inner.length // BLOCK)
        else:
            # Chunks of one length: a short last one would leave the long one's rounding error where a balanced sum has half of it.
            self.chunk = -(-length // (-(-length // ROW_CHUNK) * BLOCK)) * BLOCK
            self.strips = 1
        self.chunks = -(-length // self.chunk)
        self.units = self.outer.length * self.chunks * self.strips
        self.finals = self.outer.length * self.strips

    def declare(self, arguments: Arguments) -> None:
        arguments.constant("units", self.units)
        arguments.constant("chunks", self.chunks)
        arguments.constant("length", self.reduced.length)
        arguments.constant("height", self.chunk, "of a chunk")
        if self.columns:
            arguments.constant("width", self.inner.length)
            arguments.constant("strips", self.strips)
        self.declare_memory(arguments)
        room = self.outer.length * self.chunks * self.inner.length
        for reduce_index, position in enumerate(self.group.reduces):
            arguments.result(
                f"scratch{reduce_index}", None, (room,), self.partials.accumulator(position), "one partial result a chunk"
            )
        for axes in (self.outer, self.reduced, self.inner, self.result_axes):
            declare_axes(arguments, axes)

    def summary(self) -> str:
        named = (("outer", self.outer), ("reduced", self.reduced), ("inner", self.inner))
        shape = " x ".join(name for name, axes in named if axes.sizes)
        return f"; the domain is {shape}. Units from `units` on combine the chunks."

    def phases(self) -> tuple[Phase, ...]:
        unit = self.element_nanoseconds() * math.prod(self.group.shape) / self.units + 20
        return (Phase(0, self.units, grain(unit)), Phase(self.units, self.finals, grain(self._final_nanoseconds())))

    def nanoseconds(self) -> float:
        return self.element_nanoseconds() * math.prod(self.group.shape) + self._final_nanoseconds() * self.finals

    def _final_nanoseconds(self) -> float:
        """A rough cost of combining the chunks of one row, or of the columns of one strip."""
        return (5.0 + self.epilogue.nanoseconds() + 0.5 * self.chunks) * max(self.inner.length, 1) / self.strips

    def write(self, source: Source) -> None:
        self.body.declare_fillers(source)
        for member, name in self.buffers.items():
            source.buffer(name, BLOCK, storage(self.graph.nodes[member].dtype))
        if self.columns:
            for reduce_index, position in enumerate(self.group.reduces):
                source.buffer(f"sums{reduce_index}", BLOCK, storage(self.partials.accumulator(position)))
            self._column_units(source)
            self._column_finals(source)
        else:
            self.partials.declare(source)
            self._row_units(source)
            self._row_finals(source)

    def _element(self, position: int, index: str, row: str = "") -> tuple[list[str], str]:
        """Lines to compute, and element `index` of the current block of a reduction's input, as a term; of the row `row` rows further
        on, if given."""
        value = self.graph.nodes[position].inputs[0]
        operand_index = self.direct.get(position)
        lines: list[str] = []

        def at(name: str) -> str:
            place = self.vector.element(name, index)
            step = self.reduced.strides[name][0] if row else 0
            return f"{place} + {row}" if step == 1 else f"{place} + {row} * {name}_r0" if step else place

        if operand_index is not None:
            text = self.body.value(operand_index, at(self.body.names[operand_index]))
        elif self.light:
            names: dict[int, str] = {}
            used = self.body.used()
            hoisted = {} if row else self.body.hoisted(self.vector, used)
            lines = self.body.lines(at, names, hoisted, used)
            text = names[self.body.member(value)]
        else:
            text = load(self.buffers[self.body.member(value)], index, self.graph.nodes[value].dtype)
        return lines, self.partials.as_term(position, text)

    def _evaluate(self, source: Source, before: str) -> None:
        """Compute `count` elements of the body from `begin` on: into buffers and outputs."""
        for filler_index in range(len(self.body.fillers)):
            source.add(self.body.fill(filler_index, f"begin // {BLOCK}"))
        walk(source, self.vector, before, self._elementwise)

    def _elementwise(self, target: str) -> tuple[list[str], list[str]]:
        """The lines for one element, and the loads before the loop."""
        body = self.body
        needed = body.used() | body.operands_of(self.buffers)
        hoisted = body.hoisted(self.vector, needed)
        before = [f"{name} = {body.value(operand_index, f'x{operand_index}_at')}" for operand_index, name in hoisted.items()]
        if not self.buffers and not self.outputs:
            return [], before
        names: dict[int, str] = {}
        lines = body.lines(lambda name: self.vector.element(name, "j"), names, hoisted, needed)
        for member, name in self.buffers.items():
            lines.append(self.assign(f"{name}[{target}]", member, names))
        for output_index, output in enumerate(self.outputs):
            index = self.vector.element(f"y{output_index}", "j")
            lines.append(self.assign(f"y{output_index}[{index}]", output, names))
        return lines, before

    def _row_units(self, source: Source) -> None:
        source.loop("for unit in range(start, min(stop, units)):")
        source.add("used = 0", "row = unit // chunks", "first = (unit - row * chunks) * height")
        source.add(f"blocks = (min(length - first, height) + {BLOCK - 1}) // {BLOCK}")
        starts(source, self.outer, "row", None, "row")
        read = self.body.used() | set(self.direct.values())
        lines = ahead(self.body, read, self.outer, self.reduced)
        source.loop("for block_number in range(blocks):")
        source.add(f"begin = first + block_number * {BLOCK}", f"count = min(length - begin, {BLOCK})")
        self._evaluate(source, "row")
        self.partials.block(source, self._element, lines)
        source.end()
        self.partials.combine(source)
        source.add(*(f"scratch{reduce_index}[unit] = lanes{reduce_index}[0]" for reduce_index in range(len(self.group.reduces))))
        source.end()

    def _column_units(self, source: Source) -> None:
        source.loop("for unit in range(start, min(stop, units)):")
        source.add("part = unit // strips", f"begin = (unit - part * strips) * {BLOCK}")
        source.add(f"count = min(width - begin, {BLOCK})", "row = part // chunks", "first = (part - row * chunks) * height")
        starts(source, self.outer, "row", None, "row")
        if self.tall:
            self._tall(source)
        else:
            source.loop("for line in range(first, min(first + height, length)):")
            starts(source, self.reduced, "line", "row", "line")
            self._evaluate(source, "line")
            source.loop("if line == first:")
            self._row(source, start=True)
            source.end()
            source.loop("else:")
            self._row(source)
            source.end(2)
        source.add("place = part * width + begin")
        for reduce_index in range(len(self.group.reduces)):
            source.loop("for j in range(count):", [f"scratch{reduce_index}[place + j] = sums{reduce_index}[j]"])
        source.end()

    def _row(self, source: Source, start: bool = False) -> None:
        """Add up the elements of one row to the columns' sums, or start them."""
        for reduce_index, position in enumerate(self.group.reduces):
            dtype, sums = self.partials.accumulator(position), f"sums{reduce_index}"
            lines, element = self._element(position, "j")
            text = as_stored(element, dtype) if start else self.partials.combined(position, load(sums, "j", dtype), element)
            comment = "" if start else f"  # {self.graph.nodes[position].op.name}"
            source.loop("for j in range(count):", [*lines, f"{sums}[j] = {text}{comment}"])

    def _tall(self, source: Source) -> None:
        """Add up the rows of a chunk, several in one loop over the columns."""
        source.add("line = first", "last = min(first + height, length)")
        source.loop("while line < last:")
        starts(source, self.reduced, "line", "row", "line")
        self._evaluate(source, "line")
        source.loop("if line == first:")
        self._row(source, start=True)
        source.add("line += 1")
        source.end()
        source.loop(f"elif line + {COLUMN_ROWS} > last:")
        self._row(source)
        source.add("line += 1")
        source.end()
        source.loop("else:")
        for reduce_index, position in enumerate(self.group.reduces):
            dtype = self.partials.accumulator(position)
            lines, element = self._element(position, "j", "k")
            step = combine(self.graph, position, "total", element)
            source.loop("for j in range(count):")
            source.add(f"total = {load(f'sums{reduce_index}', 'j', dtype)}")
            source.loop(f"for k in range({COLUMN_ROWS}):", [*lines, f"total = {step}  # {self.graph.nodes[position].op.name}"])
            source.add(f"sums{reduce_index}[j] = {as_stored('total', dtype)}")
            source.end()
        source.add(f"line += {COLUMN_ROWS}")
        source.end(2)

    def _row_finals(self, source: Source) -> None:
        source.loop("for index in range(max(start - units, 0), stop - units):")
        source.add("place = index * chunks")
        self.partials.halve(source, "scratch", "place", "chunks")
        source.add(*self._results("place"))
        source.end()

    def _column_finals(self, source: Source) -> None:
        source.loop("for unit in range(max(start - units, 0), stop - units):")
        source.add("row = unit // strips", f"begin = (unit - row * strips) * {BLOCK}")
        source.add(f"count = min(width - begin, {BLOCK})", "place = row * chunks * width + begin", "at = row * width + begin")
        self.partials.halve(source, "scratch", "place", "chunks", "width", "for j in range(count):")
        source.loop("for j in range(count):", ["index = at + j", *self._results("place + j")])
        source.end()

    def _results(self, place: str) -> list[str]:
        """The lines that finish element `index` of the results, whose partial results lie at `place`."""
        axes = self.result_axes
        return [*axes.split("index"), *self.results_lines("scratch", place, lambda name: axes.offset(name, "index") or "0")]

    def results_lines(self, array: str, place: str, at: Callable[[str], str]) -> list[str]:
        """The lines that finish one element of the results: start value, cast, epilogue, stores. Its partial results lie at `place` of
        the arrays `array`, it at `at(name)` of an operand of the epilogue or a result."""
        names: dict[int, str] = {}
        lines = []
        for reduce_index, position in enumerate(self.group.reduces):
            line, names[position] = self.partials.finished(position, f"r{reduce_index}", array, place)
            lines.append(line)
        lines += self.epilogue.lines(at, names, {})
        for result_index, position in enumerate(self.results):
            lines.append(self.assign(f"z{result_index}[{at(f'z{result_index}')}]", position, names))
        return lines
