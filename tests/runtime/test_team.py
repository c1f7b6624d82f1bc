"""Kernels shared by native fork and join: every element once, whoever leads, however late a worker comes."""

from __future__ import annotations

import ctypes
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from lazytensor.compiler.plan import KernelTask
from lazytensor.runtime import team
from lazytensor.runtime.devices.cpu import CpuDevice
from lazytensor.runtime.memory import Pool, thread_memory

PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_int64,) * 4)


class Kernel:
    """A kernel that is a Python function of (block, start, stop) and returns its status; `came` holds the threads that ran it, each with
    its memory."""

    def __init__(self, function: Callable[[int, int, int], int]) -> None:
        self.came: set[tuple[int, int]] = set()

        def run(scratch: int, other: int, block: int, start: int, stop: int, memory: int) -> int:
            self.came.add((threading.get_ident(), memory))
            return function(block, start, stop)

        self._callback = PROTOTYPE(run)
        self.address = ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def memory(self) -> int:
        return thread_memory()

    def __call__(self, block: int, start: int, stop: int) -> None:
        if status := self._callback(None, None, block, start, stop, self.memory()):
            raise RuntimeError(f"status {status}")


@pytest.fixture
def device() -> Iterator[CpuDevice]:
    made = CpuDevice(0, 4, Pool())
    yield made
    made.stop(5)


def record(into: Counter[int]) -> Kernel:
    lock = threading.Lock()

    def run(block: int, start: int, stop: int) -> int:
        with lock:
            into.update((block, place) for place in range(start, stop))  # type: ignore[misc]
        return 0

    return Kernel(run)


def test_every_element_is_computed_once(device: CpuDevice) -> None:
    draw = random.Random(0)
    for job in range(300):
        seen: Counter[int] = Counter()
        first, count, grain = draw.randrange(100), draw.randrange(1, 60), draw.randrange(1, 9)
        device.lane.split(KernelTask(record(seen), job, first), count, grain)
        assert seen == Counter((job, place) for place in range(first, first + count))


def test_leaders_at_the_same_time(device: CpuDevice) -> None:
    """One has the team; the others share their kernels by Python tasks."""
    failures: list[object] = []

    def lead(number: int) -> None:
        for job in range(60):
            seen: Counter[int] = Counter()
            device.lane.split(KernelTask(record(seen), job, 0), 40, 3)
            if seen != Counter((job, place) for place in range(40)):
                failures.append((number, job, seen))

    threads = [threading.Thread(target=lead, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert failures == []
    assert device._outstanding == 0
    assert device._outside == 0


def test_several_threads_help(device: CpuDevice) -> None:
    met: set[int] = set()
    both = threading.Event()

    def meet(block: int, start: int, stop: int) -> int:
        met.add(threading.get_ident())
        if len(met) > 1:
            both.set()
        both.wait(1)  # a worker that has just stopped looking out for kernels does not come
        return 0

    kernel = Kernel(meet)
    for _ in range(20):
        device.lane.split(KernelTask(kernel, 0, 0), 2, 1)
        if both.is_set():
            break
    threads, memory = zip(*kernel.came, strict=True)
    assert len(set(threads)) == len(set(memory)) == len(kernel.came) > 1  # each has one, of its own
    assert (threading.get_ident(), thread_memory()) in kernel.came


def test_a_worker_without_memory_does_not_help(device: CpuDevice, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise MemoryError

    monkeypatch.setattr(team, "thread_memory", refuse)
    seen: Counter[int] = Counter()
    kernel = record(seen)
    device.lane.split(KernelTask(kernel, 0, 0), 8, 1)
    assert len(seen) == 8
    assert kernel.came == {(threading.get_ident(), thread_memory())}
    done = threading.Event()
    device.start(done.set)
    assert done.wait(30)


def test_a_status_is_an_error(device: CpuDevice) -> None:
    def fail(block: int, start: int, stop: int) -> int:
        return int(start == 2)

    with pytest.raises(RuntimeError, match="status 1"):
        device.lane.split(KernelTask(Kernel(fail), 0, 0), 8, 1)
    seen: Counter[int] = Counter()
    device.lane.split(KernelTask(record(seen), 0, 0), 8, 1)
    assert len(seen) == 8


def test_workers_that_look_out_for_kernels_take_other_jobs(device: CpuDevice) -> None:
    for _ in range(100):
        seen: Counter[int] = Counter()
        device.lane.split(KernelTask(record(seen), 0, 0), 8, 1)
        done = threading.Event()
        device.start(done.set)
        assert done.wait(30)


def test_no_more_helpers_than_there_are_idle_workers(device: CpuDevice) -> None:
    release, started = threading.Event(), [threading.Event() for _ in range(3)]
    for event in started:

        def occupy(event: threading.Event = event) -> None:
            event.set()
            release.wait(30)

        device.start(occupy)
    for event in started:
        assert event.wait(30)
    threads = set()

    def run(block: int, start: int, stop: int) -> int:
        threads.add(threading.get_ident())
        return 0

    device.lane.split(KernelTask(Kernel(run), 0, 0), 64, 1)
    release.set()
    assert len(threads) == 1
