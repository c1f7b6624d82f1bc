"""Statements that write are atomic, and nothing is planned or run under their lock: what they start begins when they are over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import jobs, pending, statements


@pytest.fixture
def jobs_run(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many nodes each job began with; none may begin inside of a statement."""
    begun: list[int] = []
    advance = jobs.advance

    def watched(nodes: list[Any], *arguments: Any) -> None:
        assert not statements.inside()
        begun.append(len(nodes))
        advance(nodes, *arguments)

    monkeypatch.setattr("lazytensor.core.evaluate.advance", watched)
    yield begun
    assert not statements.put_off


def store(x: Any) -> None:
    x[1:-1] = x[:-2] * 0.5


def in_place(x: Any) -> None:
    x += 1


def into(x: Any) -> None:
    lt.multiply(x, 2.0, out=x)


def masked(x: Any) -> None:
    x[x > 3] = 0


def put(x: Any) -> None:
    x[[0, 2]] = x[[2, 0]]


def at(x: Any) -> None:
    lt.add.at(x, [0, 0, 1], 1.0)


def flat(x: Any) -> None:
    x.T.flat[2:5] = 9


def shuffle(x: Any) -> None:
    lt.random.default_rng(1).shuffle(x)


def component(x: Any) -> None:
    x.real = x.real + 1


def copyto(x: Any) -> None:
    lt.copyto(x, 3, where=x < 2)


WAYS = [store, in_place, into, masked, put, at, flat, shuffle, component, copyto]


@pytest.mark.parametrize("change", WAYS, ids=lambda change: change.__name__)
def test_each_operation_is_run_at_the_end_of_its_statement(change: Callable[[Any], None], jobs_run: list[int]) -> None:
    with lt.config.override(sync=True):
        x = lt.asarray(np.arange(12.0).reshape(4, 3)) + 0
        for _ in range(3):
            change(x)
            assert x._base().result is not None
            assert not statements.put_off


@pytest.mark.parametrize("change", WAYS, ids=lambda change: change.__name__)
@pytest.mark.recorded
def test_loops_that_never_wait_run_their_rounds_between_statements(
    change: Callable[[Any], None], jobs_run: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pending", "background"):
        monkeypatch.setattr(f"lazytensor.core.{module}.MAX_PENDING", 64)
    monkeypatch.setattr(pending, "_sweep_at", [32])
    x = lt.asarray(np.arange(12.0).reshape(4, 3)) + 0
    for _ in range(200):
        change(x)
    if change is not masked:  # which waits
        assert len(jobs_run) > 1
    lt.wait_all()


def test_an_error_of_a_store_is_raised_by_its_statement() -> None:
    with lt.config.override(sync=True):
        x = lt.zeros(3) + 0
        with pytest.raises(IndexError):
            x[lt.asarray([7])] = 1
        assert (lt.ones(2) + 1).tolist() == [2, 2]
