"""The runner of whole programs, benchmarks/programs.py, on small programs of each outcome; and what its own programs must have."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OWN = sorted((BENCHMARKS / "programs").glob("*.py"))
# Long enough for a process to start on a busy machine; nothing but the program that never ends takes as long.
LIMIT = 60.0

Write = Callable[[str], Path]


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import programs as module

    return module


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a program whose run() has this body, and says where."""

    def writer(body: str) -> Path:
        path = tmp_path / "example.py"
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        path.write_text(f"import numpy as np\nLAZY = np.__name__ == 'lazytensor'\ndef run():\n{lines}")
        return path

    return writer


def test_a_right_program_is_timed_and_counted(programs: ModuleType, write: Write) -> None:
    row = programs.compare(write("a = np.arange(6.0)\na[1:] += 1\nreturn a * 2, a.sum(), 3"), LIMIT, 0.0)
    assert row.verdict == "right"
    for outcome in (row.numpy, row.ours):
        assert len(outcome.runs) == 8
        assert outcome.warm == sorted(outcome.runs[3:])[2]
        assert outcome.cut is None
    # arange; read, add and write; multiply; sum.
    assert row.numpy.calls == 6
    assert row.ratio == row.numpy.warm / row.ours.warm
    assert row.call == row.numpy.warm / 6
    assert row.first_ratio == row.numpy.runs[0] / row.ours.runs[0]


def test_a_wrong_value_is_reported(programs: ModuleType, write: Write) -> None:
    row = programs.compare(write("return 1.0, np.arange(3.0) * (1 + 1e-6 * LAZY)"), LIMIT, 0.0)
    assert row.verdict == "wrong: result 1: a relative error of 1e-06"
    assert row.ratio > 0


@pytest.mark.parametrize(
    ("expected", "value", "said"),
    [
        (1, True, "dtype bool for int64"),
        (np.zeros(2), np.zeros(2, dtype=np.int64), "dtype int64 for float64"),
        (np.zeros(2), np.zeros(2, dtype=np.float32), ""),
        (np.zeros(2), np.zeros(3), "shape (3,) for (2,)"),
        ([1, 2], [1, 2, 3], "another number of results"),
        ([1, 2], np.array([1, 2]), "another number of results"),
        ([1, [2, 3]], [1, [2, 4]], "result 1: result 1: 1 of 1 values differ"),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), ""),
        (np.array([1.0, np.inf]), np.array([1.0, -np.inf]), "other infinities or NaNs"),
        (np.array([1.0, np.inf]), np.array([np.nan, np.inf]), "a relative error of nan"),
        (np.array([1e6, 1e-6]), np.array([1e6, 2e-6]), ""),
        (np.array([1e6, 1e-6]), np.array([1e6, 1.0]), "a relative error of 1e-06"),
        (np.float32([1.0]), np.float32([1.00001]), ""),
        (np.zeros(2), np.array([0.0, 1e-3]), "a relative error of 0.001"),
        (np.array([1 + 1j]), np.array([1 + 1.1j]), "a relative error of 0.071"),
        ({"a": 1}, {"a": 1}, ""),
        ({"a": 1}, {"a": 2}, "result 0: 1 of 1 values differ"),
        ({"a": 1}, {"b": 1}, "other keys"),
        (b"text", b"next", "1 of 1 values differ"),
    ],
)
def test_differences_are_said(programs: ModuleType, expected: object, value: object, said: str) -> None:
    assert programs.difference(expected, value) == said


def test_a_later_run_that_is_wrong_is_seen(programs: ModuleType, write: Write) -> None:
    path = write("COUNT.append(0)\nreturn len(COUNT) if LAZY else 1")
    path.write_text(path.read_text() + "COUNT = []\n")
    assert programs.compare(path, LIMIT, 0.0).verdict == "wrong: 1 of 1 values differ"


def test_an_exception_is_reported(programs: ModuleType, write: Write) -> None:
    row = programs.compare(write("return {True: 0}[not LAZY]"), LIMIT, 0.0)
    assert row.verdict == "KeyError: False"
    assert math.isnan(row.ratio)
    assert "KeyError: False" in programs.report([row], LIMIT)


def test_what_numpy_cannot_run_is_said(programs: ModuleType, write: Write) -> None:
    assert programs.compare(write("return np.nothing()"), LIMIT, 0.0).verdict.startswith("NumPy: AttributeError")


def test_a_process_that_ends_itself_is_reported(programs: ModuleType, write: Write) -> None:
    assert programs.compare(write("import os\nif LAZY: os._exit(3)\nreturn 1"), LIMIT, 0.0).verdict.startswith("exit status 3")


