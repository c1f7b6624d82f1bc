"""Which form of the core is imported: compiled where its files are of the sources that are there, Python everywhere else."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import pytest

from lazytensor import building, compiled

ROOT = Path(__file__).parents[2]
# Which form, and whether it works.
PROGRAM = """
import lazytensor as lt
from lazytensor import building, compiled
from lazytensor.core import handle
assert handle.__file__.endswith(".py") == bool(compiled.REASON), handle.__file__
assert (lt.asarray([1.0, 2.0])[1] * 2).item() == 4.0
print(compiled.REASON)
"""


def test_the_project_file_lists_the_same_modules() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["ext-modules"]
    assert [item["name"] for item in listed] == [f"lazytensor.{name}" for name in compiled.NAMES]
    for item in listed:
        (source,) = item["sources"]
        assert item["optional"]
        assert (ROOT / source).is_file()
        stem = compiled.source_of(item["name"].partition(".")[2])
        assert str(ROOT / source) == stem + (".pyx" if os.path.exists(stem + ".pyx") else ".py")


def installed(folder: Path) -> Path:
    """The package in the layout in which it is installed."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lazytensor", folder / "lazytensor", ignore=ignore)
    for name in ("compiler", "runtime"):
        shutil.copytree(ROOT / name, folder / "lazytensor" / name, ignore=ignore)
    return folder


def reason(folder: Path, **environment: str) -> str:
    code = f"import sys; sys.path.insert(0, {str(folder)!r})\n{PROGRAM}"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=folder, env=environment
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_which_form_is_imported(tmp_path: Path) -> None:
    folder = installed(tmp_path)
    assert reason(folder, LAZYTENSOR_PURE="1") == "LAZYTENSOR_PURE is set"
    assert reason(folder) == compiled.REASON or "LAZYTENSOR_PURE" in compiled.REASON
    files = [path for path in folder.rglob("*") if path.name.endswith(EXTENSION_SUFFIXES[0])]
    if not files:
        assert reason(folder) == "it was installed without a C compiler"
        return
    # A file that cannot be loaded, and files of other sources.
    first = next(path for path in files if path.name.startswith("graph-"))
    kept = first.read_bytes()
    first.write_bytes(b"no library")
    assert "cannot be loaded" in reason(folder)
    first.write_bytes(kept)
    with (folder / "lazytensor" / "core" / "handle.py").open("a") as file:
        file.write("# changed\n")
    assert "other sources" in reason(folder)


@pytest.mark.skipif(bool(compiled.REASON), reason="the core is not compiled here")
def test_every_module_is_compiled() -> None:
    for name in compiled.NAMES:
        assert sys.modules[f"lazytensor.{name}"].__file__.endswith(EXTENSION_SUFFIXES[0])  # type: ignore[union-attr]


def test_what_cython_gets_of_a_lock_takes_it_and_lets_go() -> None:
    source = """
def outer(steps, fail):
    with write_lock:
        steps.append("outer")
        if fail is not None:
            with write_lock:
                steps.append("inner")
                if fail:
                    raise KeyError
    with other, write_lock:
        return steps
"""
    translated = building.for_cython(source)
    assert "with write_lock" not in translated
    assert "with other, write_lock" in translated
    found = []
    for text in (source, translated):
        for fail in (None, False, True):
            lock = threading.RLock()
            scope: dict[str, Any] = {"write_lock": lock, "other": threading.RLock()}
            exec(text, scope)
            steps: list[str] = []
            with contextlib.suppress(KeyError):
                scope["outer"](steps, fail)
            assert not lock._is_owned()  # type: ignore[attr-defined]
            found.append(steps)
    assert found[:3] == found[3:] == [["outer"], ["outer", "inner"], ["outer", "inner"]]
