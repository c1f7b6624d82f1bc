"""What goes wrong below the user's program: kernels that do not compile, caches that are damaged, results that fail beside others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.codegen import cpu, source
from lazytensor.compiler.plan import KernelError
from lazytensor.core import kernels
from lazytensor.core.system import engine, kernel_store


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    engine().idle()
    engine().take_error()
    lt.clear_caches()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no process that compiles: kernels are compiled here."""
    monkeypatch.setattr(kernels.compile_process(), "available", False)


def work() -> list[Any]:
    x = lt.asarray(np.linspace(0.1, 4, 5000).reshape(50, 100))
    return [lt.exp(x) - 0.7219, (lt.sqrt(x) * 1.25).sum(axis=0), x.T.mean(axis=0)]


def check(found: list[Any]) -> None:
    x = np.linspace(0.1, 4, 5000).reshape(50, 100)
    for left, right in zip(found, [np.exp(x) - 0.7219, (np.sqrt(x) * 1.25).sum(axis=0), x.T.mean(axis=0)], strict=True):
        np.testing.assert_allclose(left.numpy(), right, rtol=1e-12)


@pytest.mark.parametrize("tier", ["compile", "auto"])
def test_what_cannot_be_compiled_is_interpreted(
    tier: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, noted: list[str]
) -> None:
    calls = []

    def fail(source: str) -> bytes:
        calls.append(source)
        raise KernelError("no compiler here")

    monkeypatch.setattr(cpu, "compile_source", fail)
    monkeypatch.setattr(kernel_store(), "_directory", tmp_path)
    lt.clear_caches()
    with lt.config.override(tier=tier), caplog.at_level("WARNING", "lazytensor"):
        for _ in range(3):
            check(work())
    if tier == "compile":
        assert calls
        assert any("no compiler here" in record.getMessage() for record in caplog.records)
        noted.clear()


@pytest.mark.recorded
def test_failing_background_compilation_disturbs_nobody(
    alone: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, noted: list[str]
) -> None:
    from lazytensor.core import planning

    calls = []

    def fail(source: str) -> bytes:
        calls.append(source)
        raise KernelError("no compiler here")

    monkeypatch.setattr(cpu, "compile_source", fail)
    monkeypatch.setattr(kernel_store(), "_directory", tmp_path)
    monkeypatch.setattr(planning, "UPGRADE_SECONDS", 0.0)
    lt.clear_caches()
    with lt.config.override(tier="auto"):
        for _ in range(5):
            check(work())
        engine().background_idle()
        check(work())
    assert calls
    assert noted
    noted.clear()


def test_a_refused_kernel_is_remembered_and_warned_about_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, noted: list[str]
) -> None:
    calls = []

    def fail(text: str) -> Any:
        calls.append(text)
        raise NameError("name 'c0' is not defined")

    monkeypatch.setattr(source, "_module", fail)
    monkeypatch.setattr(kernel_store(), "_directory", tmp_path)
    lt.clear_caches()
    x = np.linspace(0.1, 4, 12)
    with lt.config.override(tier="compile"):
        for shape in ((12,), (3, 4), (2, 6), (6, 2), (12, 1)):  # each another plan, of one kernel
            np.testing.assert_allclose((lt.exp(lt.asarray(x.reshape(shape))) - 0.7219).numpy(), np.exp(x.reshape(shape)) - 0.7219)
        assert len(calls) == len(noted) == 1
        lt.clear_caches()
        (lt.exp(lt.asarray(x)) - 0.7219).wait()
        assert len(calls) == len(noted) == 2
        monkeypatch.setattr(source, "MAX_REFUSED", 3)
        for number in range(6):
            with pytest.raises(KernelError):
                source.compile_source(f"def kernel_{number}(block, start, stop, memory):\n    pass\n")
        assert len(source._refused) == 3
    noted.clear()
    lt.clear_caches()
    assert not source._refused
    assert not kernel_store()._making


DAMAGES = {
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:-9] + b"\xff" + path.read_bytes()[-8:]),
}
PROGRAM = """
import logging
logging.basicConfig(format="%(message)s")
import lazytensor as lt
with lt.config.override(tier="compile"):
    x = lt.arange(1000.0)
    print((lt.sqrt(x) * 3 + 1).sum().item())
"""


