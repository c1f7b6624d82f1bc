"""The cost of single operations: writing one, a chain of a million, and loops of ten thousand against PyTorch eager.

Run `python benchmarks/loops.py`, or `run.py` for all figures.
"""

from __future__ import annotations

import gc
import time
from typing import Any

from common import Figure, Workload, at_most, main, measure, median, ratio, repeat, spell

N = 10_000
CHAIN = 1_000_000


def _ones() -> Any:
    import lazytensor as lt

    return lt.ones((1, 2), dtype=lt.float32).wait()


def write() -> dict[str, float]:
    """Seconds to write `y = x + 1`: the old result dropped, or all results kept."""
    import lazytensor as lt

    x = _ones()

    def overwritten() -> None:
        for _ in range(N):
            y = x + 1  # noqa: F841

    def two_tensors() -> None:
        for _ in range(N):
            y = x * x  # noqa: F841

    def kept() -> list[Any]:
        return [x + 1 for _ in range(N)]

    seconds = {f.__name__: repeat(f, 15) / N for f in (overwritten, two_tensors, kept)}
    lt.wait_all()
    return seconds


def chain() -> dict[str, float]:
    """A million additions, each on the result of the one before: build, run, drop unrun."""
    x = _ones()
    marks = [time.perf_counter()]

    def build() -> Any:
        y = x
        for _ in range(CHAIN):
            y = y + 1
        marks.append(time.perf_counter())
        return y

    y = build().wait()
    marks.append(time.perf_counter())
    assert y.tolist() == [[CHAIN + 1.0, CHAIN + 1.0]], y
    y = build()
    before = time.perf_counter()
    del y
    gc.collect()
    return {"build": marks[1] - marks[0], "run": marks[2] - marks[1], "free": time.perf_counter() - before}


def lazy_loops() -> dict[str, float]:
    """The loops of the figures, on shape (1, 2)."""
    import lazytensor as lt

    one = _ones()

    def dead() -> Any:
        for _ in range(N):
            y = one + 1
        lt.wait_all()
        return y

    def waited() -> Any:
        for _ in range(N):
            y = one + 1
            y.wait()
        return y

    def live() -> Any:
        x = one
        for _ in range(N):
            x = x + 1
        lt.wait_all()
        return x

    return _timed({"dead": dead, "waited": waited, "live": live})


def torch_loops() -> dict[str, float]:
    """The same in PyTorch eager, which has nothing to wait for."""
    import torch

    one = torch.ones((1, 2), dtype=torch.float32)

    def dead() -> Any:
        for _ in range(N):
            y = one + 1
        return y

    def live() -> Any:
        x = one
        for _ in range(N):
            x = x + 1
        return x

    return _timed({"dead": dead, "live": live})


def jax_loops() -> dict[str, float]:
    """The same in jax, whose dispatch is asynchronous too."""
    import jax

    one = jax.numpy.ones((1, 2), dtype=jax.numpy.float32)

    def dead() -> Any:
        for _ in range(N):
            y = one + 1
        return y.block_until_ready()

    def waited() -> Any:
        for _ in range(N):
            y = one + 1
            y.block_until_ready()
        return y

    def live() -> Any:
        x = one
        for _ in range(N):
            x = x + 1
        return x.block_until_ready()

    return _timed({"dead": dead, "waited": waited, "live": live})


def numpy_loops() -> dict[str, float]:
    """The same in NumPy."""
    import numpy as np

    one = np.ones((1, 2), dtype=np.float32)

    def dead() -> Any:
        for _ in range(N):
            y = one + 1
        return y

    def live() -> Any:
        x = one
        for _ in range(N):
            x = x + 1
        return x

    return _timed({"dead": dead, "live": live})


def _timed(loops: dict[str, Any]) -> dict[str, float]:
    seconds = {}
    for name, loop in loops.items():
        expected = [[N + 1.0] * 2] if name == "live" else [[2.0] * 2]
        assert loop().tolist() == expected, name
        seconds[name] = repeat(loop)
    return seconds


WORKLOADS: dict[tuple[str, str], Workload] = {
    ("write", "lazytensor"): write,
    ("chain", "lazytensor"): chain,
    ("loops", "lazytensor"): lazy_loops,
    ("loops", "torch"): torch_loops,
    ("loops", "jax"): jax_loops,
    ("loops", "numpy"): numpy_loops,
}


def figures() -> list[Figure]:
    samples = measure(__file__, list(WORKLOADS))
    written, both, kept = (median(samples, "write lazytensor", name) for name in ("overwritten", "two_tensors", "kept"))
    build, run, free = (spell(median(samples, "chain lazytensor", name)) for name in ("build", "run", "free"))
    times = {
        (library, name): median(samples, f"loops {library}", name)
        for library, names in {
            "lazytensor": ("dead", "waited", "live"),
            "torch": ("dead", "live"),
            "jax": ("dead", "waited", "live"),
            "numpy": ("dead", "live"),
        }.items()
        for name in names
    }

    def against(name: str, base: str, libraries: list[str]) -> str:
        return f"{spell(times['lazytensor', name])}; " + ", ".join(f"{each} {spell(times[each, base])}" for each in libraries)

    assert written is not None
    return [
        Figure(
            "writing `y = x + 1`",
            f"{spell(written)} (`x * x` {spell(both)}, results kept {spell(kept)})",
            "at most 2 us",
            written <= 2e-6,
        ),
        Figure("a chain of 1,000,000 additions", f"build {build}, run {run}, free unrun {free}", "no recursion error", True),
        at_most(
            "10,000 times `y = x + 1`, then `wait_all()`, shape (1, 2)",
            ratio(samples, "loops lazytensor", "loops torch", ("dead", "dead")),
            1,
            "of PyTorch eager",
            against("dead", "dead", ["torch", "jax", "numpy"]),
        ),
        at_most(
            "the same with `y.wait()` in the loop",
            ratio(samples, "loops lazytensor", "loops torch", ("waited", "dead")),
            3,
            "of PyTorch eager",
            f"{spell(times['lazytensor', 'waited'])}; jax {spell(times['jax', 'waited'])}",
        ),
        Figure("10,000 times `x = x + 1`, every value needed, one wait", against("live", "live", ["torch", "jax", "numpy"])),
    ]


if __name__ == "__main__":
    main(WORKLOADS, figures)
