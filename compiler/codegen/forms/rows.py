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
from lazytensor.compiler.codegen.nest.body import Body, grain
from lazytensor.compiler.codegen.nest.expressions import load, store
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
        body = None if links is None else Body.of(graph, group.body, group.shape, links=links)
        if outer is None or passes is None or body is None:
            return None
        members = {*group.reduces, *group.epilogue}
        shapes = dict.fromkeys(graph.nodes[position].shape for position in group.epilogue)
        epilogues = []
        for shape, letter, scalar in zip(shapes, "ef", "pq", strict=False):
            positions = [position for position in group.epilogue if graph.nodes[position].shape == shape]
            epilogue = Body.of(graph, positions, shape, members, (letter, scalar), links)
            if epilogue is None:
                return None
            epilogues.append(epilogue)
        if not all(reducible(graph, position, group.shape, body) for position in group.reduces):
            return None
        return cls(graph, group, body, epilogues, passes, len(outer))

    def __init__(
        self, graph: Graph, group: Group, body: Body, epilogues: Sequence[Body], passes: Sequence[Pass], rank: int
    ) -> None:
        super().__init__(graph, group, body, epilogues)
        self.passes = passes
        # As what there is steps from row to row, and along a row.
        rows = {name: steps[:rank] for name, steps in (*self.elements.items(), *self.row_values.items())}
        self.outer = Axes.of("o", group.shape[:rank], rows)
        self.along = Axes.of("r", group.shape[rank:], {name: steps[rank:] for name, steps in self.elements.items()})
        self.lanes = [Lanes(graph, item.reduces, f"lanes{number}_") for number, item in enumerate(passes)]
        saved = [position for item in passes for position in item.saved]
        self.kept = {position: f"row{number}" for number, position in enumerate(saved)}
        self.values = {position: f"v{number}" for number, position in enumerate(group.reduces)}
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
            room = ROW_MOST + ROW_PADDING
            source.add(f"{name} = stack_buffer({room}, {storage(self.graph.nodes[position].dtype)})")
        source.loop("for row in range(start, stop):")
        starts(source, self.outer, "row", None, "row")
        names: dict[int, str] = {}
        for number, item in enumerate(self.passes):
            source.add(*self._row_values(item, names))
            self._pass(source, number, names)
        source.end()

    def _row_values(self, item: Pass, names: dict[int, str]) -> list[str]:
        """The lines for what is computed once a row, before a pass."""
        graph = self.graph
        lines = []
        for position in item.values:
            node = graph.nodes[position]
            if position in self.values:
                lanes = self.lanes_of(position)
                line, names[position] = lanes.finished(position, self.values[position], lanes.prefix, "0")
                lines.append(line)
            else:
                body = self.epilogue_of(position)
                at = [f"{name}_row" for name, _ in body.named()]
                lines += body.lines(at.__getitem__, names, {}, body.used((position,)), (position,), self.numbers)
            if position in self.results:
                number = self.results.index(position)
                lines.append(f"z{number}[z{number}_row] = {store(names[position], node.dtype)}")
        return lines

    def lanes_of(self, position: int) -> Lanes:
        """Those that a reduction's elements are combined in."""
        return next(lanes for lanes in self.lanes if position in lanes.reduces)

    def epilogue_of(self, position: int) -> Body:
        """The epilogue that computes a row value."""
        return next(body for body in self.epilogues if position in body.positions)

    def _pass(self, source: Source, number: int, values: dict[int, str]) -> None:
        item, lanes = self.passes[number], self.lanes[number]
        if not item.body and not item.reduces:
            return
        if not item.reduces:
            source.add("begin = 0", "count = length")
            self._walk(source, item, {}, values)
            return
        buffered = self._buffered(item)
        light = self._light(item, buffered)
        blocks = {position: f"values{number}_{n}" for n, position in enumerate(() if light else buffered)}
        for position, name in blocks.items():
            source.add(f"{name} = stack_buffer({BLOCK}, {storage(self.graph.nodes[position].dtype)})")
        lanes.declare(source)
        source.add("used = 0", f"blocks = (length + {BLOCK - 1}) // {BLOCK}")
        read = self._read(item)
        fresh = read.difference(*map(self._read, self.passes[:number]))
        beside = ahead(self.body, fresh, self.outer, self.along)
        source.loop("for block_number in range(blocks):")
        source.add(f"begin = block_number * {BLOCK}", f"count = min(length - begin, {BLOCK})")
        self._walk(source, item, blocks, values)
        lanes.block(source, lambda position, index: self._element(position, index, blocks, light, values), beside)
        source.end()
        lanes.combine(source)

    def _direct(self, position: int) -> int | None:
        """The operand that a reduction reads in place, if it reads memory that lies in order."""
        number = self.body.operand(self.graph.nodes[position].inputs[0])
        if number is None or self.body.operands[number].slot is None or self.along.strides[f"x{number}"] != (1,):
            return None
        return number

    def _buffered(self, item: Pass) -> list[int]:
        """The inputs of a pass's reductions that lie neither in memory in order nor in a row buffer."""
        found = [position for position in item.reduces if self._direct(position) is None]
        members = dict.fromkeys(self.body.member(self.graph.nodes[position].inputs[0]) for position in found)
        return [member for member in members if member not in self.kept]

    def _read(self, item: Pass) -> set[int]:
        """The operands that a pass reads."""
        direct = {self._direct(position) for position in item.reduces}
        return self.body.used(item.body) | {number for number in direct if number is not None}

    def _light(self, item: Pass, buffered: list[int]) -> bool:
        """Whether a pass computes the elements of its one reduction in the loops that combine them, without a buffer between."""
        return (
            len(buffered) == len(item.reduces) == 1
            and len(self.along.sizes) == 1
            and not item.saved
            and not item.loaded
            and self.body.operand(buffered[0]) is None
            and not any(position in item.body for position in self.outputs)
            and self.body.light(item.body, self.along.strides)
        )

    def _element(
        self, position: int, index: str, blocks: dict[int, str], light: bool, values: dict[int, str]
    ) -> tuple[list[str], str]:
        """Lines to compute, and element `index` of the current block of a reduction's input, as a term."""
        graph = self.graph
        value = graph.nodes[position].inputs[0]
        dtype = graph.nodes[value].dtype
        number = self._direct(position)
        source = self.body.member(value)
        lines: list[str] = []
        if number is not None:
            text = self.body.value(number, self.along.element(f"x{number}", index))
        elif light:
            body = next(each.body for each in self.passes if position in each.reduces)
            names = dict(values)
            lines = self._computed(set(body), index, names, self.body.used(body))
            text = names[source]
        elif source in self.kept:
            text = load(self.kept[source], f"begin + {index}", dtype)
        else:
            text = load(blocks[source], index, dtype)
        return lines, self.lanes[0].element(position, text)

    def _computed(self, positions: set[int], index: str, names: dict[int, str], needed: set[int]) -> list[str]:
        """The lines for body nodes at element `index` of the current segment."""
        return self.body.lines(
            lambda number: self.along.element(f"x{number}", index),
            names,
            self.body.hoisted(self.along, needed),
            needed,
            positions,
            self.numbers,
        )

    def _walk(self, source: Source, item: Pass, blocks: dict[int, str], values: dict[int, str]) -> None:
        """Compute `count` elements of a pass from `begin` on."""
        walk(source, self.along, "row", lambda target: self._lines(item, blocks, values, target))

    def _lines(self, item: Pass, blocks: dict[int, str], values: dict[int, str], target: str) -> tuple[list[str], list[str]]:
        """The lines for one element of a pass, and the loads before the loop."""
        graph, body = self.graph, self.body
        stores = [(name, target, position) for position, name in blocks.items()]
        stores += [(self.kept[position], f"begin + {target}", position) for position in item.saved]
        for number, position in enumerate(self.outputs):
            if self.stored_by(position) is item:
                stores.append((f"y{number}", self.along.element(f"y{number}", "j"), position))
        if not stores:
            return [], self._hoisted(body.used(item.body))
        needed = body.used(item.body) | {n for n in map(body.operand, blocks) if n is not None}
        needed |= {n for n in map(body.operand, (position for _, _, position in stores)) if n is not None}
        names = dict(values)
        lines = []
        for number, position in enumerate(item.loaded):
            names[position] = f"b{number}"
            lines.append(f"b{number} = {load(self.kept[position], f'begin + {target}', graph.nodes[position].dtype)}")
        lines += self._computed(set(item.body), "j", names, needed)
        lines += [
            f"{array}[{index}] = {store(names[position], graph.nodes[position].dtype)}" for array, index, position in stores
        ]
        return lines, self._hoisted(needed)

    def _hoisted(self, numbers: set[int]) -> list[str]:
        """The loads before the loop over a segment."""
        return [
            f"{name} = {self.body.value(number, f'x{number}_at')}"
            for number, name in self.body.hoisted(self.along, numbers).items()
        ]

    def stored_by(self, position: int) -> Pass:
        """The pass that writes an output: the first that computes it."""
        return next(item for item in self.passes if position in item.body)