def python(directory: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LAZYTENSOR_CACHE_DIR": str(directory)}
    return subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, env=environment)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_caches_are_made_again(damage: str, tmp_path: Path) -> None:
    first = python(tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    files = list(tmp_path.rglob("*.kernel"))
    assert files
    for path in files:
        DAMAGES[damage](path)
    second = python(tmp_path)
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert second.stderr.count("\n") == second.stderr.count("corrupt") == len(files)
    third = python(tmp_path)
    assert (third.returncode, third.stdout, third.stderr) == (0, first.stdout, "")


def test_a_cache_that_cannot_be_written_costs_one_log_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    done = python(blocked)
    assert done.returncode == 0
    assert done.stdout.strip()
    assert 1 <= done.stderr.count("\n") <= 2


def test_results_fused_with_a_failing_one_are_computed(tier: str) -> None:
    """A kernel with several results, of which some need what failed: the others are there (behaviour 4 of the engine)."""
    for started in (False, True):
        x = lt.asarray(np.arange(9.0).reshape(3, 3))
        base = lt.exp(x)
        bad = base + lt.linalg.inv(lt.ones((3, 3)))
        good = base * 2
        total = good.sum(axis=0)
        lt.start(bad, good, total)
        if not started:
            with pytest.raises(np.linalg.LinAlgError):
                bad.wait()
        expected = np.exp(np.arange(9.0).reshape(3, 3))
        np.testing.assert_allclose(good.numpy(), expected * 2, rtol=1e-14)
        np.testing.assert_allclose(base.numpy(), expected, rtol=1e-14)
        np.testing.assert_allclose(total.numpy(), expected.sum(axis=0) * 2, rtol=1e-14)
        with pytest.raises(np.linalg.LinAlgError):
            bad.wait()


@pytest.mark.versions
@pytest.mark.parametrize("tier", ["auto", "interpret", "compile"])
def test_waits_while_the_interpreter_exits(tier: str, tmp_path: Path) -> None:
    """Since Python 3.12 no thread can be started then, nor Numba imported: results come without them, and without a word."""
    program = """
import atexit
import numpy as np
import lazytensor as lt
x = lt.asarray(np.full(3_000_000, 4.0))

@atexit.register
def last():
    for _ in range(3):  # what is seen again is wanted compiled
        total = (lt.sqrt(x) * 2 + 1).start().sum()
        assert total.item() == 15_000_000
    assert (lt.ones((300, 300)) @ lt.ones((300, 300))).sum().item() == 300**3
    lt.wait_all()
    print("done")
"""
    environment = {**os.environ, "LAZYTENSOR_TIER": tier, "LAZYTENSOR_CACHE_DIR": str(tmp_path / tier)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize("tier", ["interpret", "auto", "compile"])
def test_random_numbers_need_no_compiler(
    tier: str, alone: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, noted: list[str]
) -> None:
    def draws() -> list[np.ndarray]:
        generator = lt.random.default_rng(5)
        noise = generator.normal(size=(300, 7))
        return [
            (noise * 2 + 1).numpy(), noise.numpy(), generator.random(1500, dtype=np.float32).numpy(),
            generator.integers(0, 1000, size=99).numpy(), (generator.normal(size=2000) + lt.arange(2000)).sum().numpy(),
        ]  # fmt: skip

    with lt.config.override(tier=tier):
        wanted = draws()

        def fail(source: str) -> bytes:
            raise KernelError("no compiler here")

        monkeypatch.setattr(cpu, "compile_source", fail)
        monkeypatch.setattr(kernel_store(), "_directory", tmp_path)
        lt.clear_caches()
        with caplog.at_level("WARNING", "lazytensor"):
            found = draws()
            lt.random.default_rng(1).normal(size=1000).start().wait()
    for left, right in zip(found, wanted, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(found[2], wanted[2])
    np.testing.assert_array_equal(found[3], wanted[3])
    assert "no compiler here" in caplog.text
    lt.wait_all()
    noted.clear()
    lt.clear_caches()
