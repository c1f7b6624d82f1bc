"""Run another project's tests against lazytensor: `python tests/upstream/run.py numpy`, or `cupy --checkout DIR`.

Each test file runs in a pytest of its own, so that a crash costs one file. Prints a line for each file and the closing line;
`--log FILE` keeps what failed, a JSON object a line.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
from declared import Declared

HERE = Path(__file__).parent
NUMPY_CHAPTERS = ("_core", "lib", "linalg", "fft", "polynomial", "random", "testing", "tests")


def files_of(suite: str, checkout: Path | None) -> tuple[Path, list[Path]]:
    """The suite's root, and its test files but for those that are left out, large ones first."""
    if suite == "numpy":
        root = Path(np.__file__).parent
        folders = [root / chapter / "tests" if chapter != "tests" else root / "tests" for chapter in NUMPY_CHAPTERS]
    else:
        if checkout is None:
            raise SystemExit("the CuPy suite needs --checkout, a clone of https://github.com/cupy/cupy")
        root = checkout
        folders = [root / "tests" / "cupy_tests"]
    declared = Declared.read(HERE / "declared.toml", suite)
    found = [path for folder in folders for path in folder.rglob("test_*.py") if not declared.leaves_out(str(path))]
    return root, sorted(found, key=lambda path: -path.stat().st_size)


def run_file(path: Path, suite: str, root: Path, arguments: list[str]) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Counts of outcomes, and what failed or is declared."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "PYTHONSAFEPATH": "1",
            "UPSTREAM_SUITE": suite,
            "UPSTREAM_ROOT": str(root),
            "UPSTREAM_LOG": str(log),
        }
        command = [sys.executable, "-m", "pytest", "-c", str(HERE / "upstream.ini"), f"--rootdir={root}", "-p", "plugin", "-q"]
        done = subprocess.run([*command, *arguments, str(path)], env=environment, cwd=folder, capture_output=True, text=True)
        entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        if not entries or "counts" not in entries[-1]:  # the process died
            text = (done.stdout + done.stderr)[-4000:]
            crash = {"test": str(path.relative_to(root)), "declared": None, "error": "crash", "text": text}
            return Counter(faults=1), [*entries, crash]
        return Counter(entries.pop()["counts"]), entries


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("suite", choices=("numpy", "cupy"))
    parser.add_argument("--checkout", type=Path, help="a clone of CuPy's repository")
    parser.add_argument("--only", default="", help="files whose path contains this")
    parser.add_argument("--log", type=Path, help="where to keep what failed")
    parser.add_argument("--per-test", type=int, default=0, help="how many of a test's sets of parameters are run; 0 for all")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="processes")
    options, arguments = parser.parse_known_args()  # what is left is for pytest
    os.environ["UPSTREAM_PER_TEST"] = str(options.per_test)
    root, files = files_of(options.suite, options.checkout and options.checkout.resolve())
    files = [path for path in files if options.only in str(path)]
    total: Counter[str] = Counter()
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(run_file, path, options.suite, root, arguments): path for path in files}
        for done in as_completed(running):
            path, (counts, entries) = running[done], done.result()
            total += counts
            print(f"{path.relative_to(root)}: {describe(counts)}", flush=True)
            for entry in entries:
                if entry["declared"] is None:
                    print(f"    {entry['test']}: {entry['error'].splitlines()[0] if entry['error'] else ''}", flush=True)
            if options.log is not None:
                with open(options.log, "a") as file:
                    file.writelines(json.dumps(entry) + "\n" for entry in entries)
    print(f"{options.suite}: {describe(total)}")
    return 1 if total["faults"] else 0


def describe(counts: Counter[str]) -> str:
    return f"{counts['passed']} passed, {counts['declared']} declared, {counts['faults']} faults, {counts['skipped']} skipped by the suite"


if __name__ == "__main__":
    raise SystemExit(main())
