"""Kernels for ROWS groups whose rows are short: the passes of `forms.rows` over a tile of rows, with vectors across the rows.

Row values, of which there is one a row, lie in buffers of their own. A unit, of which [start, stop) is a range, is a tile.
"""

from __future__ import annotations

import itertools

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.rows import Rows
from lazytensor.compiler.codegen.forms.tiles import ACROSS, Tile
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.body import Body, grain
from lazytensor.compiler.codegen.nest.expressions import load, store
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.passes.rows import Pass
from lazytensor.compiler.tuning import ROW_BUFFERS, TILED_MOST


class RowTiles(KernelForm):
    """The passes of a ROWS group over tiles of short rows."""

    @classmethod
    def of(cls, rows: Rows) -> RowTiles | None:
        """The passes over tiles, or None where `rows`, the general form, has to do."""
        if rows.along.length > TILED_MOST or not rows.along.sizes:
            return None
        nodes, operands = rows.graph.nodes, rows.body.named()
        widths = [operand.dtype.itemsize for name, operand in operands if rows.outer.moves(name) and rows.along.moves(name)]
        widths += [nodes[position].dtype.itemsize for position in (*rows.kept, *rows.outputs)]
        widths += [rows.lanes_of(position).accumulator(position).itemsize for position in rows.group.reduces]
        tile = next((tile for tile in map(Tile, (128, 64, 32)) if sum(widths) * tile.room <= ROW_BUFFERS), None)
        return None if tile is None else cls(rows, tile)

    def __init__(self, rows: Rows, tile: Tile) -> None:
        super().__init__(rows.graph, rows.group, rows.body, rows.epilogues)
        self.rows = rows
        self.length = rows.along.length
        self.numbers = itertools.count()
        self.values: dict[int, str] = {}  # row value -> the array of a tile's values
        self.done: set[int] = set()  # the row values computed so far
        # Operands that are the same for all rows are read in place.
        self.packed = {n for n in range(len(self.body.operands)) if rows.outer.moves(f"x{n}")}
        self.tile = tile

    def declare(self, arguments: Arguments) -> None:
        self.rows.declare(arguments)
        arguments.constant("rows", self.rows.outer.length)

    def summary(self) -> str:
        return " over short rows, across the rows."

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(0, -(-self.rows.outer.length // self.tile.width), grain(self._row_nanoseconds() * self.tile.width)),)

    def nanoseconds(self) -> float:
        return self._row_nanoseconds() * self.rows.outer.length

    def _row_nanoseconds(self) -> float:
        return (self.element_nanoseconds() + 0.2 * (len(self.packed) + len(self.outputs))) * self.length

    def write(self, source: Source) -> None:
        self.numbers, self.values, self.done = itertools.count(), {}, set()
        self._buffers(source)
        source.loop("for unit in range(start, stop):")
        source.add(f"begin = unit * {self.tile.width}", f"count = min(rows - begin, {self.tile.width})")
        self._pack(source)
        for number, item in enumerate(self.rows.passes):
            self._row_values(source, item)
            self._pass(source, number, item)
        for number in range(len(self.outputs)):
            self.tile.unpack(source, number, "(begin + j) * length")
        source.end()

    def _buffers(self, source: Source) -> None:
        rows, nodes, tile = self.rows, self.graph.nodes, self.tile
        for n in sorted(self.packed):
            room = tile.room if rows.along.moves(f"x{n}") else tile.width
            tile.buffer(source, f"pack{n}", room, self.body.operands[n].dtype)
        for body in self.epilogues:
            for name, operand in body.named():
                tile.buffer(source, f"held_{name}", tile.width, operand.dtype)
        for number, position in enumerate(self.outputs):
            tile.buffer(source, f"out{number}", tile.room, nodes[position].dtype)
        for position, name in rows.kept.items():
            tile.buffer(source, name, tile.room, nodes[position].dtype)
        for number, position in enumerate(p for item in rows.passes for p in item.values):
            self.values[position] = f"value{number}"
            tile.buffer(source, f"value{number}", tile.width, nodes[position].dtype)
        for lanes in rows.lanes:
            tile.partials(source, lanes, lanes.prefix, tile.room, lanes.singles)

    def _pack(self, source: Source) -> None:
        """Copy what a tile reads: element j of its rows side by side."""
        rows = self.rows
        source.loop(ACROSS)
        source.add("row = begin + j", *rows.outer.split("row"))
        read = [f"x{n}" for n in sorted(self.packed)] + [name for body in self.epilogues for name, _ in body.named()]
        source.add(*(f"{name}_row = {rows.outer.offset(name, 'row') or '0'}" for name in read))
        for n in sorted(self.packed):
            if not rows.along.moves(f"x{n}"):
                source.add(f"pack{n}[j] = {store(self.body.value(n, f'x{n}_row'), self.body.operands[n].dtype)}")
        for body in self.epilogues:
            for n, (name, operand) in enumerate(body.named()):
                source.add(f"held_{name}[j] = {store(body.value(n, f'{name}_row'), operand.dtype)}")
        for n in sorted(self.packed):
            if rows.along.moves(f"x{n}"):
                text = self.body.value(n, f"x{n}_row + {rows.along.offset(f'x{n}', 'k')}")
                self.tile.pack(source, n, store(text, self.body.operands[n].dtype), rows.along.split("k"))
        source.end()

    def _known(self, names: dict[int, str]) -> list[str]:
        """Load the row values there are so far, for row j."""
        lines = []
        for position, name in self.values.items():
            if position in self.done:
                names[position] = f"{name}_j"
                lines.append(f"{name}_j = {load(name, 'j', self.graph.nodes[position].dtype)}")
        return lines

    def _row_values(self, source: Source, item: Pass) -> None:
        """Compute and store what there is once a row, before a pass."""
        if not item.values:
            return
        rows, nodes = self.rows, self.graph.nodes
        names: dict[int, str] = {}
        lines = self._known(names)
        for position in item.values:
            node = nodes[position]
            if position in self.group.reduces:
                lanes = rows.lanes_of(position)
                line, names[position] = lanes.finished(position, f"v{next(self.numbers)}", lanes.prefix, "j")
                lines.append(line)
            else:
                body = rows.epilogue_of(position)
                hoisted = {}
                for n in body.used((position,)):
                    hoisted[n] = f"h{next(self.numbers)}"
                    lines.append(f"{hoisted[n]} = {load(f'held_{body.array_prefix}{n}', 'j', body.operands[n].dtype)}")
                lines += self._lines(body, names, hoisted, {position})
            lines.append(f"{self.values[position]}[j] = {store(names[position], node.dtype)}")
            if position in self.results:
                lines.append(f"z{self.results.index(position)}[begin + j] = {store(names[position], node.dtype)}")
        source.loop(ACROSS, lines)
        self.done.update(item.values)

    def _lines(self, body: Body, names: dict[int, str], hoisted: dict[int, str], only: set[int]) -> list[str]:
        return body.lines(lambda number: "", names, hoisted, hoisted, only, self.numbers)

    def _pass(self, source: Source, number: int, item: Pass) -> None:
        """Compute the elements of a tile in one pass, and combine what its reductions read."""
        rows, body, nodes = self.rows, self.body, self.graph.nodes
        lanes = rows.lanes[number]
        at = self.tile.at()
        stores = [(lanes.array(lanes.prefix, position), nodes[position].inputs[0], position) for position in item.reduces]
        kept = [(rows.kept[position], position) for position in item.saved]
        kept += [(f"out{n}", position) for n, position in enumerate(self.outputs) if rows.stored_by(position) is item]
        if not stores and not kept:
            return
        needed = body.used(item.body)
        read = {body.operand(position) for position in (*(source for _, source, _ in stores), *(p for _, p in kept))}
        needed |= {n for n in read if n is not None}
        names: dict[int, str] = {}
        before, lines = [], self._known(names)
        for position in item.loaded:
            names[position] = f"b{next(self.numbers)}"
            lines.append(f"{names[position]} = {load(rows.kept[position], at, nodes[position].dtype)}")
        hoisted = {}
        for n in sorted(needed):
            hoisted[n] = f"c{next(self.numbers)}"
            if n in self.packed:
                place = at if rows.along.moves(f"x{n}") else "j"
                lines.append(f"{hoisted[n]} = {load(f'pack{n}', place, body.operands[n].dtype)}")
            else:
                before.append(f"{hoisted[n]} = {body.value(n, rows.along.offset(f'x{n}', 'k') or '0')}")
        lines += self._lines(body, names, hoisted, set(item.body))
        for array, position, reduction in stores:
            text = lanes.element(reduction, names[body.member(position)])
            lines.append(f"{array}[{at}] = {store(text, lanes.term(reduction))}")
        lines += [f"{array}[{at}] = {store(names[position], nodes[position].dtype)}" for array, position in kept]
        source.loop("for k in range(length):")
        source.add(*rows.along.split("k"), *before)
        source.loop(ACROSS, lines)
        source.end()
        if item.reduces:
            self.tile.halve(source, lanes, lanes.prefix, "length", lanes.singles)
