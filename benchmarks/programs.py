"""Programs as people write them for NumPy, run unchanged by NumPy, jax.numpy and lazytensor: right or wrong, warm, first run, memory.

`python benchmarks/programs.py [NAME ...] [--dir FOLDER] [--limit SECONDS] [--markdown]`; `run.py` adds the section to RESULTS.md.

A program is a file of the folder with the line `import numpy as np`, which is replaced for the other libraries, and a function `run()`
that returns an array, a number, or a tuple or dictionary of these, the same each time. Random inputs are drawn by `numpy.random` for
all libraries, as each has streams of its own. A program that spends its time in BLAS or an FFT says so by a line `BOUND = "library"`.

Each library runs each program in a process of its own, kernels on disk in an empty folder: the first run, two more and as many as fit
into a second, and the median of five. Imports and the making of inputs are not timed; that results arrive as NumPy's arrays is. A
process is ended at the limit. jax.numpy gets 64-bit types; "-" says that the program does not run there as it is, most often because
it writes to elements.

Programs are sorted by NumPy's mean time for each array call that they make: NumPy's warm time, with the interpreter's part, divided by
the calls counted in one more run (see array_calls.py for what counts). It says how much of a program is the price of calls, and how
much is arithmetic.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from common import ENVIRONMENT, HERE, QUICK, installed, spell

FOLDER = HERE / "programs"
OURS, JAX = "lazytensor", "jax.numpy"
LIMIT = 5.0 if QUICK else 60.0
WARM_UP = 0.0 if QUICK else 1.0
# What a process may take beside what is limited: its end, and the count of calls.
SLACK = 120
LIBRARY = "BLAS or FFT"
CLASSES = {"under 1 us": 1e-6, "1 to 10 us": 1e-5, "10 us to 1 ms": 1e-3, "over 1 ms": math.inf, LIBRARY: math.nan}
# Relative to the largest magnitude of an array.
TOLERANCE = {4: 1e-4, 8: 1e-9}


@dataclass
class Outcome:
    """What one library's process said.

    Attributes
    ----------
    runs
        Seconds of each run, the first one of a fresh process first.
    warm
        The median of those that count, or the last run if there was no time for these; None if no run ended.
    cut
        If the process was ended at the limit: what the run that it was in took at least.
    """

    runs: list[float] = field(default_factory=list)
    warm: float | None = None
    cut: float | None = None
    peak: int | None = None
    calls: int | None = None
    bound: str | None = None
    error: str = ""
    results: list[Any] = field(default_factory=list)


@dataclass
class Row:
    """A program by all libraries; `verdict` is "right", or says what is not."""

    name: str
    numpy: Outcome
    ours: Outcome
    jax: Outcome | None
    verdict: str

    @property
    def ratio(self) -> float:
        """NumPy's warm time over lazytensor's: at most this if it was cut, NaN if either failed."""
        seconds = self.ours.cut or self.ours.warm
        return self.numpy.warm / seconds if self.numpy.warm and seconds else math.nan

    @property
    def first_ratio(self) -> float:
        """The same of the first runs."""
        seconds = self.ours.runs[0] if self.ours.runs else self.ours.cut
        return self.numpy.runs[0] / seconds if self.numpy.runs and seconds else math.nan

    @property
    def call(self) -> float:
        """NumPy's mean seconds for an array call."""
        return self.numpy.warm / self.numpy.calls if self.numpy.warm and self.numpy.calls else math.nan

    @property
    def kind(self) -> str:
        """The class of CLASSES that the program is in."""
        if self.numpy.bound == "library":
            return LIBRARY
        return next((name for name, most in CLASSES.items() if self.call < most), "over 1 ms")


