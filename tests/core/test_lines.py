"""Which lines' medium work runs at once, and which is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import lines
from lazytensor.core.sites import line_of

SIZE = 70_000


@pytest.fixture(autouse=True)
def new_lines() -> Iterator[None]:
    lt.clear_caches()
    with lt.config.override(tier="auto", deterministic=False, eager_elements=4096):
        yield
    lt.clear_caches()


def there(*shape: int) -> Any:
    x = lt.asarray(np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape))
    assert x.is_ready()
    return x


def settled() -> set[int]:
    """The line numbers of those whose work always runs at once."""
    found = [line_of((line.code, key[1])) for key, line in lines._lines.items() if line.at_once]
    return {place[1] for place in found if place is not None}


def test_what_comes_again_and_again_is_recorded() -> None:
    x = there(SIZE)
    ready = [(x * 2).is_ready() for _ in range(lines._STEADY + 5)]
    assert ready == [True] * lines._STEADY + [False] * 5


def test_what_numpy_does_sooner_than_it_is_recorded_is_not() -> None:
    x = there(lines._PLANNED - 1)
    assert all((x * 2).is_ready() for _ in range(3 * lines._STEADY))
    # An exponential is worth recording.
    assert not all(lt.exp(x * 1e-6).is_ready() for _ in range(3 * lines._STEADY))


@pytest.mark.parametrize("setting", [{"deterministic": True}, {"tier": "interpret"}, {"tier": "compile"}, {"eager_elements": 0}])
def test_settings_that_have_medium_work_recorded(setting: dict[str, Any]) -> None:
    x = there(SIZE)
    with lt.config.override(**setting):
        assert not (x * 2).is_ready()
        assert not x.sum().is_ready()


def test_a_line_that_keeps_changing_runs_at_once() -> None:
    size = 300
    a, b = there(size, size), np.arange(1.0, 1.0 + size * size).reshape(size, size)
    for k in range(2 * lines._MISSES):
        a[k:, k:] = a[k:, k:] * 0.5
        b[k:, k:] = b[k:, k:] * 0.5
    assert a.is_ready()
    np.testing.assert_array_equal(a, b)
    assert len(settled()) == 1


def test_new_graphs_of_one_line_count_each_form() -> None:
    noise = lt.random.default_rng(0).random((300, 300))  # pending, and so what reads it
    made: list[Any] = [(noise[k:] + 1)._node for k in range(lines._MISSES)]
    same: list[Any] = [(noise * 2)._node for _ in range(lines._MISSES)]
    lines.missed(made[1:])
    assert not settled()
    lines.missed(made[:1] + same)
    assert len(settled()) == 1


def test_a_plan_that_gains_nothing_is_not_made_twice() -> None:
    x, y = there(200, 200), there(200, 200)
    noise = lt.random.default_rng(0).random((200, 200))  # pending, and so what reads it
    for _ in range(4):
        z = x.T @ (noise + y)
        z.wait()
    assert settled()
    noise.wait()
    assert (noise + y).is_ready()


def add(x: Any, y: Any) -> Any:
    return x + y


def given_up() -> None:
    """Make the line of `add` one whose work always runs at once."""
    x = lt.random.default_rng(0).random((300, 300))
    lines.dismiss([add(x, x)._node.site])
    assert len(settled()) == 1


def test_what_a_settled_line_reads_is_computed_where_it_is_little() -> None:
    given_up()
    x = there(300, 300)
    y = lt.exp(lt.random.default_rng(0).random((300, 300)))
    assert not y.is_ready()
    assert add(x, y).is_ready()
    large = lt.random.default_rng(0).random((3000, 3000)).sum(axis=0)
    assert not add(large, 1).is_ready()
    assert not large.is_ready()


@pytest.mark.parametrize("setting", [{"deterministic": True}, {"tier": "interpret"}, {"eager_elements": 0}])
def test_settled_lines_are_as_others_where_settings_say_so(setting: dict[str, Any]) -> None:
    given_up()
    with lt.config.override(**setting):
        assert not add(lt.exp(lt.random.default_rng(0).random((300, 300))), 1).is_ready()


def test_plans_that_are_met_speak_for_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_MISSES", 4)
    monkeypatch.setattr("lazytensor.core.eager.saved_by_kernels", lambda graph, groups: 1.0)
    monkeypatch.setattr("lazytensor.core.eager.saved_at_most", lambda nodes: 1.0)
    monkeypatch.setattr("lazytensor.core.eager.pays_each_time", lambda nodes: False)
    met = [settles(lengths) for lengths in ([90_000] * 8, [90_000 + k for k in range(8)])]
    assert met == [False, True]


def settles(lengths: list[int]) -> bool:
    """Does a line settle whose graphs, of a pending operand each, have these lengths?"""
    lt.clear_caches()
    for length in lengths:
        (lt.random.default_rng(0).random(length) * 3).wait()
    return bool(settled())


def test_lines_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_MAX_LINES", 2)
    x = there(SIZE)
    for _ in range(3):
        assert [(x + 1).is_ready(), (x + 2).is_ready(), (x + 3).is_ready()] == [True] * 3
    assert len(lines._lines) <= 2
