"""Memory and caches: what is held, and how to let go of it."""

from __future__ import annotations

import functools
import sys

from lazytensor.compiler import walk
from lazytensor.compiler.ops.table import ROWS
from lazytensor.core import lines, planning, wait_log
from lazytensor.core.system import engine, kernel_store


def memory_stats() -> dict[str, int]:
    """Bytes of large arrays in use, kept for reuse, and in use at the peak; and how many were allocated and reused.

    Counted is the memory that computed values are written to, for as long as an array, exported ones included, looks at it. What
    could not be had is not. Arrays under 64 KiB, copies of NumPy arrays and the results of library calls come from NumPy's
    allocator and are not counted.
    """
    pool = next(iter(engine().devices.values())).pool
    statistics = pool.statistics()
    return {
        "live_bytes": statistics.live,
        "pooled_bytes": statistics.pooled,
        "peak_bytes": statistics.peak,
        "allocations": statistics.allocations,
        "reuses": statistics.reuses,
    }


def clear_caches(disk: bool = False) -> None:
    """Forget plans, compiled kernels and whatever else was kept to spare work, and give idle memory back; with `disk`, delete the
    kernels on disk too."""
    planning.clear_plans()
    lines.forget_lines()
    walk.forget_calls()
    kernel_store().clear(disk=disk)
    source = sys.modules.get("lazytensor.compiler.codegen.source")  # one that is not imported has refused nothing
    if source is not None:
        source.forget_refused()
    wait_log.forget()
    for row in ROWS:
        row.memo.clear()
    for remembered in _remembering():
        remembered.cache_clear()
    for device in engine().devices.values():
        device.pool.trim()


def _remembering() -> list[functools._lru_cache_wrapper[object]]:
    """The functions of this package that remember results: those with a bound. Without one are only functions of nothing, whose one
    result is a constant of the process."""
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == "lazytensor"]
    found = [value for module in modules for value in list(vars(module).values())]
    return [
        value
        for value in found
        if isinstance(value, functools._lru_cache_wrapper) and value.cache_parameters()["maxsize"] is not None
    ]
