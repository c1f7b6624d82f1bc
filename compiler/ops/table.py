"""The op table: every row of the chapters, by its name."""

from __future__ import annotations

from types import ModuleType

from lazytensor.compiler.ops import bits, elementwise, indexing, library, numerics, reductions, sources, special, structural
from lazytensor.compiler.ops.row import Op

CHAPTERS: tuple[ModuleType, ...] = (structural, sources, elementwise, numerics, special, reductions, indexing, library, bits)

ROWS: tuple[Op, ...] = tuple(
    row for chapter in CHAPTERS for name, row in vars(chapter).items() if isinstance(row, Op) and not name.startswith("_")
)

TABLE: dict[str, Op] = {row.name: row for row in ROWS}