def run(path: Path, module: str, limit: float, warm_up: float) -> Outcome:
    """A program by one library, in a process and with a cache of its own."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        variables = ENVIRONMENT | {"LAZYTENSOR_CACHE_DIR": f"{folder}/kernels", "JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"}
        variables.pop("JAX_COMPILATION_CACHE_DIR", None)
        command = [sys.executable, str(HERE / "one_program.py"), str(path), module, str(results), repr(limit), repr(warm_up)]
        try:
            done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=limit + SLACK)
            printed, errors, status = done.stdout, done.stderr, done.returncode
        except subprocess.TimeoutExpired:
            return Outcome(error="did not end")
        outcome = Outcome()
        counted = []
        for line in printed.splitlines():
            facts = json.loads(line) if line.startswith("{") else {}
            if "seconds" in facts:
                outcome.runs.append(facts["seconds"])
                counted += [facts["seconds"]] * facts["warm"]
            for name in facts.keys() & {"peak", "calls", "bound", "error"}:
                setattr(outcome, name, facts[name])
        if outcome.runs:
            outcome.warm = statistics.median(counted or outcome.runs[-1:])
            outcome.results = pickle.loads(results.read_bytes())
        if status == -signal.SIGALRM:
            outcome.cut = max(limit - sum(outcome.runs), *outcome.runs[-1:], 0.0)
        elif status:
            outcome.error = f"exit status {status}: {errors.strip()[-300:]}"
        return outcome


def difference(expected: Any, value: Any) -> str:
    """What is wrong with a result, "" if nothing is: its structure, shapes, kinds of dtypes and values."""
    if isinstance(expected, dict) and isinstance(value, dict):
        return "other keys" if list(expected) != list(value) else difference(list(expected.values()), list(value.values()))
    if isinstance(expected, list) or isinstance(value, list):
        if not (isinstance(expected, list) and isinstance(value, list) and len(expected) == len(value)):
            return "another number of results"
        found = [(i, difference(*pair)) for i, pair in enumerate(zip(expected, value, strict=True))]
        return next((f"result {i}: {text}" for i, text in found if text), "")
    a, b = np.asarray(expected), np.asarray(value)
    if a.shape != b.shape:
        return f"shape {b.shape} for {a.shape}"
    if a.dtype.kind != b.dtype.kind:
        return f"dtype {b.dtype} for {a.dtype}"
    if a.dtype.kind not in "fc":
        return "" if np.array_equal(a, b) else f"{np.count_nonzero(a != b)} of {a.size} values differ"
    finite = np.isfinite(a)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return "other infinities or NaNs"
    tolerance = TOLERANCE[8 if a.real.dtype.itemsize >= 8 else 4]
    scale = float(np.max(np.abs(a[finite]), initial=0.0)) or 1.0
    error = float(np.max(np.abs(a[finite] - b[finite]), initial=0.0)) / scale
    return "" if error <= tolerance else f"a relative error of {error:.2g}"


def judge(reference: Outcome, other: Outcome) -> str:
    """ "right", or what a library's results lack beside NumPy's."""
    for who, outcome in (("NumPy: ", reference), ("", other)):
        if outcome.error:
            return f"{who}{outcome.error.splitlines()[0]}"
    if reference.cut is not None:
        return "NumPy: cut"
    for result in other.results:
        if text := difference(reference.results[0], result):
            return f"wrong: {text}"
    return "right" if other.cut is None else "cut"


def compare(path: Path, limit: float = LIMIT, warm_up: float = WARM_UP) -> Row:
    """A program by all libraries that are installed."""
    numpy, ours = run(path, "numpy", limit, warm_up), run(path, OURS, limit, warm_up)
    jax = run(path, JAX, limit, warm_up) if installed("jax") else None
    return Row(path.stem, numpy, ours, jax, judge(numpy, ours))


def mean(values: Iterable[float]) -> float:
    """The geometric mean of those that are known."""
    known = [value for value in values if not math.isnan(value)]
    return statistics.geometric_mean(known) if known else math.nan


def number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3g}"


def jax_cell(row: Row) -> str:
    """How many times as fast as NumPy jax.numpy is where it runs the program as it is, and is right."""
    if row.jax is None or row.jax.error:
        return "" if row.jax is None else "-"
    verdict = judge(row.numpy, row.jax)
    return (
        number(row.numpy.warm / row.jax.warm) if verdict == "right" and row.numpy.warm and row.jax.warm else verdict.split(":")[0]
    )


def bounded(row: Row, value: float, cut: bool) -> str:
    return ("< " if cut else "") + number(value)


def megabytes(outcome: Outcome) -> str:
    return "" if outcome.peak is None else f"{outcome.peak / 1e6:.0f}"


def first(outcome: Outcome) -> str:
    return spell(outcome.runs[0]) if outcome.runs else ""


HEAD = ["NumPy", "array calls", "a call", OURS, "NumPy / lazytensor", "first run: NumPy", OURS, "ratio", JAX]
HEAD += ["peak MB: NumPy", OURS, "result"]


def cells(row: Row) -> list[str]:
    """A row of the table, without the program's name."""
    ours = row.ours
    warm = f"> {spell(ours.cut)}" if ours.cut else spell(ours.warm) if ours.warm else ""
    return [
        spell(row.numpy.warm) if row.numpy.warm else "",
        f"{row.numpy.calls:,}" if row.numpy.calls else "",
        "" if math.isnan(row.call) else spell(row.call),
        warm,
        bounded(row, row.ratio, ours.cut is not None),
        first(row.numpy),
        first(ours),
        bounded(row, row.first_ratio, not ours.runs),
        jax_cell(row),
        megabytes(row.numpy),
        megabytes(ours),
        row.verdict,
    ]


