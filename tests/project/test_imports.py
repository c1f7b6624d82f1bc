"""What an import and a first small computation may load: start-up time is a feature."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SLOW = {
    "asyncio",
    "concurrent.futures",
    "llvmlite",
    "matplotlib",
    "multiprocessing",
    "networkx",
    "numba",
    "scipy",
    "threadpoolctl",
}


def loaded_by(code: str, directory: Path) -> set[str]:
    """The names of all modules in a fresh interpreter after it ran `code`."""
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], cwd=directory, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_import_loads_no_slow_module(tmp_path: Path) -> None:
    assert loaded_by("import lazytensor", tmp_path) & SLOW == set()


def test_small_computation_loads_no_compiler_and_no_event_loop(tmp_path: Path) -> None:
    code = "import lazytensor as lt\nassert (lt.asarray([1.0, 2.0]) + 1).numpy().tolist() == [2.0, 3.0]"
    assert loaded_by(code, tmp_path) & {"numba", "networkx", "asyncio"} == set()
