"""The side-by-side table: every workload of workloads.py by every library, against the best peer and what the machine allows.

`python benchmarks/table.py [workload ...]` prints chosen rows, or all; `run.py` adds the table to RESULTS.md. lazytensor comes from a
wheel of this checkout, as made when the run starts. Each library runs in a process of its own, in turn with the others.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from common import ENVIRONMENT, HERE, QUICK, installed, spell
from peers import LIBRARIES, form_of
from startup import environment
from workloads import RATES, WORKLOADS, Workload

ROUNDS = int(os.environ.get("LAZYTENSOR_ROUNDS", "1" if QUICK else "3"))
# Libraries that keep compiled code on disk, for which a start with nothing there is another figure.
CACHING = ("lazytensor", "jax.jit", "torch.compile")
MODULES = {"jax.jit": "jax", "torch.compile": "torch", "torch's own": "torch"}
OURS = "lazytensor"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
FRACTION = 0.85
EPILOGUE = 1.03
WARM_EXTRA = 0.250
# Pages that the system counts in batches, and a thread's stack.
MEMORY_NOISE = 1 << 20

Sample = dict[str, float]


class Bench:
    """Runs processes, and keeps what they printed by (workload, library)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = environment(folder)
        self.samples: dict[tuple[str, str], list[Sample]] = {}
        self.failures: dict[tuple[str, str], str] = {}

    def run(self, caches: Path, script: str, *arguments: str) -> Sample:
        dropped = ("PYTHON", "LAZYTENSOR_CACHE", "TORCHINDUCTOR_", "JAX_")
        variables = {name: value for name, value in ENVIRONMENT.items() if not name.startswith(dropped)}
        variables |= {
            "LAZYTENSOR_CACHE_DIR": str(caches / "lazytensor"),
            "TORCHINDUCTOR_CACHE_DIR": str(caches / "torch"),
            "JAX_COMPILATION_CACHE_DIR": str(caches / "jax"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "0",
        }
        done = subprocess.run(
            [self.python, HERE / script, *arguments], env=variables, cwd=self.folder, capture_output=True, text=True, timeout=900
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-4000:])
        sample: Sample = json.loads(done.stdout.splitlines()[-1])
        return sample

    def library(self, workload: Workload, library: str, caches: Path, *mode: str) -> Sample:
        started = repr(time.perf_counter())
        return self.run(caches, "peers.py", workload.name, library, str(self.folder), started, *mode)

    def round(self, workload: Workload, number: int) -> None:
        """Every library once, with an empty cache and a full one, and the limit between them."""
        caches = Path(tempfile.mkdtemp(dir=self.folder))
        for library in LIBRARIES:
            key = (workload.name, library)
            if form_of(workload, library) is None or not installed(MODULES.get(library, library)) or key in self.failures:
                continue
            try:
                cold = {}
                if library in CACHING and not (library == "torch.compile" and number):
                    cold = {"cold": self.library(workload, library, caches, "first")["first"]}
                sample = self.library(workload, library, caches) | cold
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                if library in (OURS, "numpy"):
                    raise
                self.failures[key] = str(error)
                print(f"{workload.name} by {library} failed: {str(error)[-1500:]}", file=sys.stderr)
                continue
            self.samples.setdefault(key, []).append(sample)
        if workload.floor is not None:
            kind, elements, times = workload.floor
            seconds = self.run(caches, "limits.py", kind, str(elements), str(workload.itemsize))["seconds"] * times
            self.samples.setdefault((workload.name, "limit"), []).append({"seconds": seconds})

    def values(self, workload: Workload, library: str, name: str) -> list[float]:
        return [sample[name] for sample in self.samples.get((workload.name, library), []) if name in sample]

    def median(self, workload: Workload, library: str, name: str = "seconds") -> float | None:
        found = self.values(workload, library, name)
        return statistics.median(found) if found else None

    def peers(self, workload: Workload) -> list[str]:
        """Libraries that ran the same code, without lazytensor."""
        return [
            library
            for library in LIBRARIES
            if library not in (OURS, "torch's own", *workload.reported) and (workload.name, library) in self.samples
        ]

    def ratio(self, workload: Workload, peer: str) -> float:
        """Its time over lazytensor's: the median over rounds, each compared with its own round."""
        pairs = zip(self.values(workload, peer, "seconds"), self.values(workload, OURS, "seconds"), strict=False)
        return statistics.median(theirs / ours for theirs, ours in pairs)


def arithmetic(workload: Workload) -> float:
    """Seconds of its elementary functions on all cores, at the rates of `RATES`."""
    return sum(RATES[name, workload.itemsize] for name in workload.arithmetic) * 1e-9 * workload.elements / CORES


def verdict(met: bool | None) -> str:
    return {True: "yes", False: "**no**", None: ""}[met]