def test_a_program_over_the_limit_is_cut_with_a_bound(programs: ModuleType, write: Write) -> None:
    limit = 5.0
    row = programs.Row("example", programs.run(write("return 1"), "numpy", LIMIT, 0.0), programs.Outcome(), None, "")
    row.ours = programs.run(write("while LAZY: pass"), "lazytensor", limit, 0.0)
    assert row.ours.cut == limit
    assert not row.ours.runs
    row.verdict = programs.judge(row.numpy, row.ours)
    assert row.verdict == "cut"
    assert row.ratio == row.numpy.warm / limit
    report = programs.report([row], limit)
    assert "| > 5 s | < " in report
    assert "| all | 1 | 0 | 1 | at most " in report


def test_jax_runs_what_it_can(programs: ModuleType, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a module in its place that has NumPy's functions, but refuses one."""
    package = tmp_path / "site" / "jax"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "numpy.py").write_text("from numpy import *\ndef put(*_): raise TypeError('arrays are immutable')\n")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setitem(programs.ENVIRONMENT, "PYTHONPATH", str(package.parent))
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    row = programs.compare(write("return np.arange(3.0) + 1"), LIMIT, 0.0)
    assert row.jax.runs
    assert programs.jax_cell(row) == programs.number(row.numpy.warm / row.jax.warm)
    row = programs.compare(write("a = np.arange(3.0)\nnp.put(a, 1, 5)\nreturn a"), LIMIT, 0.0)
    assert (row.verdict, programs.jax_cell(row)) == ("right", "-")
    row = programs.compare(write("return 1 + (np.__name__ == 'jax.numpy')"), LIMIT, 0.0)
    assert (row.verdict, programs.jax_cell(row)) == ("right", "wrong")


def test_the_classes_of_a_report(programs: ModuleType) -> None:
    def row(call: float, ours: float, **facts: Any) -> Any:
        numpy = programs.Outcome(runs=[call * 10], warm=call * 10, calls=10, peak=10**8, **facts)
        return programs.Row(f"p{call}", numpy, programs.Outcome(runs=[ours], warm=ours, peak=2 * 10**8), None, "right")

    rows = [row(5e-7, 1e-5), row(2e-6, 1e-5), row(5e-6, 1e-4), row(2e-3, 1e-3), row(3e-6, 1e-3, bound="library")]
    lines = programs.summary(rows)
    assert [(line[0], line[1], line[4]) for line in lines] == [
        ("under 1 us", "1", "0.5"),
        ("1 to 10 us", "2", "1"),
        ("over 1 ms", "1", "20"),
        ("BLAS or FFT", "1", "0.03"),
        ("all", "5", f"{(0.5 * 2 * 0.5 * 20 * 0.03) ** 0.2:.3g}"),
    ]
    assert [line[9] for line in lines] == ["2"] * 5
    assert lines[1][6] == "1"


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        ("a = np.zeros(3)\nreturn a.T[1:] + 1", 4),
        ("return 1 + 2 * len([3])", 0),
        ("total = 0\nfor x in np.arange(3): total += x\nreturn total", 7),
        ("a, b = np.arange(2)\nreturn [-a, a < b]", 5),
        ("def double(x): return x * 2\nreturn double(np.add(1, 2))", 2),
    ],
)
def test_array_calls_are_counted(programs: ModuleType, write: Write, body: str, calls: int) -> None:
    import array_calls

    assert array_calls.count(write(body).read_text(), "example.py") == calls


def test_counting_changes_no_result(programs: ModuleType) -> None:
    import array_calls

    path = BENCHMARKS / "programs" / "dithering.py"
    results = []
    for code in (compile(path.read_text(), path, "exec"), array_calls.rewritten(path.read_text(), str(path))):
        scope: dict[str, Any] = {"__name__": "program", "__counter__": array_calls.Counter()}
        exec(code, scope)
        results.append(scope["run"]())
    np.testing.assert_array_equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]


def test_there_are_programs_of_our_own() -> None:
    assert len(OWN) >= 36


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_program_has_the_line_and_a_run(programs: ModuleType, path: Path) -> None:
    text = path.read_text()
    assert text.count("import numpy as np\n") == 1
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not functions["run"].args.args
    assert any(isinstance(node, ast.Return) for node in ast.walk(functions["run"]))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"numpy"}
    assert {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} <= {"numpy.random"}
    bounds = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets) == "BOUND"]
    assert [ast.literal_eval(bound) for bound in bounds] in ([], ["library"])
