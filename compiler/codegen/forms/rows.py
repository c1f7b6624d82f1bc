"""Kernels for ROWS groups: passes over one row after the other, each as long as the row stays in cache.

A pass computes its elementwise nodes and feeds its reductions in the blocks and lanes of `forms.lanes`; a pass without reductions
is one loop over the row. What later passes need is kept in row buffers, or computed again. [start, stop) are rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.lanes import Lanes, ahead, reducible
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase, storage
from lazytensor.compiler.codegen.nest.axes import Axes, declare_axes, starts, walk
from lazytensor.compiler.codegen.nest.elementwise import Elementwise, grain
from lazytensor.compiler.codegen.nest.expressions import load
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group
from lazytensor.compiler.order import BLOCK
from lazytensor.compiler.passes.rows import Pass, outer_shape, row_links, row_passes
from lazytensor.compiler.tuning import ROW_MOST, ROW_PADDING


class Rows(KernelForm):
    """The passes of a ROWS group."""

    @classmethod
    def plan(cls, graph: Graph, group: Group) -> Rows | None:
        """The passes, or None where no kernel can be made."""
        outer, links = outer_shape(graph, group), row_links(graph, group)
        passes = None if links is None else row_passes(graph, group)
        body = None if links is None else Elementwise.of(graph, group.body, group.shape, links=links)
        if outer is None or passes is None or body is None:
            return None
        members = {*group.reduces, *group.epilogue}
        shapes = dict.fromkeys(graph.nodes[position].shape for position in group.epilogue)
        epilogues = []
        for shape, letter, scalar in zip(shapes, "ef", "pq", strict=False):
            positions = [position for position in group.epilogue if graph.nodes[position].shape == shape]
            epilogue = Elementwise.of(graph, positions, shape, members, (letter, scalar), links)
            if epilogue is None:
                return None
            epilogues.append(epilogue)
        if not all(reducible(graph, position, group.shape, body) for position in group.reduces):
            return None
        return cls(graph, group, body, epilogues, passes, len(outer))

    def __init__(
        self, graph: Graph, group: Group, body: Elementwise, epilogues: Sequence[Elementwise], passes: Sequence[Pass], rank: int
    ) -> None:
        super().__init__(graph, group, body, epilogues)
        self.passes = passes
        # As what there is steps from row to row, and along a row.
        rows = {name: steps[:rank] for name, steps in (*self.elements.items(), *self.row_values.items())}
        self.outer = Axes.of("o", group.shape[:rank], rows)
        self.along = Axes.of("r", group.shape[rank:], {name: steps[rank:] for name, steps in self.elements.items()})
        self.lanes = [Lanes(graph, row_pass.reduces, f"lanes{index}_") for index, row_pass in enumerate(passes)]
        saved = [position for row_pass in passes for position in row_pass.saved]
        self.kept = {position: f"row{index}" for index, position in enumerate(saved)}
        self.values = {position: f"v{index}" for index, position in enumerate(group.reduces)}
        self.numbers = itertools.count()  # of the kernel's variables: row values live on through the loops

    def declare(self, arguments: Arguments) -> None:
        arguments.constant("length", self.along.length)
        self.declare_memory(arguments)
        declare_axes(arguments, self.outer)
        declare_axes(arguments, self.along)

    def summary(self) -> str:
        return ", row by row; [start, stop) are rows."

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(0, self.outer.length, grain(self._row_nanoseconds())),)

    def nanoseconds(self) -> float:
        return self._row_nanoseconds() * self.outer.length

    def _row_nanoseconds(self) -> float:
        return self.element_nanoseconds() * self.along.length + 30.0 * len(self.group.reduces)

    def write(self, source: Source) -> None:
        self.numbers = itertools.count()
        for position, name in self.kept.items():
            source.buffer(name, ROW_MOST + ROW_PADDING, storage(self.graph.nodes[position].dtype))
        source.loop("for row in range(start, stop):")
        starts(source, self.outer, "row", None, "row")
        names: dict[int, str] = {}
        for pass_index, row_pass in enumerate(self.passes):
            source.add(*self._row_values(row_pass, names))
            self._pass(source, pass_index, names)
        source.end()

    def _row_values(self, row_pass: Pass, names: dict[int, str]) -> list[str]:
        """The lines for what is computed once a row, before a pass."""
        lines = []
        for position in row_pass.values:
            if position in self.values:
                lanes = self.lanes_of(position)
                line, names[position] = lanes.finished(position, self.values[position], lanes.prefix, "0")
                lines.append(line)
            else:
                epilogue = self.epilogue_of(position)
                needed = epilogue.used((position,))
                lines += epilogue.lines(lambda name: f"{name}_row", names, {}, needed, (position,), self.numbers)
            if position in self.results:
                result_index = self.results.index(position)
                lines.append(self.assign(f"z{result_index}[z{result_index}_row]", position, names))
        return lines

    def lanes_of(self, position: int) -> Lanes:
        """Those that a reduction's elements are combined in."""
        return next(lanes for lanes in self.lanes if position in lanes.reduces)

    def epilogue_of(self, position: int) -> Elementwise:
        """The epilogue that computes a row value."""
        return next(body for body in self.epilogues if position in body.positions)

    def _pass(self, source: Source, pass_index: int, values: dict[int, str]) -> None:
        row_pass, lanes = self.passes[pass_index], self.lanes[pass_index]
        if not row_pass.body and not row_pass.reduces:
            return
        if not row_pass.reduces:
            source.add("begin = 0", "count = length")
            self._walk(source, row_pass, {}, values)
            return
        buffered = self._buffered(row_pass)
        light = self._light(row_pass, buffered)
        blocks = {position: f"values{pass_index}_{index}" for index, position in enumerate(() if light else buffered)}
        for position, name in blocks.items():
            source.buffer(name, BLOCK, storage(self.graph.nodes[position].dtype))
        lanes.declare(source)
        source.add("used = 0", f"blocks = (length + {BLOCK - 1}) // {BLOCK}")
        read = self._read(row_pass)
        fresh = read.difference(*map(self._read, self.passes[:pass_index]))
        beside = ahead(self.body, fresh, self.outer, self.along)
        source.loop("for block_number in range(blocks):")
        source.add(f"begin = block_number * {BLOCK}", f"count = min(length - begin, {BLOCK})")
        self._walk(source, row_pass, blocks, values)
        lanes.block(source, lambda position, index: self._element(position, index, blocks, light, values), beside)
        source.end()
        lanes.combine(source)

    def _direct(self, position: int) -> int | None:
        """The operand that a reduction reads in place, if it reads memory that lies in order."""
        operand_index = self.body.operand(self.graph.nodes[position].inputs[0])
        if operand_index is None or self.body.operands[operand_index].slot is None:
            return None
        return operand_index if self.along.strides[f"x{operand_index}"] == (1,) else None

    def _buffered(self, row_pass: Pass) -> list[int]:
        """The inputs of a pass's reductions that lie neither in memory in order nor in a row buffer."""
        indirect = [position for position in row_pass.reduces if self._direct(position) is None]
        members = dict.fromkeys(self.body.member(self.graph.nodes[position].inputs[0]) for position in indirect)
        return [member for member in members if member not in self.kept]

    def _read(self, row_pass: Pass) -> set[int]:
        """The operands that a pass reads."""
        direct = {self._direct(position) for position in row_pass.reduces}
        return self.body.used(row_pass.body) | {operand_index for operand_index in direct if operand_index is not None}

    def _light(self, row_pass: Pass, buffered: list[int]) -> bool:
        """Whether a pass computes the elements of its one reduction in the loops that combine them, without a buffer between."""
        return (
            len(buffered) == len(row_pass.reduces) == 1
            and len(self.along.sizes) == 1
            and not row_pass.saved
            and not row_pass.loaded
            and self.body.operand(buffered[0]) is None
            and not any(position in row_pass.body for position in self.outputs)
            and self.body.light(row_pass.body, self.along.strides)
        )

    def _element(
        self, position: int, index: str, blocks: dict[int, str], light: bool, values: dict[int, str]
    ) -> tuple[list[str], str]:
        """Lines to compute, and element `index` of the current block of a reduction's input, as a term."""
        graph = self.graph
        value = graph.nodes[position].inputs[0]
        dtype = graph.nodes[value].dtype
        operand_index = self._direct(position)
        source = self.body.member(value)
        lines: list[str] = []
        if operand_index is not None:
            text = self.body.value(operand_index, self.along.element(f"x{operand_index}", index))
        elif light:
            body = next(each.body for each in self.passes if position in each.reduces)
            names = dict(values)
            lines = self._computed(set(body), index, names, self.body.used(body))
            text = names[source]
        elif source in self.kept:
            text = load(self.kept[source], f"begin + {index}", dtype)
        else:
            text = load(blocks[source], index, dtype)
        return lines, self.lanes_of(position).as_term(position, text)

    def _computed(self, positions: set[int], index: str, names: dict[int, str], needed: set[int]) -> list[str]:
        """The lines for body nodes at element `index` of the current segment."""
        return self.body.lines(
            lambda name: self.along.element(name, index),
            names,
            self.body.hoisted(self.along, needed),
            needed,
            positions,
            self.numbers,
        )

    def _walk(self, source: Source, row_pass: Pass, blocks: dict[int, str], values: dict[int, str]) -> None:
        """Compute `count` elements of a pass from `begin` on."""
        walk(source, self.along, "row", lambda target: self._lines(row_pass, blocks, values, target))

    def _lines(self, row_pass: Pass, blocks: dict[int, str], values: dict[int, str], target: str) -> tuple[list[str], list[str]]:
        """The lines for one element of a pass, and the loads before the loop."""
        graph, body = self.graph, self.body
        written = [(name, target, position) for position, name in blocks.items()]
        written += [(self.kept[position], f"begin + {target}", position) for position in row_pass.saved]
        for output_index, position in enumerate(self.outputs):
            if self.stored_by(position) is row_pass:
                written.append((f"y{output_index}", self.along.element(f"y{output_index}", "j"), position))
        if not written:
            return [], self._hoisted(body.used(row_pass.body))
        needed = body.used(row_pass.body) | body.operands_of(position for _, _, position in written)
        names = dict(values)
        lines = []
        for loaded_index, position in enumerate(row_pass.loaded):
            names[position] = f"b{loaded_index}"
            lines.append(f"b{loaded_index} = {load(self.kept[position], f'begin + {target}', graph.nodes[position].dtype)}")
        lines += self._computed(set(row_pass.body), "j", names, needed)
        lines += [self.assign(f"{array}[{index}]", position, names) for array, index, position in written]
        return lines, self._hoisted(needed)

    def _hoisted(self, operand_indices: set[int]) -> list[str]:
        """The loads before the loop over a segment."""
        return [
            f"{name} = {self.body.value(operand_index, f'x{operand_index}_at')}"
            for operand_index, name in self.body.hoisted(self.along, operand_indices).items()
        ]

    def stored_by(self, position: int) -> Pass:
        """The pass that writes an output: the first that computes it."""
        return next(row_pass for row_pass in self.passes if position in row_pass.body)
