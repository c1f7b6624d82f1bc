"""The CPU device's workers and its lane."""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from lazytensor.runtime import limits
from lazytensor.runtime.blas import blas_single_thread
from lazytensor.runtime.devices.cpu import SHORT_UNITS, CpuDevice
from lazytensor.runtime.memory import Pool
from lazytensor.runtime.promise import Promise


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    faulthandler.dump_traceback_later(60, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


def device(threads: int) -> CpuDevice:
    return CpuDevice(0, threads, Pool())


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize(("count", "grain"), [(0, 1), (1, 10), (10, 10), (11, 10), (100, 1), (1000, 7), (12345, 64)])
def test_split_covers_the_range_in_multiples_of_grain(threads: int, count: int, grain: int) -> None:
    lane = device(threads).lane
    ranges: list[tuple[int, int]] = []
    lane.split(lambda start, stop: ranges.append((start, stop)), count, grain)
    ranges.sort()
    assert [start for start, _ in ranges] == [0, *(stop for _, stop in ranges[:-1])][: len(ranges)]
    assert (ranges[-1][1] if ranges else 0) == count
    assert all((stop - start) % grain == 0 or stop == count for start, stop in ranges)
    assert len(ranges) <= 4 * threads


def test_split_uses_workers_and_no_more_threads_than_the_device_has() -> None:
    cpu = device(3)
    everyone = threading.Barrier(3)
    threads: set[int] = set()

    def task(start: int, stop: int) -> None:
        if threading.get_ident() not in threads:
            threads.add(threading.get_ident())
            everyone.wait(30)

    cpu.lane.split(task, 12, 1)
    assert len(threads) == 3


def test_short_work_leaves_the_compiler_its_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the compiler's process is busy short work asks for one worker less; not in a child that was forked meanwhile."""

    def in_one_piece(units: int) -> bool:
        pieces: list[tuple[int, int]] = []
        # One of its own: a worker that comes late counts as busy.
        device(2).split(lambda start, stop: pieces.append((start, stop)), units, 1)
        return pieces == [(0, units)]

    assert not in_one_piece(4)
    monkeypatch.setattr(limits, "busy", [os.getpid()])
    assert in_one_piece(4)
    assert not in_one_piece(SHORT_UNITS + 1)
    monkeypatch.setattr(limits, "busy", [os.getpid() + 1])
    assert not in_one_piece(4)


def test_numpy_is_quiet_on_workers() -> None:
    cpu = device(2)
    state = Promise()
    cpu.start(lambda: state.set(np.geterr()))
    state.wait()
    assert set(state.value.values()) == {"ignore"}


def test_nested_split_with_all_workers_busy() -> None:
    cpu = device(2)
    done = [Promise() for _ in range(6)]
    total: list[int] = []

    def leaf(start: int, stop: int) -> None:
        total.extend(range(start, stop))

    def middle(start: int, stop: int) -> None:
        for _ in range(start, stop):
            cpu.lane.split(leaf, 10, 1)

    def job(promise: Promise) -> None:
        cpu.lane.split(middle, 5, 1)
        promise.set(True)

    for promise in done:
        cpu.start(lambda promise=promise: job(promise))  # type: ignore[misc]
    cpu.lane.split(middle, 5, 1)
    for promise in done:
        promise.wait()
    assert sorted(total) == sorted(list(range(10)) * 5 * 7)


def test_split_raises_the_first_error_and_works_again() -> None:
    cpu = device(2)

    def task(start: int, stop: int) -> None:
        raise ValueError(str(start))

    for _ in range(50):
        with pytest.raises(ValueError, match=r"\d"):
            cpu.lane.split(task, 100, 1)
    covered: list[int] = []
    cpu.lane.split(lambda start, stop: covered.extend(range(start, stop)), 100, 1)
    assert sorted(covered) == list(range(100))


def test_error_of_a_helper_reaches_the_caller() -> None:
    cpu = device(2)
    caller = threading.get_ident()
    helped = threading.Event()

    def task(start: int, stop: int) -> None:
        if threading.get_ident() == caller:
            assert helped.wait(30)
        else:
            helped.set()
            raise ValueError("helper")

    with pytest.raises(ValueError, match="helper"):
        cpu.lane.split(task, 100, 1)


def test_many_callers_at_once() -> None:
    cpu = device(2)

    def call() -> None:
        for _ in range(200):
            covered: list[int] = []
            cpu.lane.split(lambda start, stop, covered=covered: covered.extend(range(start, stop)), 50, 1)  # type: ignore[misc]
            assert sorted(covered) == list(range(50))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settled = Promise()
    cpu.start(lambda: settled.set(True))
    settled.wait()
    assert cpu._outside == 0


def test_stopped_device_still_splits_in_the_caller() -> None:
    cpu = device(2)
    cpu.lane.split(lambda start, stop: None, 10, 1)
    cpu.stop(30)
    assert not any(worker.is_alive() for worker in cpu._workers)
    covered: list[int] = []
    cpu.lane.split(lambda start, stop: covered.extend(range(start, stop)), 10, 1)
    assert sorted(covered) == list(range(10))


def test_blas_setting_is_restored_at_the_last_leave() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl")

    def setting() -> list[int]:
        return [info["num_threads"] for info in threadpoolctl.threadpool_info() if info["user_api"] == "blas"]

    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = setting()
        lane = device(1).lane
        with lane.blas():
            with blas_single_thread():
                assert set(setting()) <= {1}
            assert set(setting()) <= {1}
        assert setting() == before
