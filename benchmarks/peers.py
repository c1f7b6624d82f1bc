"""One process of the side-by-side table: a library runs a workload, and prints what it took as JSON.

`python peers.py NAME LIBRARY FOLDER STARTED [first]`: STARTED is the parent's `time.perf_counter()`, a clock that all processes share,
FOLDER holds NumPy's results to compare with. `first` stops once caches on disk are filled.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from workloads import QUICK, WORKLOADS, Form, Workload

LIBRARIES = ("numpy", "numexpr", "jax.jit", "torch", "torch.compile", "torch's own", "lazytensor")
MEASURED_SECONDS = 0.2 if QUICK else 1.2
# A call that takes this long tells enough in one or two.
LONG = 2.0
Arrays = tuple[Any, ...]
# A call that returns when its result is there, and what waits for background work.
Prepared = tuple[Callable[[], Any], Callable[[], object]]


def nothing() -> None:
    """No compiler of this library works in the background."""


def run_numpy(workload: Workload, form: Form, arrays: Arrays) -> Prepared:
    return lambda: form(np, *arrays), nothing


def run_numexpr(workload: Workload, form: Form, arrays: Arrays) -> Prepared:
    import numexpr

    return lambda: form(numexpr, *arrays), nothing


def run_jax(workload: Workload, form: Form, arrays: Arrays) -> Prepared:
    import jax

    if any(array.dtype == np.float64 for array in arrays):
        jax.config.update("jax_enable_x64", True)
    inputs = [jax.numpy.asarray(array) for array in arrays] or [jax.random.key(0)]
    compiled = jax.jit(lambda *inputs: form(jax.numpy, *inputs))
    return lambda: jax.block_until_ready(compiled(*inputs)), nothing


def run_torch(workload: Workload, form: Form, arrays: Arrays, compile: bool = False) -> Prepared:
    import torch

    inputs = [torch.from_numpy(array) for array in arrays]
    # The loop over steps stays Python: its body is what a user would compile.
    function = torch.compile(form) if compile and workload.name != "stencil-loop" else form
    return lambda: function(torch, *inputs), nothing


def run_torch_compile(workload: Workload, form: Form, arrays: Arrays) -> Prepared:
    return run_torch(workload, form, arrays, compile=True)


def run_lazytensor(workload: Workload, form: Form, arrays: Arrays) -> Prepared:
    import lazytensor as lt
    from lazytensor.core import system

    inputs = [lt.asarray(array) for array in arrays]

    def call() -> Any:
        result = form(lt, *inputs)
        if isinstance(result, list):
            lt.wait_all()
            return result
        return result.wait()

    return call, lambda: system.engine().background_idle()


RUN: dict[str, Callable[[Workload, Form, Arrays], Prepared]] = {
    "numpy": run_numpy,
    "numexpr": run_numexpr,
    "jax.jit": run_jax,
    "torch": run_torch,
    "torch.compile": run_torch_compile,
    "torch's own": run_torch,
    "lazytensor": run_lazytensor,
}


def form_of(workload: Workload, library: str) -> Form | None:
    """The function that the library runs, None if the workload is not for it."""
    if library == "torch's own":
        return workload.own
    return workload.forms.get(library, workload.compute)


def seconds_of(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    del result
    return seconds


def settle(call: Callable[[], Any], idle: Callable[[], object]) -> float:
    """Call until compilers are done and times no longer fall; returns the last median."""
    last = float("inf")
    for _ in range(2 if QUICK else 8):
        times = [seconds_of(call)]
        while sum(times) < LONG and (len(times) < 3 or (sum(times) < 0.15 and len(times) < 50)):
            times.append(seconds_of(call))
        idle()
        median = sorted(times)[len(times) // 2]
        if median > 0.95 * last:
            return median
        last = median
    return last


def resident() -> tuple[int, int] | None:
    """Bytes resident now, and at most since the mark was last reset; None where the system does not say."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return int(lines["VmRSS"].split()[0]) << 10, int(lines["VmHWM"].split()[0]) << 10
    except (OSError, KeyError):
        return None


def peak_memory(call: Callable[[], Any], calls: int) -> dict[str, float]:
    """How far calls raise the resident set above its level, and the level itself."""
    before = resident()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return {}
    for _ in range(calls):
        call()
    after = resident()
    return {"peak": max(0, after[1] - before[0]), "level": before[0]} if before and after else {}


def check(workload: Workload, library: str, result: Any, folder: Path) -> None:
    """NumPy's result is kept for the others, which must agree with it."""
    if workload.tolerance is None:
        for each in result:
            deviation = float(np.asarray(each).std(dtype=np.float64))
            assert abs(deviation / 1000**0.5 - 1) < 0.05, f"{workload.name} by {library}: deviation {deviation}"
        return
    value = np.asarray(result)
    path = folder / f"{workload.name}.npy"
    if library == "numpy":
        np.save(path, value)
        return
    expected = np.load(path, mmap_mode="r")
    assert value.shape == expected.shape, f"{workload.name} by {library}: shape {value.shape}"
    error = float(np.max(np.abs(value - expected)) / np.max(np.abs(expected)))
    assert error <= workload.tolerance, f"{workload.name} by {library}: error {error}"


def main() -> None:
    name, library, folder, started, *rest = sys.argv[1:]
    workload = next(each for each in WORKLOADS if each.name == name)
    before = time.perf_counter()
    arrays = workload.inputs(np.random.default_rng(0))
    inputs_seconds = time.perf_counter() - before
    form = form_of(workload, library)
    assert form is not None
    call, idle = RUN[library](workload, form, arrays)
    call()
    figures = {"first": time.perf_counter() - float(started) - inputs_seconds}
    typical = settle(call, idle)
    if not rest:
        times = [seconds_of(call) for _ in range(min(200, max(1 if typical > LONG else 3, int(MEASURED_SECONDS / typical))))]
        figures["seconds"] = sorted(times)[len(times) // 2]
        figures.update(peak_memory(call, 1 if typical > LONG else 3))
        check(workload, library, call(), Path(folder))

    import json  # after the measurement of the start

    print(json.dumps(figures))


if __name__ == "__main__":
    main()
