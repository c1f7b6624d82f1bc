"""Memory and caches: what is held, and how to let go of it."""

from __future__ import annotations

from lazytensor import planning
from lazytensor.system import engine, kernel_store


def memory_stats() -> dict[str, int]:
    """Bytes of large arrays in use, kept for reuse, and in use at the peak; and how many were allocated and reused.

    Arrays under 64 KiB come from NumPy's allocator and are not counted.
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
    """Forget plans and compiled kernels and give idle memory back; with `disk`, delete the kernels on disk too."""
    planning.clear_plans()
    kernel_store().clear(disk=disk)
    for device in engine().devices.values():
        device.pool.trim()
