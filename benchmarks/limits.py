"""What the machine allows: kernels that only copy, sum, fill or update as many bytes as a workload does, over the same footprint.

`python limits.py KIND ELEMENTS ITEMSIZE` prints the seconds as JSON. They are compiled loops over every core, into memory that was
written before, and know nothing of lazytensor. "matmul" is NumPy's bare product of square float32 matrices.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Any

import numba
import numpy as np

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SECONDS = 1.0


@numba.njit(nogil=True, fastmath=True)
def _copy(out: Any, a: Any) -> None:
    for i in range(np.uint64(out.size)):
        out[i] = a[i]


@numba.njit(nogil=True, fastmath=True)
def _three(out: Any, a: Any, b: Any, c: Any) -> None:
    for i in range(np.uint64(out.size)):
        out[i] = a[i] + b[i] + c[i]


@numba.njit(nogil=True, fastmath=True)
def _sum(a: Any) -> Any:
    total = a[0] * 0
    for i in range(np.uint64(a.size)):
        total += a[i]
    return total


@numba.njit(nogil=True, fastmath=True)
def _fill(a: Any) -> None:
    for i in range(np.uint64(a.size)):
        a[i] = 1


@numba.njit(nogil=True, fastmath=True)
def _update(a: Any) -> None:
    for i in range(np.uint64(a.size)):
        a[i] = a[i] * a.dtype.type(0.999)


ARRAYS = {"copy": 2, "three": 4, "sum": 1, "update": 1, "fill": 1}
KERNELS = {"copy": _copy, "three": _three, "sum": _sum, "update": _update, "fill": _fill}


def measure(kind: str, elements: int, itemsize: int) -> float:
    """Median seconds of a kernel whose arrays have `elements` elements each."""
    dtype = np.dtype(f"f{itemsize}")
    if kind == "matmul":
        a, b = np.random.default_rng(0).standard_normal((2, elements, elements), dtype=np.float32)
        return _median(lambda: a @ b)
    arrays = [np.ones(elements, dtype) for _ in range(ARRAYS[kind])]
    edges = [elements * i // CORES for i in range(CORES + 1)]
    # Pieces of cache size would cost a hand-over each; a range for each core costs one.
    parts = [[array[start:stop] for array in arrays] for start, stop in pairwise(edges)]
    kernel = KERNELS[kind]
    with ThreadPoolExecutor(max(1, CORES - 1)) as pool:

        def call() -> None:
            others = [pool.submit(kernel, *part) for part in parts[1:]]
            kernel(*parts[0])
            wait(others)

        return _median(call)


def _median(call: Any) -> float:
    for _ in range(5):
        call()
    times = []
    while sum(times) < SECONDS and len(times) < 300:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps({"seconds": measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))}))
