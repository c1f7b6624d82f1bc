"""The runner of other projects' tests: what it declares is documented, and modules see our names."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "upstream"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the folder, whose modules import each other by name; forgotten afterwards."""
    monkeypatch.syspath_prepend(str(FOLDER))
    before = set(sys.modules)
    yield lambda name: __import__(name)
    for name in set(sys.modules) - before:
        if (FOLDER / f"{name}.py").exists():
            del sys.modules[name]


def test_every_declared_difference_is_described() -> None:
    table = tomllib.loads((FOLDER / "declared.toml").read_text())
    headings = re.findall(r"^## (.*)$", (ROOT / "docs" / "differences.md").read_text(), re.MULTILINE)
    for entry in table["difference"] + table["left_out"]:
        assert entry["heading"] in headings
        assert entry["reason"]
        assert entry.get("tests") or entry.get("error") or entry.get("files")


def test_declarations_cover_what_they_name(module: Any, tmp_path: Path) -> None:
    path = tmp_path / "declared.toml"
    path.write_text(
        """
        left_out = [{heading = "H", reason = "r", suite = "numpy", files = ["test_c.py", "lib/*"]}]
        [[difference]]
        heading = "Dtypes"
        reason = "none"
        suite = "numpy"
        tests = ["TestA::test_"]
        error = "no (such|dtype)"
        """
    )
    declared = module("declared").Declared.read(path, "numpy")
    assert declared.reason("lib/test_a.py::TestA::test_b[x]", "TypeError: no\nno dtype") == "Dtypes: none"
    assert declared.reason("lib/test_a.py::TestA::test_b", "TypeError: other") is None
    assert declared.reason("lib/test_a.py::TestB::test_b", "TypeError: no dtype") is None
    assert declared.leaves_out("/x/test_c.py")
    assert declared.leaves_out("/x/lib/test_d.py")
    assert not declared.leaves_out("/x/test_d.py")
    assert module("declared").Declared.read(path, "cupy").reason("TestA::test_b", "no dtype") is None


def test_modules_see_other_names_at_once_and_later(module: Any, tmp_path: Path) -> None:
    substitution = module("substitution")
    path = tmp_path / "test_other.py"
    path.write_text(
        "import shapes.round as r\nfrom shapes import area\ndef later():\n    import shapes, math\n    return shapes.area, math.pi\n"
    )
    shapes, rounds = ModuleType("shapes"), ModuleType("shapes.round")
    shapes.area, shapes.round = 3, rounds  # type: ignore[attr-defined]
    made = substitution.execute(
        path, "other.test_other", "other", {"shapes": {"shapes": shapes, "shapes.round": rounds}.__getitem__}
    )
    assert made.r is rounds
    assert made.area == 3
    assert made.later()[0] == 3
    assert "shapes" not in sys.modules
    del sys.modules["other.test_other"]