def by_class(rows: Sequence[Row]) -> dict[str, list[Row]]:
    return {kind: found for kind in CLASSES if (found := [row for row in rows if row.kind == kind])}


def summary(rows: Sequence[Row]) -> list[list[str]]:
    """A line a class of programs, and one for all. Programs that were cut count with their bounds."""
    lines = []
    for kind, found in {**by_class(rows), "all": list(rows)}.items():
        warm = [row.ratio for row in found if not math.isnan(row.ratio)]
        started = [row.first_ratio for row in found if not math.isnan(row.first_ratio)]
        lowest = min(found, key=lambda row: math.inf if math.isnan(row.ratio) else row.ratio)
        at_most = "at most " if any(row.ours.cut for row in found) else ""
        lines.append(
            [
                kind,
                str(len(found)),
                str(sum(row.verdict == "right" for row in found)),
                str(sum(row.ours.cut is not None for row in found)),
                f"{at_most}{number(mean(warm))}",
                f"{number(min(warm, default=math.nan))} ({lowest.name})" if warm else "",
                str(sum(value < 1 for value in warm)),
                f"{at_most}{number(mean(started))}",
                number(min(started, default=math.nan)),
                number(mean(row.ours.peak / row.numpy.peak for row in found if row.ours.peak and row.numpy.peak)),
            ]
        )
    return lines


SUMMARY = ["a call of NumPy's", "programs", "right", "cut", "NumPy / lazytensor, geometric mean", "lowest", "slower than NumPy"]
SUMMARY += ["first run, mean", "lowest", "peak memory, lazytensor's / NumPy's"]


def markdown(head: list[str], lines: Iterable[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *lines])


def report(rows: Sequence[Row], limit: float) -> str:
    """The section of RESULTS.md."""
    text = [
        f"{len(rows)} programs written for NumPy, each library in a process of its own that finds no kernels on disk (see programs.py).",
        f"Ratios above 1: faster than NumPy. Processes were ended after {limit:g} s: what was cut counts with a bound for its ratio.",
        "" if any(row.jax is not None for row in rows) else "\nNot installed: jax.",
        "",
        markdown(SUMMARY, summary(rows)),
    ]
    for kind, found in by_class(rows).items():
        ordered = sorted(found, key=lambda row: -math.inf if math.isnan(row.ratio) else row.ratio)
        text += [f"\n{kind}:\n", markdown(["program", *HEAD], ([row.name, *cells(row)] for row in ordered))]
    return "\n".join([*text, ""])


def chosen(folder: Path, names: Sequence[str]) -> list[Path]:
    """The files of the programs named, or of all in the folder."""
    paths = {path.stem: path for path in sorted(folder.glob("*.py")) if "def run(" in path.read_text()}
    if unknown := set(names) - paths.keys():
        raise SystemExit(f"unknown programs {sorted(unknown)}; known: {', '.join(paths)}")
    return [path for name, path in paths.items() if not names or name in names]


def measured(paths: Iterable[Path], limit: float) -> list[Row]:
    """Run programs one after the other, and say how each went."""
    rows = []
    for path in paths:
        rows.append(row := compare(path, limit))
        facts = zip(HEAD, cells(row), strict=True)
        print(f"{row.name}: " + ", ".join(f"{name} {cell}" for name, cell in facts if cell), file=sys.stderr, flush=True)
    return rows


def section() -> str:
    """Measure all programs, and return the tables in Markdown."""
    return report(measured(chosen(FOLDER, ()), LIMIT), LIMIT)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="programs to run; all if none is named")
    parser.add_argument("--dir", type=Path, default=FOLDER, help="a folder of such programs")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds after which a process is ended")
    parser.add_argument(
        "--markdown", action="store_true", help="print the section of RESULTS.md instead of a table for terminals"
    )
    options = parser.parse_args(arguments)
    rows = measured(chosen(options.dir, options.names), options.limit)
    print(report(rows, options.limit) if options.markdown else terminal(rows))


def terminal(rows: Sequence[Row]) -> str:
    """The table in columns, and the summary."""
    blocks = []
    for lines in ([["program", *HEAD], *([row.name, *cells(row)] for row in rows)], [SUMMARY, *summary(rows)]):
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        blocks += ["\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines), ""]
    return "\n".join(blocks)


if __name__ == "__main__":
    main()
