"""The op table: every row of the chapters, by its name."""

from __future__ import annotations

from types import ModuleType

from lazytensor.compiler.ops import (
    bits,
    decompositions,
    elementwise,
    histograms,
    indexing,
    library,
    numerics,
    positions,
    reductions,
    samplers,
    sorting,
    sources,
    special,
    statistics,
    structural,
    transforms,
    ufuncs,
)
from lazytensor.compiler.ops.row import Op

CHAPTERS: tuple[ModuleType, ...] = (
    bits,
    decompositions,
    elementwise,
    histograms,
    indexing,
    library,
    numerics,
    positions,
    reductions,
    samplers,
    sorting,
    sources,
    special,
    statistics,
    structural,
    transforms,
    ufuncs,
)

ROWS: tuple[Op, ...] = tuple(
    row for chapter in CHAPTERS for name, row in vars(chapter).items() if isinstance(row, Op) and not name.startswith("_")
)

TABLE: dict[str, Op] = {row.name: row for row in ROWS}
