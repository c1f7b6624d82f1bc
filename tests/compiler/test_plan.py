"""Plans of random graphs compute what the graph says on any number of streams and devices, and give memory back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from graphs import Sketch, evaluate, graphs, run_plan, sample_inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from lazytensor.compiler import pipeline
from lazytensor.compiler.graph import Graph, verify
from lazytensor.compiler.kernel import Group
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import library, structural
from lazytensor.compiler.passes import schedule
from lazytensor.compiler.pipeline import Options
from lazytensor.compiler.plan import Plan, Segment, Stream
from lazytensor.runtime.devices.cpu import CpuDevice
from lazytensor.runtime.engine import Engine
from lazytensor.runtime.memory import Pool
from lazytensor.runtime.promise import Promise


def interpreted(graph: Graph, group: Group) -> None:
    return None


def plan_of(graph: Graph, threads: int = 2, cse: bool = True) -> Plan:
    options = Options(cse, (("cpu:0", threads), ("cpu:1", threads)))
    final, groups = pipeline.plan_groups(graph, options)
    verify(final)
    plan = pipeline.make_plan(final, groups, options, interpreted)
    plan.check()
    return plan


def check_plan(graph: Graph, plan: Plan) -> None:
    values = sample_inputs(graph)
    before = [np.array(value) for value in values]
    for expected, found in zip(evaluate(graph, values), run_plan(plan, list(values)), strict=True):
        assert found.dtype == expected.dtype
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, expected)
    for old, value in zip(before, values, strict=True):
        np.testing.assert_array_equal(old, value, err_msg="an input was written to")


@settings(max_examples=120)
@given(graph=graphs(most=18), threads=st.integers(1, 3), cse=st.booleans())
def test_random_graphs(graph: Graph, threads: int, cse: bool) -> None:
    check_plan(graph, plan_of(graph, threads, cse))


@settings(max_examples=120)
@given(graph=graphs(most=18))
def test_random_graphs_in_the_order_they_were_recorded(graph: Graph) -> None:
    plan = pipeline.in_order(graph, "cpu:0")
    plan.check()
    check_plan(graph, plan)


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step worth a stream."""
    monkeypatch.setattr(schedule, "PARALLEL_SECONDS", 0.0)


@pytest.mark.usefixtures("wide")
@settings(max_examples=80)
@given(graph=graphs(devices=("cpu:0", "cpu:1"), most=18), threads=st.integers(1, 3))
def test_random_graphs_on_streams_and_devices(graph: Graph, threads: int) -> None:
    plan = plan_of(graph, threads)
    check_plan(graph, plan)
    for stream in plan.streams:
        assert stream.segments


@pytest.mark.usefixtures("wide")
def test_random_graphs_in_the_engine() -> None:
    pool = Pool(1 << 26)
    devices = {f"cpu:{index}": CpuDevice(index, 2, pool) for index in range(2)}
    engine = Engine(devices, in_flight_bytes=1 << 26)

    @settings(max_examples=40)
    @given(graph=graphs(devices=("cpu:0", "cpu:1"), most=18))
    def run(graph: Graph) -> None:
        plan = plan_of(graph)
        values = sample_inputs(graph)
        promises = [Promise() for _ in plan.outputs]
        engine.submit(plan, [*values, *(None,) * (plan.slots - plan.inputs)], promises)
        for expected, promise in zip(evaluate(graph, values), promises, strict=True):
            promise.wait()
            np.testing.assert_array_equal(np.asarray(promise.value), expected)

    try:
        run()
        engine.idle()
    finally:
        engine.stop()


def matmuls(count: int, joined: bool) -> Graph:
    sketch = Sketch()
    arrays = [sketch.array(512, 512) for _ in range(count)]
    # `matmul` is shared between threads itself.
    products = [sketch.op(library.tensordot, item, item, params=((1,), (0,))) for item in arrays]
    if not joined:
        return sketch.graph(*products)
    total = products[0]
    for item in products[1:]:
        total = sketch.op(ops.add, total, item)
    return sketch.graph(total)


def test_independent_matmuls_run_on_two_streams() -> None:
    plan = plan_of(matmuls(4, joined=False), threads=2)
    assert [len(stream.segments) for stream in plan.streams] == [1, 1]
    assert [len(segment.steps) for segment in plan.segments] == [2, 2]
    assert all(not segment.waits for segment in plan.segments)


def test_streams_wait_for_each_other_only_where_an_edge_crosses() -> None:
    plan = plan_of(matmuls(2, joined=True), threads=2)
    waiting = [segment for segment in plan.segments if segment.waits]
    assert [[step.name for step in segment.steps] for segment in waiting] == [["add"]]
    (number,) = waiting[0].waits
    assert plan.segments[number].stream != waiting[0].stream


def test_one_thread_has_one_stream() -> None:
    plan = plan_of(matmuls(4, joined=True), threads=1)
    assert len(plan.segments) == len(plan.streams) == 1


