"""Every cache has a bound, and `clear_caches` empties it."""

from __future__ import annotations

import inspect
import sys
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.ops import row
from lazytensor.compiler.ops.table import ROWS
from lazytensor.core import planning, wait_log
from lazytensor.core.system import engine
from lazytensor.runtime import kernel_store
from lazytensor.runtime.kernel_store import KernelStore


def members() -> Iterator[tuple[str, Any]]:
    """What the package's modules hold, by name."""
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] == "lazytensor":
            for key, value in list(vars(module).items()):
                yield f"{name}.{key}", value


def remembering() -> dict[str, Any]:
    """Functions that remember their results."""
    return {name: value for name, value in members() if hasattr(value, "cache_info")}


def containers() -> dict[str, int]:
    """How much is in the containers of all modules, and in the memories of the rows."""
    found = {name: len(value) for name, value in members() if isinstance(value, (dict, list, set, deque)) and "__" not in name}
    return found | {f"memo of {op.name}": len(op.memo) for op in ROWS}


def work(first: int) -> None:
    """Shapes, positions, keys and code that were not seen before."""
    scope: dict[str, Any] = {"lt": lt, "np": np}
    for number in range(first, first + 40):
        x = lt.ones((number % 7 + 1, number + 3))
        x[:, : number % 5 + 1] = x[:, 1:2] * number
        x[..., -1:][0] += 1
        (x[:, [0, number]] + x.reshape(-1)[number]).sum(axis=0).wait()
        lt.sort(x.T[::2], axis=0).wait()
        exec(compile(f"lt.ones({number}).wait()\nfloat(lt.ones({number}).sum())", f"<{number}>", "exec"), scope)
        np.frompyfunc(lambda value: value, 1, 1)(np.ones(2))
    del x


@pytest.mark.parametrize("tier", ["interpret", "auto"])
def test_clearing_leaves_nothing_behind(tier: str) -> None:
    with lt.config.override(tier=tier):
        work(0)
        lt.wait_all()
        lt.clear_caches()
        before = containers()
        work(100)
        lt.wait_all()
        lt.clear_caches()
        after = containers()
    grown = {name: (before.get(name, 0), length) for name, length in after.items() if length > before.get(name, 0)}
    assert {name: lengths for name, lengths in grown.items() if "handle._pending" not in name} == {}
    assert not any(op.memo for op in ROWS)


def test_functions_that_remember_are_bounded_and_cleared() -> None:
    work(200)
    found = remembering()
    assert len(found) > 5
    lt.clear_caches()
    for name, function in found.items():
        if inspect.signature(function.__wrapped__).parameters:
            assert function.cache_info().maxsize is not None, f"{name} grows without bound"
            assert function.cache_info().currsize == 0, f"{name} is not cleared"


def test_rows_remember_so_many_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row, "MAX_SIGNATURES", 20)
    x = lt.zeros(300)
    for number in range(1, 200):
        x[number:] = x[:-number] + number
    assert all(len(op.memo) <= 20 for op in ROWS if op.name == "update")
    expected = np.zeros(300)
    for number in range(1, 200):
        expected[number:] = expected[:-number] + number
    np.testing.assert_array_equal(x.numpy(), expected)


@pytest.mark.recorded
def test_lines_that_wait_are_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait_log, "SAMPLE", 1)
    monkeypatch.setattr(wait_log, "MAX_LINES", 8)
    scope = {"x": lt.ones(2)}
    for number in range(30):
        exec(compile(f"(x + {number}).wait()", f"<{number}>", "exec"), scope)
    assert 0 < len(wait_log._sampled) <= 8
    lt.clear_caches()
    assert not wait_log._sampled


def test_a_store_keeps_so_many_kernels(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(kernel_store, "MAX_KERNELS", 3)
    monkeypatch.setattr(KernelStore, "_make", lambda self, source, build: source)
    store = KernelStore(tmp_path)
    for number in range(10):
        assert store(f"def kernel_{number}()", bytes) == f"def kernel_{number}()"
    assert len(store._kernels) == 3
    assert store.get("def kernel_9()") is not None

    def fail(self: Any, source: str, build: Any) -> Any:
        raise ValueError("no")

    monkeypatch.setattr(KernelStore, "_make", fail)
    with pytest.raises(ValueError, match="no"):
        store("def broken()", bytes)
    assert not store._making


@pytest.mark.recorded
def test_the_queue_for_kernels_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans that were not used for longest make room, and may ask again."""
    monkeypatch.setattr(planning, "MAX_WAITING", 3)
    monkeypatch.setattr(planning, "UPGRADE_SECONDS", 0.0)
    turns: list[planning.Entry] = []
    monkeypatch.setattr(
        planning, "_upgrade", lambda: turns.append(max(list(planning._waiting), key=lambda entry: entry.last_use))
    )
    lt.clear_caches()
    x = lt.asarray(np.linspace(0, 1, 400))
    with lt.config.override(tier="auto"):
        for length in range(2, 8):
            for _ in range(2):
                (lt.exp(x[:length]) + lt.sin(x[:length]) * length).wait()
        engine().background_idle()
    entries = sorted(planning.plans.values(), key=lambda entry: entry.last_use)
    assert len(planning._waiting) == 3
    assert {entry for entry in entries if entry.requested and entry.seconds} == planning._waiting == set(entries[-3:])
    assert len(turns) == 3
    planning._waiting.clear()
    lt.clear_caches()
