"""docs/contributing.md: what it quotes is in the code, and its first example adds an operation as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "contributing.md").read_text()


def quotations(text: str) -> list[tuple[str, str]]:
    """Paths and code of the blocks that begin with a path."""
    blocks = re.findall(r"^( *)```(?:python|text)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    found = []
    for indent, block in blocks:
        lines = [line.removeprefix(indent) for line in block.splitlines()]
        assert re.fullmatch(r"# [\w/]+\.py", lines[0]), lines[0]
        found.append((lines[0].removeprefix("# "), "\n".join(lines[1:])))
    return found


@pytest.mark.parametrize(("path", "code"), quotations(PAGE))
def test_what_is_quoted_is_there(path: str, code: str) -> None:
    assert code in (ROOT / path).read_text()


def test_paths_are_there() -> None:
    for path in set(re.findall(r"`((?:lazytensor|compiler|runtime|tests|docs)/[\w/.]+)`", PAGE)):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), path


def installed(folder: Path) -> Path:
    package = folder / "lazytensor"
    shutil.copytree(ROOT / "lazytensor", package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("compiler", "runtime"):
        shutil.copytree(ROOT / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    return package


def run(folder: Path, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "LAZYTENSOR_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_first_example_adds_an_operation(tmp_path: Path) -> None:
    package = installed(tmp_path)
    steps = quotations(PAGE[PAGE.index("## An elementwise operation") : PAGE.index("## A library operation")])
    places = []
    for path, code in steps:
        file = package / path.removeprefix("lazytensor/")
        text = file.read_text()
        places.append((file, text.index(code)))
        file.write_text(text.replace(code, "", 1))
    asked = "import lazytensor as lt; print(hasattr(lt, 'heaviside'))"
    assert run(tmp_path, asked) == "False"
    for (_, code), (file, place) in reversed(list(zip(steps, places, strict=True))):
        text = file.read_text()
        file.write_text(text[:place] + code + text[place:])
    values = (
        "import lazytensor as lt\n"
        "x = lt.asarray([-1.0, 0.0, 2.0])\n"
        "for tier in ('interpret', 'compile'):\n"
        "    with lt.config.override(tier=tier): print(lt.heaviside(x + 0, 0.5), lt.heaviside.reduce(x))\n"
        "from lazytensor.compiler.ops.table import TABLE\n"
        "print(TABLE['heaviside'].doc[:29])\n"
    )
    assert run(tmp_path, values).splitlines() == ["[0.  0.5 1. ] 2.0", "[0.  0.5 1. ] 2.0", "Compute the Heaviside step fun"[:29]]
