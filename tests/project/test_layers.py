"""The layers of the package: imports go downwards, and one that does not breaks a contract."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def contracts(folder: Path, module: str = "", line: str = "") -> tuple[bool, str]:
    """Whether the contracts are kept by the installed layout of the package, with one more line in a module; and what was said."""
    package = folder / "lazytensor"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lazytensor", package, ignore=ignore)
    for name in ("compiler", "runtime"):
        shutil.copytree(ROOT / name, package / name, ignore=ignore)
    if module:
        with open(package / module, "a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def test_the_layers_are_kept(tmp_path: Path) -> None:
    kept, said = contracts(tmp_path)
    assert kept, said


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("core/views.py", "import lazytensor.functions.sets", "Imports go downwards only"),
        ("calling/out.py", "def later():\n    from lazytensor.tensor import flat", "Imports go downwards only"),
        ("functions/sets.py", "import lazytensor", "front door"),
        ("runtime/memory.py", "from lazytensor.compiler import graph", "The runtime imports nothing of ours"),
        ("compiler/graph.py", "from lazytensor.compiler.passes import fusion", "Inside the compiler"),
        (
            "compiler/codegen/elementary/powers.py",
            "from lazytensor.compiler.codegen.forms import rows",
            "inside the code generator",
        ),
        ("compiler/plan.py", "import lazytensor.runtime.promise", "The compiler imports nothing of ours"),
    ],
)
def test_an_import_that_goes_upwards_breaks_a_contract(tmp_path: Path, module: str, line: str, broken: str) -> None:
    kept, said = contracts(tmp_path, module, line)
    assert not kept
    assert any(broken in text and "BROKEN" in text for text in said.splitlines()), said
