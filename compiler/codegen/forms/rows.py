"""Kernels for ROWS groups: passes over one row after the other, each as long as the row stays in cache.

A pass computes its elementwise nodes and feeds its reductions in the blocks and lanes of `forms.lanes`; a pass without reductions
is one loop over the row. What later passes need is kept in row buffers, or computed again. [start, stop) are rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from lazytensor.compiler.codegen.forms.lanes import Lanes, ahead, reducible
from lazytensor.compiler.codegen.forms.mapping import Draft
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase, storage
from lazytensor.compiler.codegen.nest.axes import Axes, declare_axes, starts, walk
from lazytensor.compiler.codegen.nest.body import Body, grain
from lazytensor.compiler.codegen.nest.expressions import cast, load, store, suffix
from lazytensor.compiler.codegen.nest.loops import collapse
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Group, contiguous_strides
from lazytensor.compiler.order import BLOCK
from lazytensor.compiler.passes.rows import Pass, outer_shape, row_links, row_passes
from lazytensor.compiler.tuning import ROW_MOST, ROW_PADDING


class Rows:
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
        self.graph = graph
        self.group = group
        self.body = body
        self.epilogues = epilogues
        self.passes = passes
        self._place(rank)
        self.lanes = [Lanes(graph, item.reduces, f"lanes{number}_") for number, item in enumerate(passes)]
        saved = [position for item in passes for position in item.saved]
        self.kept = {position: f"row{number}" for number, position in enumerate(saved)}
        self.values = {position: f"v{number}" for number, position in enumerate(group.reduces)}
        self.numbers = itertools.count()

    def _place(self, rank: int) -> None:
        """The operands and results as they step through the rows (of `rank` axes) and along a row."""
        group = self.group
        shapes = {position: self.graph.nodes[position].shape for position in group.outputs}
        self.outputs = [position for position in group.outputs if position in group.body]
        self.results = [position for position in group.outputs if position not in group.body]
        plain = contiguous_strides(group.shape)
        still = (0,) * (len(group.shape) - rank)
        named: list[tuple[str, tuple[int, ...]]] = [(f"x{n}", operand.strides) for n, operand in enumerate(self.body.operands)]
        named += [(f"y{n}", plain) for n in range(len(self.outputs))]
        for body in self.epilogues:
            named += [(f"{body.array_prefix}{n}", (*o.strides[:rank], *still)) for n, o in enumerate(body.operands)]
        named += [(f"z{n}", (*contiguous_strides(shapes[p])[:rank], *still)) for n, p in enumerate(self.results)]
        self.names = [name for name, _ in named]
        sizes, strides = group.shape, [steps for _, steps in named]
        self.outer = Axes("o", *collapse(sizes[:rank], [steps[:rank] for steps in strides]))
        self.along = Axes("r", *collapse(sizes[rank:], [steps[rank:] for steps in strides]))
        self.moving = self.names[: len(self.body.operands) + len(self.outputs)]

    def draft(self) -> Draft:
        graph, group = self.graph, self.group
        source = Source()
        arguments = self.arguments()
        source.add(*arguments.lines)
        for position, name in self.kept.items():
            room = ROW_MOST + ROW_PADDING
            source.add(f"{name} = stack_buffer({room}, {storage(graph.nodes[position].dtype)})")
        source.loop("for row in range(start, stop):")
        starts(source, self.outer, self.names, "row", None, "row")
        names: dict[int, str] = {}
        self.numbers = itertools.count()  # of the kernel's variables: row values live on through the loops
        for number, item in enumerate(self.passes):
            source.add(*self._row_values(item, names))
            self._pass(source, number, names)
        source.end()
        operations = [graph.nodes[position].op.name for position in group.members]
        text = source.text(operations[-3:], f"{', '.join(operations)}, row by row; [start, stop) are rows.")
        rows = self.outer.length
        each = self.nanoseconds() * self.along.length + 30.0 * len(group.reduces)
        return Draft(text, arguments, (Phase(0, rows, grain(each)),), each * rows)

    def arguments(self) -> Arguments:
        """What the kernel reads and writes, and how that lies in memory."""
        graph, group = self.graph, self.group
        arguments = Arguments()
        arguments.constant("length", self.along.length)
        self.body.declare(arguments)
        for number, position in enumerate(self.outputs):
            dtype = graph.nodes[position].dtype
            arguments.result(f"y{number}", position, group.shape, dtype, suffix(dtype))
        for body in self.epilogues:
            body.declare(arguments)
        for number, position in enumerate(self.results):
            node = graph.nodes[position]
            arguments.result(f"z{number}", position, node.shape, node.dtype, suffix(node.dtype))
        declare_axes(arguments, self.outer, self.names)
        declare_axes(arguments, self.along, self.names)
        return arguments

    def nanoseconds(self) -> float:
        """A rough cost for each element on one thread."""
        stored = sum(self.graph.nodes[position].dtype.itemsize for position in self.outputs)
        return self.body.nanoseconds() + 0.04 * stored + 0.1 * len(self.group.reduces)

    def _row_values(self, item: Pass, names: dict[int, str]) -> list[str]:
        """The lines for what is computed once a row, before a pass."""
        graph = self.graph
        lines = []
        for position in item.values:
            node = graph.nodes[position]
            if position in self.values:
                name = self.values[position]
                lanes, array = next(
                    (lanes, f"{lanes.prefix}{lanes.reduces.index(position)}") for lanes in self.lanes if position in lanes.reduces
                )
                dtype = lanes.accumulator(position)
                lines.append(f"{name} = {lanes.finished(position, load(array, '0', dtype))}")
                names[position] = cast(name, dtype, node.dtype)
            else:
                body = next(body for body in self.epilogues if position in body.positions)
                skip = set(range(len(body.operands))) - body.used((position,))
                at = [f"{body.array_prefix}{n}_row" for n in range(len(body.operands))]
                lines += body.lines(at.__getitem__, names, {}, skip, (position,), self.numbers)
            if position in self.results:
                number = self.results.index(position)
                lines.append(f"z{number}[z{number}_row] = {store(names[position], node.dtype)}")
        return lines

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
        beside = ahead(self.body, fresh, self.outer, self.along, self.names)
        source.loop("for block_number in range(blocks):")
        source.add(f"begin = block_number * {BLOCK}", f"count = min(length - begin, {BLOCK})")
        self._walk(source, item, blocks, values)
        lanes.block(source, lambda position, index: self._element(position, index, blocks, light, values), beside)
        source.end()
        lanes.combine(source)

    def _direct(self, position: int) -> int | None:
        """The operand that a reduction reads in place, if it reads memory that lies in order."""
        number = self.body.operand(self.graph.nodes[position].inputs[0])
        if number is None or self.body.operands[number].slot is None or self.along.strides[number] != (1,):
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
        """Lines to compute, and element `index` of the current block of a reduction's input, as an accumulator."""
        graph = self.graph
        item = graph.nodes[position].inputs[0]
        dtype = graph.nodes[item].dtype
        number = self._direct(position)
        source = self.body.member(item)
        lines: list[str] = []
        if number is not None:
            text = self.body.value(number, self.along.element(number, self.names[number], index))
        elif light:
            body = next(each.body for each in self.passes if position in each.reduces)
            names = dict(values)
            lines = self._computed(set(body), index, names, self.body.used(body))
            text = names[source]
        elif source in self.kept:
            text = load(self.kept[source], f"begin + {index}", dtype)
        else:
            text = load(blocks[source], index, dtype)
        want = self.lanes[0].term(position)
        if dtype.kind == "b" and want.kind != "b":
            return lines, f"{suffix(want)}({text})"
        return lines, cast(text, dtype, want)

    def _computed(self, positions: set[int], index: str, names: dict[int, str], needed: set[int]) -> list[str]:
        """The lines for body nodes at element `index` of the current segment."""
        return self.body.lines(
            lambda number: self.along.element(number, self.names[number], index),
            names,
            {n: f"c{n}" for n in self._still(needed)},
            set(range(len(self.body.operands))) - needed,
            positions,
            self.numbers,
        )

    def _still(self, numbers: set[int]) -> set[int]:
        """Those of the operands that are one element for the whole of a segment."""
        return {n for n in numbers if not (self.along.sizes and self.along.strides[n][-1])}

    def _walk(self, source: Source, item: Pass, blocks: dict[int, str], values: dict[int, str]) -> None:
        """Compute `count` elements of a pass from `begin` on."""
        walk(source, self.along, self.moving, "row", lambda target: self._lines(item, blocks, values, target))

    def _lines(self, item: Pass, blocks: dict[int, str], values: dict[int, str], target: str) -> tuple[list[str], list[str]]:
        """The lines for one element of a pass, and the loads before the loop."""
        graph, body = self.graph, self.body
        first = len(body.operands)
        stores = [(name, target, position) for position, name in blocks.items()]
        stores += [(self.kept[position], f"begin + {target}", position) for position in item.saved]
        for number, position in enumerate(self.outputs):
            if self.stored_by(position) is item:
                stores.append((f"y{number}", self.along.element(first + number, f"y{number}", "j"), position))
        if not stores:
            used = self._still(body.used(item.body)) if item.body else set()
            return [], [f"c{n} = {body.value(n, f'x{n}_at')}" for n in sorted(used)]
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
        return lines, [f"c{n} = {body.value(n, f'x{n}_at')}" for n in sorted(self._still(needed))]

    def stored_by(self, position: int) -> Pass:
        """The pass that writes an output: the first that computes it."""
        return next(item for item in self.passes if position in item.body)
