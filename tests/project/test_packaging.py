"""The wheel: everything of ours below the one import name, and usable outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from lazytensor import compiled

ROOT = Path(__file__).parents[2]
FOLDERS = {"lazytensor": "lazytensor", "compiler": "lazytensor/compiler", "runtime": "lazytensor/runtime"}

pytestmark = pytest.mark.slow


def run(*command: str, directory: Path, **environment: str) -> str:
    """Run a command and return what it printed; its messages are the failure's."""
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=250, env=environment or None)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def build(source: Path, *ignore: str, **environment: str) -> Path:
    """A wheel built from a copy of the sources: setuptools would pick up stale files from a build folder in the checkout."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__", *ignore))
    for name in ("pyproject.toml", "setup.cfg", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--skip-dependency-check", "--outdir", "dist"]
    run(*command, directory=source, **os.environ, **environment)
    (made,) = (source / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the form that the checkout has."""
    return build(tmp_path_factory.mktemp("source"))


def test_holds_every_module_and_the_typing_marker(wheel: Path) -> None:
    expected = {
        f"{target}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, target in FOLDERS.items()
        for path in [*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.p[xy][dx]")]
    }
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    extensions = {name for name in names if name.endswith(tuple(EXTENSION_SUFFIXES))}
    assert names - extensions == expected | {"lazytensor/py.typed"}
    if not compiled.REASON:
        assert len(extensions) == len(compiled.NAMES)


def test_without_a_compiler_it_is_for_every_interpreter(tmp_path: Path) -> None:
    made = build(tmp_path, "*.so", "*.pyd", CC=str(tmp_path / "missing"))
    assert made.name.endswith("-py3-none-any.whl")
    assert not [name for name in zipfile.ZipFile(made).namelist() if name.endswith(tuple(EXTENSION_SUFFIXES))]


def test_has_one_top_level_name(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"lazytensor"}


def test_imports_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    install = ["install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", str(target)]
    run(sys.executable, "-m", "pip", *install, str(wheel), directory=tmp_path)
    # Where the files come from is checked: an editable install of the checkout would fill the gaps of an incomplete wheel.
    code = (
        "import sys, lazytensor, lazytensor.compiler.graph, lazytensor.runtime.devices\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'lazytensor'), sep='\\n')"
    )
    files = run(sys.executable, "-c", code, directory=tmp_path, PYTHONPATH=str(target)).splitlines()
    assert len(files) > 3
    assert all(Path(file).is_relative_to(target) for file in files), files
