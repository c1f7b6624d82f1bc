"""What a flush keeps and writes over: the same whoever calls and how, and with wrong counts at the price of copies only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import ref

import numpy as np
import pytest
from updates import Drawer, differences

import lazytensor as lt
from lazytensor.compiler import liveness
from lazytensor.compiler.graph import Node
from lazytensor.core import evaluate, planning
from lazytensor.core.jobs import Job

pytestmark = pytest.mark.recorded


@pytest.mark.parametrize("wrong", [-2, -1, 1, 2])
def test_a_wrong_base_line_costs_a_copy_and_no_value(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = liveness._references

    def references(nodes: list[Node]) -> tuple[list[int], int]:
        counts, lone = measured(nodes)
        return counts, lone + wrong

    monkeypatch.setattr(liveness, "_references", references)
    with lt.config.override(tier="interpret"):
        for seed in range(40):
            program = Drawer(seed).program(9)
            assert differences(program, lt, lambda value: value.wait()) is None, f"seed {seed}\n{program}"


@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_pending_reader_that_counts_missed_still_reads_the_old_value(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = lt.zeros(1000) + 1
    x.wait()
    measured = liveness._references
    monkeypatch.setattr(liveness, "_references", lambda nodes: (measured(nodes)[0], measured(nodes)[1] + wrong))
    reader = x * 3
    x[:500] = 7
    x.wait()
    assert reader.numpy().tolist() == [3.0] * 1000
    assert x.numpy().tolist() == [7.0] * 500 + [1.0] * 500


def _as_it_comes(nodes: Sequence[Node]) -> None:
    evaluate.run(nodes, background=False)


def _with_other_holders(nodes: Sequence[Node]) -> None:
    again, first = list(nodes), nodes[0]
    evaluate.run(tuple(nodes), background=False)
    assert first is again[0]


def _twice(nodes: Sequence[Node]) -> None:
    evaluate.run([*nodes, *nodes], background=False)


@pytest.mark.parametrize("call", [_as_it_comes, _with_other_holders, _twice])
def test_how_roots_are_passed_and_held_does_not_matter(call: Callable[[Sequence[Node]], None]) -> None:
    lt.clear_caches()
    x = lt.asarray(np.arange(6.0))
    for make in (list, tuple):
        middle = x * 2
        roots = middle + 1, middle.sum()
        call(make([root._base() for root in roots]))
        assert middle._base().result is not None
        assert roots[1].item() == 30
    assert len(planning.plans) == 1


def test_what_is_wanted_is_kept_though_nobody_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[Any] = []
    claim = Job.claim

    def claimed(self: Job, nodes: list[Node], wanted: Any) -> bool:
        taken = claim(self, nodes, wanted)
        jobs.append((len(self.promises), self.graph is not None and len(self.graph.outputs)))
        return taken

    monkeypatch.setattr(Job, "claim", claimed)
    lt.clear_caches()
    evaluate.run([(lt.asarray(np.arange(3.0)) * 2 + 1)._base()], background=False)
    assert jobs == [(1, 1)]
    # Pending work that nobody needs keeps nothing.
    jobs.clear()
    value = lt.asarray(np.arange(3.0)) * 2 + 1
    entry = ref(value._base())
    del value
    evaluate.run_pending([entry], background=False)
    assert jobs == []


def test_what_is_pending_is_swept_without_holding_it() -> None:
    lt.clear_caches()
    x = lt.asarray(np.arange(6.0))
    for _ in range(3):
        last = (x * 2 + 1) * 3
        lt.wait_all()
        assert last._base().result is not None
    # The products and sums in between are no outputs.
    assert [len(entry.plan.outputs) for entry in planning.plans.values()] == [1]
