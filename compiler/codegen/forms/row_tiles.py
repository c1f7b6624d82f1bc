"""Kernels for ROWS groups whose rows are short: the passes of `forms.rows` over a tile of rows, with vectors across the rows.

Row values, of which there is one a row, lie in buffers of their own. A unit, of which [start, stop) is a range, is a tile.
"""

from __future__ import annotations

import itertools

from lazytensor.compiler.codegen.forms.form import KernelForm
from lazytensor.compiler.codegen.forms.lanes import Lanes
from lazytensor.compiler.codegen.forms.rows import Rows
from lazytensor.compiler.codegen.forms.tiles import ACROSS, Tile
from lazytensor.compiler.codegen.nest.arguments import Arguments, Phase
from lazytensor.compiler.codegen.nest.elementwise import Elementwise, grain
from lazytensor.compiler.codegen.nest.expressions import as_stored, load
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
        self.packed = {index: operand for index, (name, operand) in enumerate(self.body.named()) if rows.outer.moves(name)}
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
        for row_pass, lanes in zip(self.rows.passes, self.rows.lanes, strict=True):
            self._row_values(source, row_pass)
            self._pass(source, row_pass, lanes)
        for output_index in range(len(self.outputs)):
            self.tile.unpack(source, output_index, "(begin + j) * length")
        source.end()

    def _buffers(self, source: Source) -> None:
        rows, nodes, tile = self.rows, self.graph.nodes, self.tile
        for operand_index, operand in self.packed.items():
            room = tile.room if rows.along.moves(f"x{operand_index}") else tile.width
            tile.buffer(source, f"pack{operand_index}", room, operand.dtype)
        for body in self.epilogues:
            for name, operand in body.named():
                tile.buffer(source, f"held_{name}", tile.width, operand.dtype)
        for output_index, position in enumerate(self.outputs):
            tile.buffer(source, f"out{output_index}", tile.room, nodes[position].dtype)
        for position, name in rows.kept.items():
            tile.buffer(source, name, tile.room, nodes[position].dtype)
        for index, position in enumerate(p for row_pass in rows.passes for p in row_pass.values):
            self.values[position] = f"value{index}"
            tile.buffer(source, f"value{index}", tile.width, nodes[position].dtype)
        for lanes in rows.lanes:
            tile.partials(source, lanes, lanes.prefix, tile.room, lanes.singles)

    def _pack(self, source: Source) -> None:
        """Copy what a tile reads: element j of its rows side by side."""
        rows = self.rows
        source.loop(ACROSS)
        source.add("row = begin + j", *rows.outer.split("row"))
        read = [f"x{operand_index}" for operand_index in self.packed]
        read += [name for epilogue in self.epilogues for name, _ in epilogue.named()]
        source.add(*(f"{name}_row = {rows.outer.offset(name, 'row') or '0'}" for name in read))
        along = []
        for operand_index, operand in self.packed.items():
            name = f"x{operand_index}"
            if rows.along.moves(name):
                text = self.body.value(operand_index, f"{name}_row + {rows.along.offset(name, 'k')}")
                along.append((operand_index, as_stored(text, operand.dtype)))
            else:
                text = self.body.value(operand_index, f"{name}_row")
                source.add(f"pack{operand_index}[j] = {as_stored(text, operand.dtype)}")
        for epilogue in self.epilogues:
            for operand_index, (name, operand) in enumerate(epilogue.named()):
                source.add(f"held_{name}[j] = {as_stored(epilogue.value(operand_index, f'{name}_row'), operand.dtype)}")
        for operand_index, text in along:
            self.tile.pack(source, operand_index, text, rows.along.split("k"))
        source.end()

    def _known(self, names: dict[int, str]) -> list[str]:
        """Load the row values there are so far, for row j."""
        lines = []
        for position, name in self.values.items():
            if position in self.done:
                names[position] = f"{name}_j"
                lines.append(f"{name}_j = {load(name, 'j', self.graph.nodes[position].dtype)}")
        return lines

    def _row_values(self, source: Source, row_pass: Pass) -> None:
        """Compute and store what there is once a row, before a pass."""
        if not row_pass.values:
            return
        rows = self.rows
        names: dict[int, str] = {}
        lines = self._known(names)
        for position in row_pass.values:
            if position in self.group.reduces:
                lanes = rows.lanes_of(position)
                line, names[position] = lanes.finished(position, f"v{next(self.numbers)}", lanes.prefix, "j")
                lines.append(line)
            else:
                epilogue, hoisted = rows.epilogue_of(position), {}
                for operand_index in epilogue.used((position,)):
                    name, operand = epilogue.named()[operand_index]
                    hoisted[operand_index] = f"h{next(self.numbers)}"
                    lines.append(f"{hoisted[operand_index]} = {load(f'held_{name}', 'j', operand.dtype)}")
                lines += self._lines(epilogue, names, hoisted, {position})
            lines.append(self.assign(f"{self.values[position]}[j]", position, names))
            if position in self.results:
                lines.append(self.assign(f"z{self.results.index(position)}[begin + j]", position, names))
        source.loop(ACROSS, lines)
        self.done.update(row_pass.values)

    def _lines(self, body: Elementwise, names: dict[int, str], hoisted: dict[int, str], only: set[int]) -> list[str]:
        return body.lines(lambda name: "", names, hoisted, hoisted, only, self.numbers)

    def _pass(self, source: Source, row_pass: Pass, lanes: Lanes) -> None:
        """Compute the elements of a tile in one pass, and combine what its reductions read."""
        rows, body, nodes = self.rows, self.body, self.graph.nodes
        at = self.tile.at()
        terms = [(lanes.array(lanes.prefix, position), nodes[position].inputs[0], position) for position in row_pass.reduces]
        written = [(rows.kept[position], position) for position in row_pass.saved]
        for output_index, position in enumerate(self.outputs):
            if rows.stored_by(position) is row_pass:
                written.append((f"out{output_index}", position))
        if not terms and not written:
            return
        needed = body.used(row_pass.body) | body.operands_of(value for _, value, _ in terms)
        needed |= body.operands_of(position for _, position in written)
        names: dict[int, str] = {}
        before, lines = [], self._known(names)
        for position in row_pass.loaded:
            names[position] = f"b{next(self.numbers)}"
            lines.append(f"{names[position]} = {load(rows.kept[position], at, nodes[position].dtype)}")
        hoisted = {}
        for operand_index in sorted(needed):
            variable, name = f"c{next(self.numbers)}", f"x{operand_index}"
            hoisted[operand_index] = variable
            if operand_index in self.packed:
                element = load(f"pack{operand_index}", at if rows.along.moves(name) else "j", body.operands[operand_index].dtype)
                lines.append(f"{variable} = {element}")
            else:
                before.append(f"{variable} = {body.value(operand_index, rows.along.offset(name, 'k') or '0')}")
        lines += self._lines(body, names, hoisted, set(row_pass.body))
        for array, value, reduction in terms:
            text = lanes.as_term(reduction, names[body.member(value)])
            lines.append(f"{array}[{at}] = {as_stored(text, lanes.term(reduction))}")
        lines += [self.assign(f"{array}[{at}]", position, names) for array, position in written]
        source.loop("for k in range(length):")
        source.add(*rows.along.split("k"), *before)
        source.loop(ACROSS, lines)
        source.end()
        if row_pass.reduces:
            self.tile.halve(source, lanes, lanes.prefix, "length", lanes.singles)
