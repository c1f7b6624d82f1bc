"""What a new process pays: the import, and the first result of a small expression that no cache has seen.

Measured on a wheel in a virtual environment of its own, where only a path to the dependencies hooks into start-up: an editable
install adds a finder that every import pays for. Run `python benchmarks/startup.py`, or `run.py` for all figures.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import HERE, QUICK, Figure, main, spell

ROUNDS = 3 if QUICK else 21
EXPRESSION = "x = xp.asarray([1.0, 2.0, 3.0]); assert float((x * 2.5 + x * x - 1).sum()) == 26.0"
PROGRAMS = {
    "pass": "pass",
    "import numpy": "import numpy",
    "import lazytensor": "import lazytensor",
    "result numpy": f"import numpy as xp; {EXPRESSION}",
    "result lazytensor": f"import lazytensor as xp; {EXPRESSION}",
}
SLOW = ("numba", "llvmlite", "networkx", "asyncio", "scipy")
LIST_MODULES = f"; import sys, json; print(json.dumps([name for name in {SLOW!r} if name in sys.modules]))"


def environment(folder: Path) -> Path:
    """A virtual environment with the package from a wheel; returns its interpreter."""
    checkout = HERE.parent
    source = folder / "source"
    source.mkdir()
    for name in ("lazytensor", "compiler", "runtime"):
        shutil.copytree(checkout / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(checkout / name, source / name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    paths = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", paths], check=True, capture_output=True, text=True).stdout.strip()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, str(source)]
    if importlib.util.find_spec("setuptools") is not None:
        install.append("--no-build-isolation")
    subprocess.run(install, check=True)
    own = subprocess.run([sys.executable, "-c", paths], check=True, capture_output=True, text=True).stdout.strip()
    # Directories named in a .pth file join sys.path, but their own .pth files are not read.
    (Path(site) / "dependencies.pth").write_text(own + "\n")
    return python


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = environment(folder)
        seconds: dict[str, list[float]] = {program: [] for program in PROGRAMS}

        def run(code: str) -> str:
            # A new cache each time: the expression is new to this machine.
            cache = tempfile.mkdtemp(dir=folder)
            variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "LAZYTENSOR_"))}
            done = subprocess.run(
                [python, "-c", code],
                env={**variables, "LAZYTENSOR_CACHE_DIR": cache},
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            )
            return done.stdout

        for program in PROGRAMS.values():  # the file cache, and bytecode
            run(program)
        for _ in range(ROUNDS):
            for program, code in PROGRAMS.items():
                start = time.perf_counter()
                run(code)
                seconds[program].append(time.perf_counter() - start)
        imported = json.loads(run(PROGRAMS["result lazytensor"] + LIST_MODULES))
    bare = seconds["pass"]
    middle = {program: statistics.median(times) for program, times in seconds.items()}
    # Differences within a round, then the median: a machine that slows down for a while slows both sides of a difference.
    extra = statistics.median(a - b for a, b in zip(seconds["import lazytensor"], bare, strict=True))
    numpy = statistics.median(a - b for a, b in zip(seconds["import numpy"], bare, strict=True))
    later = statistics.median(a - b for a, b in zip(seconds["result lazytensor"], seconds["result numpy"], strict=True))
    return [
        Figure(
            "`import lazytensor` over `python -c pass`",
            f"{spell(extra)} (of which `import numpy` {spell(numpy)}; bare {spell(middle['pass'])})",
            "at most 150 ms",
            extra <= 0.150,
        ),
        Figure(
            "first result of a small new expression, process start included, after NumPy's",
            f"{spell(max(later, 0))} later ({spell(middle['result lazytensor'])}; numpy {spell(middle['result numpy'])})",
            "within 100 ms",
            later <= 0.100,
        ),
        Figure("slow modules that it imported", ", ".join(imported) or "none", "none of numba, networkx, asyncio", not imported),
    ]


if __name__ == "__main__":
    main({}, figures)
