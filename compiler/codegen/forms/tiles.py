"""Tiles: short rows computed together, with vectors across them. `forms.short` and `forms.row_tiles` are made of them.

What a tile reads is packed, element k of its rows side by side; what is stored is kept in a tile of its own and written from it row by
row; elements are combined by the tree of `forms.lanes`, so the bits are those of a kernel that goes along the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lazytensor.compiler.codegen.forms.lanes import Partials
from lazytensor.compiler.codegen.nest.arguments import storage
from lazytensor.compiler.codegen.source import Source
from lazytensor.compiler.tuning import SHORT_MOST, TILE_PADDING

ACROSS = "for j in range(count):"
"""The loop across the rows of a tile, of which there are `count`."""


@dataclass(frozen=True, slots=True)
class Tile:
    """At most `width` rows. Element k of row j lies at `at(k)` of a buffer that holds `room` elements."""

    width: int

    @property
    def pitch(self) -> int:
        """From one element of a row to the next."""
        return self.width + TILE_PADDING

    @property
    def room(self) -> int:
        return SHORT_MOST * self.pitch

    def at(self, element: str = "k") -> str:
        return f"{element} * {self.pitch} + j"

    @staticmethod
    def buffer(source: Source, name: str, room: int, dtype: np.dtype[Any]) -> None:
        source.buffer(name, room, storage(dtype))

    def partials(self, source: Source, partials: Partials, array: str, room: int, singles: int) -> None:
        """The arrays of partial results that `halve` combines."""
        for reduce_index, position in enumerate(partials.reduces):
            if singles and partials.single(position):
                self.buffer(source, partials.array(array, position), room, partials.term(position))
            self.buffer(source, f"{array}{reduce_index}", room, partials.accumulator(position))

    def halve(self, source: Source, partials: Partials, array: str, left: str, singles: int) -> None:
        """Combine the first `left` elements of each row into the first."""
        partials.halve(source, array, "", left, str(self.pitch), ACROSS, singles)

    def pack(self, source: Source, operand_index: int, element: str, before: Iterable[str] = ()) -> None:
        """Along row j: copy its elements of an operand, of which `element` is element k after the lines `before`."""
        source.loop("for k in range(length):", [*before, f"pack{operand_index}[{self.at()}] = {element}"])

    def unpack(self, source: Source, output_index: int, start: str) -> None:
        """Write what is stored of a tile: row j begins at `start`."""
        source.loop(ACROSS)
        source.add(f"y{output_index}_at = {start}")
        source.loop("for k in range(length):", [f"y{output_index}[y{output_index}_at + k] = out{output_index}[{self.at()}]"])
        source.end()