def test_intermediate_values_are_freed_where_they_are_last_read() -> None:
    sketch = Sketch()
    value = sketch.array(1000)
    for row in (ops.exp, ops.negative, ops.square, ops.sqrt):
        value = sketch.op(row, value)
    plan = plan_of(sketch.graph(value))
    (segment,) = plan.segments
    assert [step.frees for step in segment.steps] == [(0,), (1,), (2,), (3,)]
    # Two values of 8000 bytes at any time: what a step reads, and what it writes; the bound input is not the plan's.
    assert plan.peak_bytes == 2 * 8000


def test_outputs_are_never_freed() -> None:
    sketch = Sketch()
    x = sketch.array(10)
    y = sketch.op(ops.exp, x)
    plan = plan_of(sketch.graph(y, sketch.op(ops.negative, y)))
    assert not {slot for segment in plan.segments for step in segment.steps for slot in step.frees} & set(plan.outputs)


def update_after(value: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(base, result) of exp(x)[2:5] = v, the base being an intermediate value."""
    sketch = Sketch()
    x, v = sketch.array(8), sketch.array(3)
    base = sketch.op(ops.exp, x)
    out = sketch.op(structural.update, base, v, params=((3,), (1,), 2))
    plan = plan_of(sketch.graph(out))
    (found,) = run_plan(plan, [np.arange(8.0), np.asarray(value, dtype=float)])
    expected = np.exp(np.arange(8.0))
    expected[2:5] = value
    return expected, found


def test_updates_write_over_what_dies_with_them() -> None:
    np.testing.assert_array_equal(*update_after([1, 2, 3]))
    sketch = Sketch()
    x = sketch.array(8)
    base = sketch.op(ops.exp, x)
    out = sketch.op(structural.update, base, x, params=((8,), (1,), 0))
    steps = plan_of(sketch.graph(out)).segments[0].steps
    environment: list[Any] = [np.arange(8.0), np.zeros(8), None]
    memory = environment[1].ctypes.data
    steps[1].run(environment, None)  # type: ignore[arg-type]
    assert environment[2].ctypes.data == memory
    np.testing.assert_array_equal(environment[2], np.arange(8.0))


def test_updates_leave_alone_what_somebody_else_holds() -> None:
    from graphs import PlainLane

    sketch = Sketch()
    x = sketch.array(8)
    base = sketch.op(ops.exp, x)
    out = sketch.op(structural.update, base, x, params=((8,), (1,), 0))
    for graph in (sketch.graph(out), sketch.graph(base, out)):
        step = plan_of(graph).segments[0].steps[1]
        held = np.zeros(8)
        environment: list[Any] = [np.arange(8.0), held, None]
        step.run(environment, PlainLane())
        np.testing.assert_array_equal(held, 0)
        np.testing.assert_array_equal(environment[2], np.arange(8.0))


def test_an_update_that_reads_what_it_overwrites() -> None:
    sketch = Sketch()
    base = sketch.op(ops.negative, sketch.array(6))
    shifted = sketch.op(structural.update, base, sketch.view(base, (5,), (1,), 0), params=((5,), (1,), 1))
    graph = sketch.graph(shifted)
    check_plan(graph, plan_of(graph))


def test_costs_and_names_of_steps() -> None:
    plan = plan_of(matmuls(2, joined=True))
    assert {step.name for segment in plan.segments for step in segment.steps} == {"tensordot", "add"}
    assert plan.cost == sum(step.cost for segment in plan.segments for step in segment.steps) > 0
    assert [kernel.tier for kernel in plan.kernels] == ["interpret"] * 3


def test_copies_are_steps_on_the_device_that_needs_them() -> None:
    sketch = Sketch()
    x = sketch.array(8)
    y = sketch.op(ops.exp, x)
    graph = sketch.graph(sketch.op(ops.negative, y, device="cpu:1"))
    plan = plan_of(graph)
    check_plan(graph, plan)
    assert [(plan.streams[segment.stream].device, [step.name for step in segment.steps]) for segment in plan.segments] == [
        ("cpu:0", ["exp"]),
        ("cpu:1", ["to_device", "negative"]),
    ]


def test_check_finds_broken_plans() -> None:
    plan = plan_of(matmuls(2, joined=True))
    join = next(number for number, segment in enumerate(plan.segments) if segment.waits)
    without = (*plan.segments[:join], replace(plan.segments[join], waits=()), *plan.segments[join + 1 :])
    first, *rest = plan.segments
    freeing = replace(first, steps=(first.steps[0]._replace(frees=plan.outputs),))
    broken = [
        replace(plan, segments=without),
        replace(plan, segments=(freeing, *rest)),
        replace(plan, outputs=(plan.slots + 1,)),
        replace(plan, streams=plan.streams[:1]),
        replace(plan, segments=(replace(first, waits=(join,)), *rest)),
        replace(plan, segments=(*plan.segments, Segment(0, first.steps, ())), streams=(*plan.streams, Stream("cpu:0", (3,)))),
    ]
    for bad in broken:
        with pytest.raises(AssertionError):
            bad.check()
