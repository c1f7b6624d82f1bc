"""The engine on hand-made plans: order, failures, admission, liveness, threads."""

from __future__ import annotations

import faulthandler
import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from lazytensor.compiler.plan import Environment, Lane, Plan, Segment, Step, Stream
from lazytensor.runtime.devices.cpu import CpuDevice
from lazytensor.runtime.engine import Engine
from lazytensor.runtime.memory import Pool
from lazytensor.runtime.promise import Failure, Promise
from lazytensor.runtime.trace import Trace


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    faulthandler.dump_traceback_later(120, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = make_engine()
    yield engine
    engine.stop()


def make_engine(threads: int = 2, in_flight_bytes: int = 1 << 30, max_queued: int = 64) -> Engine:
    pool = Pool()
    devices = {f"cpu:{index}": CpuDevice(index, threads, pool) for index in range(2)}
    return Engine(devices, in_flight_bytes, max_queued)


def step(function: Callable[..., Any], reads: tuple[int, ...], write: int, frees: tuple[int, ...] = ()) -> Step:
    def run(environment: Environment, lane: Lane) -> None:
        environment[write] = function(*(environment[slot] for slot in reads))

    return Step(function.__name__, run, reads, (write,), write, 0.0, frees)


def line(*steps: Step, inputs: int = 1, outputs: tuple[int, ...] | None = None, peak: int = 1) -> Plan:
    """A plan of one segment."""
    slots = 1 + max((slot for item in steps for slot in item.writes), default=inputs - 1)
    segments = (Segment(0, steps, ()),)
    plan = Plan(slots, inputs, outputs or (slots - 1,), segments, (Stream("cpu:0", (0,)),), (), 0.0, peak)
    plan.check()
    return plan


def environment(plan: Plan, *values: Any) -> Environment:
    return [*values, *[None] * (plan.slots - len(values))]


def send(engine: Engine, plan: Plan, *values: Any, depends: tuple[tuple[int, Promise], ...] = ()) -> list[Promise]:
    promises = [Promise() for _ in plan.outputs]
    engine.submit(plan, environment(plan, *values), [weakref.ref(promise) for promise in promises], depends)
    return promises


def add_one(x: Any) -> Any:
    return x + 1


def fail(x: Any) -> Any:
    raise ValueError("broken")


def add(x: Any, y: Any) -> Any:
    return x + y


def test_run_in_the_calling_thread_frees_and_is_quiet(engine: Engine) -> None:
    seen = []

    def divide(x: Any) -> Any:
        seen.append(threading.get_ident())
        return np.float64(1) / x

    plan = line(step(divide, (0,), 1), step(add_one, (1,), 2, frees=(0, 1)))
    slots = environment(plan, np.float64(0))
    engine.run(plan, slots, None)
    assert slots == [None, None, np.inf]
    assert seen == [threading.get_ident()]


def test_run_within_a_run_and_with_callers_error_state_restored(engine: Engine) -> None:
    inner = line(step(lambda x: np.geterr(), (0,), 1))
    slots = environment(inner, 1)

    def nest(x: Any) -> Any:
        with np.errstate(all="raise"):
            engine.run(inner, slots)
        return x

    before = np.geterr()
    engine.run(line(step(nest, (0,), 1)), [1, None])
    assert set(slots[1].values()) == {"ignore"}
    assert np.geterr() == before


def test_failure_poisons_dependants_only(engine: Engine) -> None:
    ran = []

    def never(x: Any) -> Any:
        ran.append(x)
        return x

    plan = line(
        step(fail, (0,), 1), step(never, (1,), 2), step(add_one, (0,), 3), step(add, (2, 3), 4), outputs=(2, 3, 4), inputs=1
    )
    slots = environment(plan, 1)
    site = (fail.__code__, 0)
    engine.run(plan, slots, [None, site])
    assert not ran
    assert slots[3] == 2
    assert slots[2] is slots[4]
    assert isinstance(slots[2], Failure)
    with pytest.raises(ValueError, match="broken") as caught:
        slots[4].raise_()
    assert caught.value.__notes__ == [f'issued at {__file__}:{fail.__code__.co_firstlineno} by operation "fail"']
    assert engine.take_error() is None, "it has been shown already"

    promises = send(engine, plan, 1)
    assert all(promise.wait() for promise in promises)
    assert promises[1].value == 2
    assert promises[0].value is promises[2].value
    assert engine.take_error() is promises[0].value
    assert engine.take_error() is None


def test_failing_inputs_poison_a_run_and_a_submission(engine: Engine) -> None:
    plan = line(step(add_one, (0,), 2), step(add_one, (1,), 3), inputs=2, outputs=(2, 3))
    failure = Failure(ValueError("x"))
    slots = environment(plan, failure, 1)
    engine.run(plan, slots)
    assert slots[2] is failure
    assert slots[3] == 2
    broken = Promise(failure)
    promises = send(engine, plan, None, 1, depends=((0, broken),))
    assert all(promise.wait() for promise in promises)
    assert [promise.value for promise in promises] == [failure, 2]
    assert not engine.errors


def test_interrupts_propagate_from_run_and_are_values_on_workers(engine: Engine) -> None:
    def interrupt(x: Any) -> Any:
        raise KeyboardInterrupt

    plan = line(step(interrupt, (0,), 1))
    with pytest.raises(KeyboardInterrupt):
        engine.run(plan, [1, None])
    (promise,) = send(engine, plan, 1)
    promise.wait()
    assert isinstance(promise.value.error, KeyboardInterrupt)
    (after,) = send(engine, line(step(add_one, (0,), 1)), 1)
    assert after.wait()
    assert after.value == 2


def test_a_chain_of_submissions(engine: Engine) -> None:
    plan = line(step(add_one, (0,), 1))
    last = Promise(0)
    for _ in range(500):
        (last,) = send(engine, plan, None, depends=((0, last),))
    assert last.wait()
    assert last.value == 500
    engine.idle()


def test_output_that_is_an_input_and_strong_promises(engine: Engine) -> None:
    plan = line(step(add_one, (0,), 1), outputs=(0, 1))
    promises = [Promise(), Promise()]
    submission = engine.submit(plan, environment(plan, 5), promises)
    submission.finished.wait()
    assert [promise.value for promise in promises] == [5, 6]
    nothing = Plan(1, 1, (0,), (), (), (), 0.0, 0)
    (promise,) = send(engine, nothing, 3)
    assert promise.wait()
    assert promise.value == 3


def test_an_output_is_published_before_the_plan_ends(engine: Engine) -> None:
    gate = threading.Event()

    def late(x: Any) -> Any:
        assert gate.wait(60)
        return x

    segments = (Segment(0, (step(add_one, (0,), 1),), ()), Segment(0, (step(late, (1,), 2),), ()))
    plan = Plan(3, 1, (1, 2), segments, (Stream("cpu:0", (0, 1)),), (), 0.0, 1)
    first, second = send(engine, plan, 1)
    assert first.wait()
    assert first.value == 2
    assert not second.is_set()
    gate.set()
    assert second.wait()


def test_streams_overlap(engine: Engine) -> None:
    meet = threading.Barrier(3)

    def together(x: Any) -> Any:
        meet.wait(60)
        return x

    segments = tuple(Segment(number, (step(together, (0,), number + 1),), ()) for number in range(3))
    streams = (Stream("cpu:0", (0,)), Stream("cpu:0", (1,)), Stream("cpu:1", (2,)))
    promises = send(engine, Plan(4, 1, (1, 2, 3), segments, streams, (), 0.0, 1), 1)
    assert all(promise.wait() for promise in promises)


def test_results_nobody_can_see_are_not_computed(engine: Engine) -> None:
    gate, ran = threading.Event(), []

    def block(x: Any) -> Any:
        assert gate.wait(60)
        return x

    def count(x: Any) -> Any:
        ran.append(x)
        return x

    blocker = line(step(block, (0,), 1))
    plan = line(step(count, (0,), 1))
    (held,) = send(engine, blocker, 0)
    # A chain that hangs on the blocker: its head is referred to by the dead end of the chain only.
    last = held
    for _ in range(20):
        (last,) = send(engine, plan, None, depends=((0, last),))
    (live,) = send(engine, plan, "live")
    live.wait()
    del last
    gc.collect()
    gate.set()
    engine.idle()
    assert ran == ["live"]
    assert held.value == 0


def test_admission_by_bytes() -> None:
    engine = make_engine(threads=4, in_flight_bytes=100)
    running, most = [0], [0]
    lock = threading.Lock()

    def work(x: Any) -> Any:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        np.linalg.svd(np.ones((30, 30)))
        with lock:
            running[0] -= 1
        return x

    promises = [send(engine, line(step(work, (0,), 1), peak=50), 0)[0] for _ in range(40)]
    promises += send(engine, line(step(work, (0,), 1), peak=10**9), 0)
    assert all(promise.wait() for promise in promises)
    assert most[0] <= 2
    engine.idle()
    assert engine._running_bytes == engine._running == engine._queued == 0
    engine.stop()


def test_submit_blocks_beyond_the_queue_and_not_before() -> None:
    engine = make_engine(in_flight_bytes=1, max_queued=3)
    gate, entered = threading.Event(), threading.Event()

    def block(x: Any) -> Any:
        entered.set()
        assert gate.wait(60)
        return x

    promises = send(engine, line(step(block, (0,), 1)), 0)
    assert entered.wait(60)
    plan = line(step(add_one, (0,), 1))
    for _ in range(4):
        promises += send(engine, plan, 0)
    submitted = threading.Event()

    def more() -> None:
        promises.extend(send(engine, plan, 0))
        submitted.set()

    thread = threading.Thread(target=more)
    thread.start()
    assert not submitted.wait(0.05)
    gate.set()
    assert submitted.wait(60)
    thread.join()
    assert all(promise.wait() for promise in promises)
    engine.stop()


def test_memory_returns_to_the_pool_by_the_time_a_wait_ends(engine: Engine) -> None:
    pool = engine.devices["cpu:0"].pool

    def run(environment: Environment, lane: Lane) -> None:
        for slot in (1, 2):
            environment[slot] = lane.empty((1 << 20,), np.dtype(np.uint8))
            environment[slot][0] = 1

    both = Step("both", run, (0,), (1, 2), 1, 0.0)
    plan = Plan(3, 1, (2,), (Segment(0, (both,), ()),), (Stream("cpu:0", (0,)),), (), 0.0, 2 << 20)
    for _ in range(50):
        (promise,) = send(engine, plan, 0)
        promise.wait()
        assert pool.statistics().live == 1 << 20
        del promise
        engine.idle()
        assert pool.statistics().live == 0
    assert pool.statistics().reuses >= 90


def test_a_stored_failure_keeps_no_arrays_alive(engine: Engine) -> None:
    pool = engine.devices["cpu:0"].pool

    def run(environment: Environment, lane: Lane) -> None:
        local = lane.empty((1 << 20,), np.dtype(np.uint8))
        environment[0] = None
        raise ValueError(local.size)

    plan = line(Step("bad", run, (0,), (1,), 1, 0.0))
    slots: Environment = [None, None]
    engine.run(plan, slots)
    (promise,) = send(engine, plan, 0)
    promise.wait()
    assert isinstance(slots[1], Failure)
    assert isinstance(promise.value, Failure)
    assert pool.statistics().live == 0


def test_waiting_on_a_worker_raises(engine: Engine) -> None:
    pending = Promise()

    def wait(x: Any) -> Any:
        with pytest.raises(RuntimeError, match="own thread"):
            engine.idle()
        pending.wait()

    (promise,) = send(engine, line(step(wait, (0,), 1)), 0)
    promise.wait()
    with pytest.raises(RuntimeError, match="own thread"):
        promise.value.raise_()
    raised = []
    (trigger,) = send(engine, line(step(add_one, (0,), 1)), 0)

    def on_loop() -> None:
        try:
            pending.wait()
        except RuntimeError as error:
            raised.append(error)

    ended = Promise()
    engine._loop.post(on_loop)
    engine._loop.post(ended.set, True)
    assert ended.wait()
    assert len(raised) == 1
    assert trigger.wait()


def test_a_plan_for_an_unknown_device_fails_and_does_not_hang(engine: Engine) -> None:
    plan = Plan(2, 1, (1,), (Segment(0, (step(add_one, (0,), 1),), ()),), (Stream("gpu:7", (0,)),), (), 0.0, 1)
    (promise,) = send(engine, plan, 0)
    promise.wait()
    assert isinstance(promise.value.error, KeyError)
    engine.idle()
    with pytest.raises(ValueError, match="2 promises for 1 output"):
        engine.submit(plan, [0, None], [None, None])


def test_engine_starts_one_loop_under_a_race() -> None:
    for _ in range(10):
        engine = make_engine()
        before = threading.active_count()
        barrier = threading.Barrier(4)
        plan = line(step(add_one, (0,), 1))
        results: list[int] = []

        def race(
            engine: Engine = engine, barrier: threading.Barrier = barrier, plan: Plan = plan, results: list[int] = results
        ) -> None:
            barrier.wait()
            (promise,) = send(engine, plan, 1)
            promise.wait()
            results.append(promise.value)

        threads = [threading.Thread(target=race) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [2] * 4
        assert threading.active_count() <= before + 3
        engine.stop()


def test_trace_records_steps_of_both_ways(engine: Engine) -> None:
    plan = line(step(add_one, (0,), 1))
    trace = engine.trace = Trace()
    engine.run(plan, [1, None])
    (promise,) = send(engine, plan, 1)
    promise.wait()
    engine.idle()
    engine.trace = None
    engine.run(plan, [1, None])
    inline, worker = trace.records
    assert (inline.name, inline.device, inline.thread, inline.stream) == ("add_one", "cpu:0", threading.get_ident(), -1)
    assert worker.stream == 0
    assert worker.thread != inline.thread
    assert inline.start <= inline.end <= worker.end


def test_background_runs_in_order_and_survives_errors(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))
    engine.background(lambda: seen.append(1))
    engine.background(lambda: 1 / 0)
    engine.background(lambda: seen.append(2))
    engine.background_idle()
    assert seen == [1, ZeroDivisionError, 2]


def test_stopped_engine_keeps_results_and_runs_in_the_caller() -> None:
    engine = make_engine()
    gate = threading.Event()

    def block(x: Any) -> Any:
        assert gate.wait(60)
        return x

    plan = line(step(add_one, (0,), 1))
    (done,) = send(engine, plan, 1)
    done.wait()
    (held,) = send(engine, line(step(block, (0,), 1), step(add_one, (1,), 2)), 1)
    (behind,) = send(engine, plan, None, depends=((0, held),))
    threading.Timer(0.05, gate.set).start()
    engine.stop()
    assert done.value == 2
    for promise in (held, behind):
        assert promise.wait()
        with pytest.raises(RuntimeError, match="engine stopped"):
            promise.value.raise_()
    (after,) = send(engine, plan, None, depends=((0, done),))
    assert after.value == 3
    (poisoned,) = send(engine, plan, None, depends=((0, held),))
    assert poisoned.value is held.value
    engine.idle()


def random_plan(rng: np.random.Generator, size: int, streams: int, failing: bool) -> Plan:
    """A random DAG, its nodes dealt to streams, with segments that wait for just the segments they read from."""

    def node(position: int, reads: tuple[int, ...], bad: bool, frees: tuple[int, ...]) -> Step:
        def run(environment: Environment, lane: Lane) -> None:
            if bad:
                raise ValueError(str(position))
            out = lane.empty((20_000,), np.dtype(np.float64))
            out[:] = position
            for slot in reads:
                np.multiply(out, 0.5, out)

                def add_part(start: int, stop: int, other: Any = environment[slot]) -> None:
                    np.add(out[start:stop], other[start:stop], out[start:stop])

                lane.split(add_part, 20_000, 4_000)
            environment[position] = out

        return Step(f"n{position}", run, reads, (position,), position, 0.0, frees)

    reads = {position: tuple({int(rng.integers(position)) for _ in range(rng.integers(1, 4))}) for position in range(1, size)}
    home = {position: int(rng.integers(streams)) for position in range(1, size)}
    outputs = tuple(sorted({int(slot) for slot in rng.integers(1, size, 5)} | {size - 1}))
    readers: dict[int, list[int]] = {}
    for position, slots in reads.items():
        for slot in slots:
            readers.setdefault(slot, []).append(position)
    grouped: list[list[int]] = []
    for position in range(1, size):
        if grouped and home[grouped[-1][0]] == home[position]:
            grouped[-1].append(position)
        else:
            grouped.append([position])
    number = {position: index for index, group in enumerate(grouped) for position in group}
    segments = []
    for index, group in enumerate(grouped):
        steps = []
        for position in group:
            # a slot all of whose readers are this step, or earlier ones of its segment, may be freed here
            frees = tuple(
                slot
                for slot in reads[position]
                if slot and slot not in outputs and all(number[r] == index and r <= position for r in readers[slot])
            )
            steps.append(node(position, reads[position], failing and rng.random() < 0.05, frees))
        waits = tuple(sorted({number[slot] for position in group for slot in reads[position] if slot and number[slot] != index}))
        segments.append(Segment(home[group[0]], tuple(steps), waits))
    lanes = tuple(
        Stream(f"cpu:{stream % 2}", tuple(i for i, segment in enumerate(segments) if segment.stream == stream))
        for stream in range(streams)
    )
    plan = Plan(size, 1, outputs, tuple(segments), lanes, (), 0.0, size * 160_000)
    plan.check()
    return plan


@pytest.mark.parametrize("failing", [False, True])
def test_random_plans_equal_serial_execution(engine: Engine, failing: bool) -> None:
    rng = np.random.default_rng(7 + failing)
    for _ in range(20):
        plans = [random_plan(rng, int(rng.integers(4, 40)), 3, failing) for _ in range(4)]
        first = np.arange(20_000.0)
        expected = []
        for plan in plans:
            slots = environment(plan, first)
            engine.run(plan, slots)
            expected.append([slots[slot] for slot in plan.outputs])
        found = [send(engine, plan, first) for plan in plans]
        for wanted, promises in zip(expected, found, strict=True):
            for value, promise in zip(wanted, promises, strict=True):
                assert promise.wait()
                if isinstance(value, Failure):
                    assert isinstance(promise.value, Failure)
                    assert failing
                    assert isinstance(promise.value.error, ValueError)
                else:
                    np.testing.assert_array_equal(promise.value, value)
    engine.idle()
    del expected, found, wanted, promises, value, promise, slots
    gc.collect()
    assert engine.devices["cpu:0"].pool.statistics().live == 0