def markdown(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def times_table(bench: Bench, workloads: list[Workload]) -> str:
    rows, ratios = [], []
    for workload in workloads:
        medians = {library: bench.median(workload, library) for library in LIBRARIES}
        best = min(bench.peers(workload), key=lambda peer: medians[peer] or math.inf)
        ratio = bench.ratio(workload, best)
        ratios.append(ratio)
        cells = [spell(medians[library]) if medians[library] is not None else "" for library in LIBRARIES]
        required = f"{workload.required:g}"
        rows.append([workload.title, *cells, f"**{ratio:.2f}** ({best})", required, verdict(ratio >= workload.required)])
    mean = statistics.geometric_mean(ratios)
    blank = [""] * len(LIBRARIES)
    rows.append(
        ["geometric mean", *blank, f"**{mean:.2f}**", "2", verdict(mean >= 2) if len(workloads) == len(WORKLOADS) else ""]
    )
    return markdown(["workload", *LIBRARIES, "best peer / lazytensor", "at least", "met"], rows)


def limits_table(bench: Bench, workloads: list[Workload]) -> str:
    rows = []
    for workload in workloads:
        if workload.floor is None:
            continue
        kind, elements, times = workload.floor
        shares, limits = [], []
        for ours, floor in zip(bench.values(workload, OURS, "seconds"), bench.values(workload, "limit", "seconds"), strict=False):
            limits.append(floor + arithmetic(workload))
            shares.append(limits[-1] / ours)
        share = statistics.median(shares)
        what = f"{kind} of {elements:,} float{8 * workload.itemsize}" + (f", {times:,} times" if times > 1 else "")
        memory = f"{spell(bench.median(workload, 'limit'))} ({what})"
        if workload.bound == "BLAS":
            required, met = f"{1 / EPILOGUE:.0%}", share >= 1 / EPILOGUE
            memory = f"{spell(bench.median(workload, 'limit'))} (NumPy's bare product)"
        else:
            required, met = (f"{FRACTION:.0%}", share >= FRACTION) if workload.bound == "memory" else ("", None)
        terms = f"{spell(arithmetic(workload))} ({', '.join(workload.arithmetic)})" if workload.arithmetic else ""
        ours = spell(bench.median(workload, OURS))
        rows.append(
            [workload.title, memory, terms, spell(statistics.median(limits)), ours, f"**{share:.0%}**", required, verdict(met)]
        )
    head = ["workload", "kernel with the same bytes", "arithmetic", "limit", OURS, "limit / lazytensor", "at least", "met"]
    return markdown(head, rows)


def starts_table(bench: Bench, workloads: list[Workload]) -> str:
    rows = []
    for workload in workloads:
        cold = {library: bench.median(workload, library, "cold") for library in CACHING}
        warm = {library: bench.median(workload, library, "first") for library in LIBRARIES}
        ours, jax = cold[OURS], cold["jax.jit"]
        later, numpy = warm[OURS], warm["numpy"]
        extra = None if later is None or numpy is None else later - numpy
        cells = [spell(value) if value is not None else "" for value in (ours, jax, cold["torch.compile"])]
        met = None if ours is None or jax is None else ours <= jax
        cells.append(verdict(met))
        cells += [spell(value) if value is not None else "" for value in (later, warm["jax.jit"], warm["torch.compile"], numpy)]
        cells += [f"{extra * 1e3:+.0f} ms", verdict(extra <= WARM_EXTRA)] if extra is not None else ["", ""]
        rows.append([workload.title, *cells])
    head = ["workload", "empty cache: lazytensor", "jax.jit", "torch.compile", "at most jax.jit's"]
    head += ["full cache: lazytensor", "jax.jit", "torch.compile", "numpy", "over numpy", "at most 250 ms"]
    return markdown(head, rows)


def memory_table(bench: Bench, workloads: list[Workload]) -> str:
    rows = []
    for workload in workloads:
        peaks = {library: bench.median(workload, library, "peak") for library in LIBRARIES}
        known = [value for peer in bench.peers(workload) if (value := peaks[peer]) is not None]
        ours = peaks[OURS]
        met = None if ours is None or not known else ours <= min(known) + MEMORY_NOISE
        levels = {library: bench.median(workload, library, "level") for library in LIBRARIES}
        cells = []
        for library in LIBRARIES:
            peak, level = peaks[library], levels[library]
            cells.append("" if peak is None or level is None else f"{peak / 1e6:.0f} on {level / 1e6:.0f}")
        rows.append([workload.title, *cells, verdict(met)])
    return markdown(["workload, MB", *LIBRARIES, "at most the best peer's"], rows)


def section(names: Iterable[str] = ()) -> str:
    """Measure, and return the tables in Markdown."""
    chosen = set(names)
    if unknown := chosen - {workload.name for workload in WORKLOADS}:
        raise SystemExit(f"unknown workloads {sorted(unknown)}; known: {', '.join(workload.name for workload in WORKLOADS)}")
    workloads = [workload for workload in WORKLOADS if not chosen or workload.name in chosen]
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        for number in range(ROUNDS):
            for workload in workloads:
                start = time.perf_counter()
                bench.round(workload, number)
                seconds = time.perf_counter() - start
                print(f"round {number + 1}, {workload.name}: {seconds:.0f} s", file=sys.stderr, flush=True)
    missing = sorted({library for library in LIBRARIES if not installed(MODULES.get(library, library))})
    notes = [f"Not installed: {', '.join(missing)}.\n"] if missing else []
    notes += [
        f"Failed: {name} by {library}: {text.strip().splitlines()[-1]}\n" for (name, library), text in bench.failures.items()
    ]
    return "\n".join(
        [
            *notes,
            f"float32 unless said; medians of {ROUNDS} rounds. Empty cells: the library has no such function, or the row is not for it.",
            "`torch's own` is PyTorch's ready-made function of that name, shown and not counted: the others run the same expression.\n",
            times_table(bench, workloads),
            "\nWhat the machine allows: the time of a kernel that only moves the same bytes over the same footprint, plus the elementary",
            f"functions at fixed rates (`RATES` in workloads.py) on {CORES} cores.\n",
            limits_table(bench, workloads),
            "\nThe first result from the start of the process, imports included and inputs excluded, with nothing in the cache on disk and",
            "in a second process:\n",
            starts_table(bench, workloads),
            "\nPeak of the resident set while the workload runs, above its level after warm-up, and that level, which holds inputs,",
            "libraries, compilers and memory kept for reuse:\n",
            memory_table(bench, workloads),
            "",
        ]
    )


if __name__ == "__main__":
    print(section(sys.argv[1:]))
