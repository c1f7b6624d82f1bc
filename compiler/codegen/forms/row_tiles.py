"""Kernels for ROWS groups whose rows are short: the passes of `forms.rows` over a tile of rows, with vectors across the rows.

What a tile reads is packed, element k of its rows side by side, and what it writes is written from a tile row by row. Elements are
combined by the tree of `forms.lanes`, so the bits are those of a kernel that goes along the rows. A unit, of which [start, stop) is
a range, is a tile.
"""

from __future__ import annotations

import itertools

from lazytensor.compiler.codegen.forms.mapping import Draft
from lazytensor.compiler.codegen.forms.rows import Rows
from lazytensor.compiler.codegen.nest.arguments import Phase, storage
from lazytensor.compiler.codegen.nest.body import Body, grain
from lazytensor.compiler.codegen.nest.expressions import cast, load, store, suffix
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.passes.rows import Pass
from lazytensor.compiler.tuning import ROW_BUFFERS, SHORT_MOST, TILE_PADDING, TILED_MOST


class RowTiles:
    """The passes of a ROWS group over tiles of short rows."""

    @classmethod
    def of(cls, rows: Rows) -> RowTiles | None:
        """The passes over tiles, or None where `rows`, the general form, has to do."""
        if rows.along.length > TILED_MOST or not rows.along.sizes:
            return None
        tiles = cls(rows)
        return tiles if tiles.tile else None

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.graph, self.group, self.body = rows.graph, rows.group, rows.body
        self.length = rows.along.length
        self.numbers = itertools.count()
        self.values: dict[int, str] = {}  # row value -> the array of a tile's values
        self.done: set[int] = set()  # the row values computed so far
        # Operands that are the same for all rows are read in place.
        self.packed = {n for n in range(len(self.body.operands)) if rows.outer.moves(n)}
        nodes = self.graph.nodes
        widths = [self.body.operands[n].dtype.itemsize for n in self.packed if rows.along.moves(n)]
        widths += [nodes[position].dtype.itemsize for position in (*rows.kept, *rows.outputs)]
        widths += [rows.lanes[0].accumulator(position).itemsize for position in self.group.reduces]
        most = ROW_BUFFERS // (sum(widths) * SHORT_MOST) - TILE_PADDING
        self.tile = next((tile for tile in (128, 64, 32) if tile <= most), 0)
        self.pitch = self.tile + TILE_PADDING

    def draft(self) -> Draft:
        rows, group = self.rows, self.group
        self.numbers, self.values, self.done = itertools.count(), {}, set()
        arguments, source = rows.arguments(), Source()
        arguments.constant("rows", rows.outer.length)
        source.add(*arguments.lines)
        self._buffers(source)
        source.loop("for unit in range(start, stop):")
        source.add(f"begin = unit * {self.tile}", f"count = min(rows - begin, {self.tile})")
        self._pack(source)
        for number, item in enumerate(rows.passes):
            self._row_values(source, item)
            self._pass(source, number, item)
        for number in range(len(rows.outputs)):
            source.loop("for j in range(count):")
            source.add(f"y{number}_at = (begin + j) * length")
            source.loop("for k in range(length):", [f"y{number}[y{number}_at + k] = out{number}[k * {self.pitch} + j]"])
            source.end()
        source.end()
        operations = [self.graph.nodes[position].op.name for position in group.members]
        text = source.text(operations[-3:], f"{', '.join(operations)} over short rows, across the rows.")
        copies = len(self.packed) + len(rows.outputs)
        each = (rows.nanoseconds() + 0.2 * copies) * self.length
        units = -(-rows.outer.length // self.tile)
        return Draft(text, arguments, (Phase(0, units, grain(each * self.tile)),), each * rows.outer.length)

    def _buffers(self, source: Source) -> None:
        rows, nodes = self.rows, self.graph.nodes
        room = SHORT_MOST * self.pitch
        for n in sorted(self.packed):
            size = room if rows.along.moves(n) else self.tile
            source.add(f"pack{n} = stack_buffer({size}, {storage(self.body.operands[n].dtype)})")
        for body in rows.epilogues:
            for n, operand in enumerate(body.operands):
                source.add(f"held_{body.array_prefix}{n} = stack_buffer({self.tile}, {storage(operand.dtype)})")
        for number, position in enumerate(rows.outputs):
            source.add(f"out{number} = stack_buffer({room}, {storage(nodes[position].dtype)})")
        for position, name in rows.kept.items():
            source.add(f"{name} = stack_buffer({room}, {storage(nodes[position].dtype)})")
        for number, position in enumerate(p for item in rows.passes for p in item.values):
            self.values[position] = f"value{number}"
            source.add(f"value{number} = stack_buffer({self.tile}, {storage(nodes[position].dtype)})")
        for lanes in rows.lanes:
            for number, position in enumerate(lanes.reduces):
                if lanes.single(position):
                    name = lanes.array(lanes.prefix, position)
                    source.add(f"{name} = stack_buffer({room}, {storage(lanes.term(position))})")
                source.add(f"{lanes.prefix}{number} = stack_buffer({room}, {storage(lanes.accumulator(position))})")

    def _pack(self, source: Source) -> None:
        """Copy what a tile reads: element j of its rows side by side."""
        rows = self.rows
        names = [name for name in rows.names if name[0] not in "yz"]
        source.loop("for j in range(count):")
        source.add("row = begin + j", *rows.outer.split("row"))
        for number, name in enumerate(rows.names):
            if name in names and (name[0] != "x" or number in self.packed):
                source.add(f"{name}_row = {rows.outer.offset(number, name, 'row') or '0'}")
        for n in sorted(self.packed):
            if not rows.along.moves(n):
                source.add(f"pack{n}[j] = {store(self.body.value(n, f'x{n}_row'), self.body.operands[n].dtype)}")
        for body in rows.epilogues:
            for n, operand in enumerate(body.operands):
                name = f"{body.array_prefix}{n}"
                source.add(f"held_{name}[j] = {store(body.value(n, f'{name}_row'), operand.dtype)}")
        for n in sorted(self.packed):
            if rows.along.moves(n):
                text = self.body.value(n, f"x{n}_row + {rows.along.offset(n, f'x{n}', 'k')}")
                line = f"pack{n}[k * {self.pitch} + j] = {store(text, self.body.operands[n].dtype)}"
                source.loop("for k in range(length):", [*rows.along.split("k"), line])
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
                lanes = next(lanes for lanes in rows.lanes if position in lanes.reduces)
                dtype = lanes.accumulator(position)
                name = f"v{next(self.numbers)}"
                have = load(f"{lanes.prefix}{lanes.reduces.index(position)}", "j", dtype)
                lines.append(f"{name} = {lanes.finished(position, have)}")
                names[position] = cast(name, dtype, node.dtype)
            else:
                body = next(body for body in rows.epilogues if position in body.positions)
                hoisted = {}
                for n in body.used((position,)):
                    hoisted[n] = f"h{next(self.numbers)}"
                    lines.append(f"{hoisted[n]} = {load(f'held_{body.array_prefix}{n}', 'j', body.operands[n].dtype)}")
                lines += self._lines(body, names, hoisted, {position})
            lines.append(f"{self.values[position]}[j] = {store(names[position], node.dtype)}")
            if position in rows.results:
                lines.append(f"z{rows.results.index(position)}[begin + j] = {store(names[position], node.dtype)}")
        source.loop("for j in range(count):", lines)
        self.done.update(item.values)

    def _lines(self, body: Body, names: dict[int, str], hoisted: dict[int, str], only: set[int]) -> list[str]:
        skip = set(range(len(body.operands))) - set(hoisted)
        return body.lines(lambda number: "", names, hoisted, skip, only, self.numbers)

    def _pass(self, source: Source, number: int, item: Pass) -> None:
        """Compute the elements of a tile in one pass, and combine what its reductions read."""
        rows, body, nodes = self.rows, self.body, self.graph.nodes
        lanes = rows.lanes[number]
        at = f"k * {self.pitch} + j"
        stores = [(lanes.array(lanes.prefix, position), nodes[position].inputs[0], position) for position in item.reduces]
        kept = [(rows.kept[position], position) for position in item.saved]
        kept += [(f"out{n}", position) for n, position in enumerate(rows.outputs) if rows.stored_by(position) is item]
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
                place = at if rows.along.moves(n) else "j"
                lines.append(f"{hoisted[n]} = {load(f'pack{n}', place, body.operands[n].dtype)}")
            else:
                before.append(f"{hoisted[n]} = {body.value(n, rows.along.offset(n, f'x{n}', 'k') or '0')}")
        lines += self._lines(body, names, hoisted, set(item.body))
        for array, position, reduction in stores:
            have, want = nodes[position].dtype, lanes.term(reduction)
            text = names[body.member(position)]
            text = f"{suffix(want)}({text})" if have.kind == "b" and want.kind != "b" else cast(text, have, want)
            lines.append(f"{array}[{at}] = {store(text, want)}")
        lines += [f"{array}[{at}] = {store(names[position], nodes[position].dtype)}" for array, position in kept]
        source.loop("for k in range(length):")
        source.add(*rows.along.split("k"), *before)
        source.loop("for j in range(count):", lines)
        source.end()
        if item.reduces:
            lanes.halve(source, lanes.prefix, "", "length", str(self.pitch), "for j in range(count):", lanes.singles)
