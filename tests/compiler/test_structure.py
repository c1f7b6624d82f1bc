"""What programs are compiled to: how many kernels, which views are left, which streams, what runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.compiler.graph import verify
from lazytensor.compiler.plan import Plan
from lazytensor.core import planning
from lazytensor.core.system import engine
from lazytensor.runtime.trace import Trace

pytestmark = pytest.mark.recorded


def planned(*tensors: Any) -> Plan:
    found = planning.pending_plan([tensor._base() for tensor in tensors])
    assert found is not None
    graph, _, plan = found
    verify(graph)
    plan.check()
    return plan


def kernels(*tensors: Any) -> list[str]:
    with lt.config.override(tier="compile"):
        return [" ".join(kernel.operations) for kernel in planned(*tensors).kernels]


def image() -> Any:
    return lt.asarray(np.ones((64, 48), np.float32))


def test_an_expression_is_one_kernel() -> None:
    x = image()
    assert len(kernels(x * 2.5 + x * x - 1)) == 1
    assert len(kernels(lt.where(x > 0, lt.exp(x), -x) + lt.clip(x, 0, 1))) == 1


def test_finite_differences_are_one_kernel() -> None:
    x = image()
    across, down = x[1:-1, 2:] - x[1:-1, :-2], x[2:, 1:-1] - x[:-2, 1:-1]
    assert len(kernels(lt.sqrt(across * across + down * down))) == 1


def test_transposes_and_reshapes_between_operations_cost_no_kernel() -> None:
    x = image()
    # Made outside of `assert`, which would hold on to what is on the way.
    value = lt.exp((lt.sin(x) * 2).T[::-1]) + 1
    assert len(kernels(value)) == 1
    value = lt.exp(x.reshape(-1)) + 1
    assert len(kernels(value)) == 1


def test_reductions_with_what_is_around_them_are_one_kernel() -> None:
    x = image()
    assert len(kernels(lt.sqrt(((x - 1) * x).sum(axis=1) / 48))) == 1
    assert len(kernels((lt.abs(x) > 0.5).any())) == 1
    assert len(kernels(*(lt.exp(x * value).sum() for value in (0.5,)))) == 1


def test_sources_are_made_where_they_are_used() -> None:
    rng = lt.random.default_rng(0)
    assert len(kernels(rng.normal(size=(64, 48)) * 2 + lt.ones((64, 48)))) == 1
    assert len(kernels((lt.arange(1000) * 2).sum())) == 1


def test_the_value_on_the_way_is_another_output_of_the_kernel() -> None:
    x = image()
    middle = lt.exp(x)
    end = middle * 2 + 1
    assert len(kernels(end)) == 1
    lt.materialize(end)
    assert middle.is_ready()


def test_independent_matmuls_run_on_two_streams() -> None:
    x = lt.asarray(np.ones((512, 512)))
    with lt.config.override(threads=2, background=False):
        products = [x @ (x + k) for k in range(4)]
        plan = planned(*products)
        assert [stream.device for stream in plan.streams] == ["cpu:0", "cpu:0"]
        assert sorted(step.name for segment in plan.segments for step in segment.steps).count("matmul") == 4
        joined = products[0] + products[1]
        plan = planned(joined)
        waiting = [segment for segment in plan.segments if segment.waits]
        for segment in waiting:
            assert all(plan.segments[number].stream != segment.stream for number in segment.waits)
        assert len(waiting) == 1
    with lt.config.override(threads=1, background=False):
        assert len(planned(*(x @ (x + k) for k in range(4))).streams) == 1


def test_the_same_matmul_fifty_times_is_one() -> None:
    x = lt.asarray(np.ones((40, 40)))

    def names() -> list[str]:
        return [step.name for segment in planned(*(x @ x for _ in range(50))).segments for step in segment.steps]

    assert names() == ["matmul"]
    with lt.config.override(cse=False):
        assert names() == ["matmul"] * 50


def test_memory_at_the_peak_of_a_long_chain_is_two_values() -> None:
    with lt.config.override(tier="interpret"):
        x = lt.asarray(np.ones(1000))
        for _ in range(30):
            x = lt.tanh(x)
        assert planned(x).peak_bytes == 2 * 8000


def test_what_ran_is_what_was_planned(tier: str) -> None:
    x = image()
    value = lt.exp(x) @ lt.ones((48, 5), dtype=lt.float32) - x[:, :5].sum(axis=0)
    steps = [step.name for segment in planned(value).segments for step in segment.steps]
    trace = engine().trace = Trace()
    try:
        value.wait()
        value.wait()
        assert value.sum().item() == pytest.approx(5 * (48 * 64 * np.e - 64 * 64), rel=1e-5)
    finally:
        engine().trace = None
    assert [record.name for record in trace.records][: len(steps)] == steps
    assert len(trace.records) == len(steps) + 1


def test_explain_computes_nothing_and_shows_the_kernels() -> None:
    x = image()
    value = (lt.exp(x) * 2).sum()
    with lt.config.override(tier="compile"):
        report = lt.explain(value)
    assert value.is_ready() is False
    assert len(report.kernels) == len(report.sources) == len(report.streams) == 1
    assert "def " in report.sources[0]
    assert "exp" in str(report)
    value.wait()
    assert lt.explain(value).kernels == ()
