"""What the benchmarks share: one process per library and workload, medians over interleaved rounds, and the table of figures.

A script defines `WORKLOADS`, functions by (workload, library) that return seconds by name, and `figures()`, and ends in
`main(WORKLOADS, figures)`. Peers that are not installed are reported as such.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Workload = Callable[[], dict[str, float]]
Samples = dict[str, list[dict[str, float]]]

HERE = Path(__file__).resolve().parent
QUICK = os.environ.get("LAZYTENSOR_QUICK", "0") not in ("", "0")
ROUNDS = 1 if QUICK else 5
# Every library chooses its own BLAS kernels: a forced core type may cost NumPy and us half the speed, and the others nothing.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
PEERS = ("numpy", "torch", "jax", "numexpr")


@dataclass(frozen=True)
class Figure:
    """One line of the results. `met` is None for a line that has no requirement, or that could not be measured."""

    name: str
    measured: str
    required: str = ""
    met: bool | None = None


def installed(module: str) -> bool:
    """Is the peer there? `torch.compile` counts as `torch`."""
    return importlib.util.find_spec(module.partition(".")[0].partition(" ")[0]) is not None


def repeat(function: Callable[[], object], times: int = 7) -> float:
    """Median seconds of a call."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def warm_up(function: Callable[[], object], seconds: float = 1.5, calls: int = 5) -> None:
    """Call until caches are filled and compilers, which may work in the background, have had time to finish."""
    end = time.perf_counter() + seconds
    while calls > 0 or time.perf_counter() < end:
        function()
        calls -= 1


def measure(script: str, runs: list[tuple[str, str]], rounds: int = ROUNDS) -> Samples:
    """Run (workload, library) pairs in a process each, in turn, `rounds` times; samples by "workload library"."""
    samples: Samples = {f"{workload} {library}": [] for workload, library in runs}
    for _ in range(rounds):
        for workload, library in runs:
            if not installed(library):
                continue
            command = [sys.executable, script, "--child", workload, library]
            done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
            samples[f"{workload} {library}"].append(json.loads(done.stdout.splitlines()[-1]))
    return samples


def median(samples: Samples, run: str, name: str) -> float | None:
    """The median over rounds, None where the library is not installed."""
    found = [sample[name] for sample in samples[run]]
    return statistics.median(found) if found else None


def ratio(samples: Samples, run: str, base: str, names: tuple[str, str]) -> float | None:
    """How many times as long as `base` a run took: the median over rounds, each compared with its own round, so that a machine that
    slows down for a while slows both sides. None where a library is not installed."""
    pairs = zip(samples[run], samples[base], strict=False)
    found = [sample[names[0]] / other[names[1]] for sample, other in pairs]
    return statistics.median(found) if found else None


def at_most(name: str, value: float | None, limit: float, what: str, detail: str) -> Figure:
    """A figure that demands value <= limit; None is a peer that is not installed."""
    required = f"at most {limit:.3g} {what}"
    if value is None:
        return Figure(name, f"not measured, a peer is missing ({detail})", required)
    return Figure(name, f"{value:.3g} ({detail})", required, value <= limit)


def spell(seconds: float | None) -> str:
    """Seconds in a readable unit."""
    if seconds is None:
        return "not installed"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(figures: list[Figure]) -> str:
    """The figures in Markdown."""
    verdict = {True: "yes", False: "**no**", None: ""}
    lines = ["| figure | measured | required | met |", "| --- | --- | --- | --- |"]
    lines += [f"| {figure.name} | {figure.measured} | {figure.required} | {verdict[figure.met]} |" for figure in figures]
    return "\n".join(lines)


def machine() -> list[str]:
    """What the figures were measured on, a line each."""
    model = platform.processor() or platform.machine()
    memory = ""
    if os.path.exists("/proc/cpuinfo"):
        text = Path("/proc/cpuinfo").read_text()
        model = next((line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")), model)
        model += next((f" ({name})" for flag, name in ((" avx512f ", "AVX-512"), (" avx2 ", "AVX2")) if flag in text), "")
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    names = ("lazytensor", "numpy", "numba", "llvmlite", "networkx", "scipy", *PEERS[1:])
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names if installed(name)]
    return [
        f"processor: {model}, {cores} cores{memory}; load average at the start {os.getloadavg()[0]:.2f}",
        f"system: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"versions: {', '.join(versions)}",
        *([f"not installed: {', '.join(missing)}"] if (missing := [name for name in PEERS if not installed(name)]) else []),
    ]


def main(workloads: dict[tuple[str, str], Workload], figures: Callable[[], list[Figure]]) -> None:
    """The command line of a benchmark script: the table, or one workload for `measure`."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(workloads[sys.argv[2], sys.argv[3]]()))
    else:
        print(table(figures()))
