"""Matrix products: one product, small ones in a stack, a matrix and a vector, each alone and waited for, against NumPy's own.

NumPy's BLAS chooses its threads; lazytensor cuts products into panels by their shapes, one thread each.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import Any

import numpy as np
from common import QUICK, Figure, main, measure, median, ratio, repeat, spell, warm_up

LEAST = 0.95
SIZES = (100,) if QUICK else (500, 600, 1000, 2000, 3000)
VECTORS = ((60, 60),) if QUICK else ((600, 600), (1000, 1000), (2000, 2000), (100_000, 10), (50, 20_000))
STACKS = {"(200, 50, 1, 8) @ (8, 8)": ((200, 50, 1, 8), (8, 8)), "(100, 64, 64) @ (100, 64, 64)": ((100, 64, 64), (100, 64, 64))}


def products(dtype: str) -> dict[str, tuple[tuple[int, ...], tuple[int, ...], bool]]:
    """The shapes of the operands by name, and whether the first is the transpose of an array of the shape turned round."""
    found: dict[str, tuple[tuple[int, ...], tuple[int, ...], bool]] = {
        f"{dtype}, {size} cubed": ((size, size), (size, size), False) for size in SIZES
    }
    for rows, columns in VECTORS:
        found[f"{dtype}, {rows} x {columns} by a vector"] = (rows, columns), (columns,), False
        found[f"{dtype}, the transpose of {rows} x {columns} by a vector"] = (columns, rows), (rows,), True
    return found | {f"{dtype}, {name}": (*shapes, False) for name, shapes in STACKS.items()}


def seconds(dtype: str, library: str) -> dict[str, float]:
    """The median of a product, by name."""
    xp: Any = importlib.import_module(library)
    random = np.random.default_rng(0)
    found = {}
    for name, (left, right, turned) in products(dtype).items():
        x = xp.asarray(random.random(left[::-1] if turned else left).astype(dtype))
        y = xp.asarray(random.random(right).astype(dtype))
        x = x.T if turned else x

        def once(x: Any = x, y: Any = y) -> None:
            made = x @ y
            if library != "numpy":
                made.wait()

        warm_up(once, seconds=0.2)
        found[name] = repeat(once, 7 if np.prod(left) * right[-1] > 1e8 else 101)
    return found


WORKLOADS = {
    (dtype, library): partial(seconds, dtype, library) for dtype in ("float64", "float32") for library in ("numpy", "lazytensor")
}


def figures() -> list[Figure]:
    samples = measure(__file__, list(WORKLOADS))
    found = []
    for dtype in ("float64", "float32"):
        theirs, ours = f"{dtype} numpy", f"{dtype} lazytensor"
        for name in products(dtype):
            times = ratio(samples, theirs, ours, (name, name))
            assert times is not None
            detail = f"lazytensor {spell(median(samples, ours, name))}, numpy {spell(median(samples, theirs, name))}"
            found.append(Figure(name, f"{times:.2f} ({detail})", f"at least {LEAST} of NumPy's speed", times >= LEAST))
    return found


if __name__ == "__main__":
    main(WORKLOADS, figures)
