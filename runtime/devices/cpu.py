"""A CPU device: a share of the cores as persistent worker threads, and the lane through which steps use them.

Numba's own parallel layer aborts when two threads enter it, and BLAS threads multiply with ours; so this pool is the only one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np

from lazytensor.compiler.plan import KernelTask, ProductTask
from lazytensor.compiler.shield import shielded
from lazytensor.runtime import limits
from lazytensor.runtime.blas import BlasGuard, blas_single_thread
from lazytensor.runtime.errstate import quietly
from lazytensor.runtime.memory import Pool
from lazytensor.runtime.products import products, worth_waking
from lazytensor.runtime.promise import engine_threads
from lazytensor.runtime.team import Team

CHUNKS_PER_THREAD = 4
# Of work in no more units than these, of 0.1 ms or a panel each, one core less is used while the compiler has one (80 steps of a logistic
# regression on 50,000 x 20, two cores: 0.13 to 0.16 s a run, and 0.25 with both; NumPy 0.10).
SHORT_UNITS = 64


def _wake() -> None:
    """Put in the queue for a worker that sleeps, to have it look out for a kernel."""


class CpuDevice:
    """`threads` workers of device "cpu:<index>", started when first needed.

    `_outstanding` counts queued and running jobs, `_outside` the threads of others that are inside a split: helpers are asked for
    only while the sum leaves workers idle, so no more than `threads` threads compute at once on behalf of the device's splits.
    """

    def __init__(self, index: int, threads: int, pool: Pool) -> None:
        self.index = index
        self.name = f"cpu:{index}"
        self.threads = threads
        self.pool = pool
        self.lane = CpuLane(self, restarts=False)
        self.inline_lane = CpuLane(self, restarts=True)
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.RLock()  # a signal handler or a finalizer that waits may come in between
        self._growing = threading.Lock()
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._identities: set[int] = set()
        self._outstanding = 0
        self._outside = 0
        self._stopped = False
        self._team = Team()

    def start(self, job: Callable[[], None]) -> None:
        """Queue `job`, which must not raise, for a worker."""
        with self._lock:
            self._outstanding += 1
        self._grow()
        if not self._workers:
            raise RuntimeError(f"no worker thread could be started for {self.name}")
        self._put(job)

    def _put(self, job: Callable[[], None] | None) -> None:
        self._queue.put(job)
        self._team.call_off(True)

    def stop(self, timeout: float) -> None:
        """Let the workers end after the jobs queued so far, and wait `timeout` seconds for each at most."""
        with self._lock:
            self._stopped = True
            workers = list(self._workers)
        for _ in workers:
            self._put(None)
        for worker in workers:
            worker.join(timeout)

    def after_fork(self) -> None:
        """In the child, where the workers do not exist: start anew."""
        self._reset()
        self.pool.after_fork()

    def split(self, task: Callable[[int, int], None], count: int, grain: int) -> None:
        """See `Lane.split`."""
        units = -(-count // grain)
        if type(task) is ProductTask:
            native = products.task(task)
            if native is None and not worth_waking(task):
                task(0, count)
                return
            task = native or task
        outside = threading.get_ident() not in self._identities
        kernel = type(task) is KernelTask
        helpers, led = 0, False
        try:
            led = kernel and self._team.busy.acquire(blocking=False)
            # What writes over its operands is not cut up in Python, where an interrupt could come between the pieces.
            alone = kernel and not led and task.todo is not None  # type: ignore[attr-defined]
            # A worker that the compiler's process pushes off its core keeps the others waiting for the scheduler, some milliseconds.
            short = limits.busy[-1:] == [os.getpid()] and units <= SHORT_UNITS
            with self._lock:
                idle = self.threads - self._outstanding - self._outside - outside - short
                wanted = 0 if self._stopped or alone else max(0, min(units - 1, idle))
                # Counted without a call in between.
                self._outside += outside
                self._outstanding += wanted
                helpers = wanted
            if helpers:
                self._grow()
            if helpers and led:
                self._lead(task, count, grain, units, helpers)  # type: ignore[arg-type]
            elif helpers:
                split = Split(task, count, grain, units, helpers)
                helpers = 0  # they count themselves out
                split.run(self._put)
            else:
                task(0, count)
        finally:
            with self._lock:
                self._outside -= outside
                self._outstanding -= helpers
            if led:
                self._team.busy.release()

    def _lead(self, task: KernelTask, count: int, grain: int, units: int, helpers: int) -> None:
        """Run a kernel with idle workers, without Python."""
        chunks = min(units, CHUNKS_PER_THREAD * (helpers + 1))
        task.kernel.address  # noqa: B018  compiled before anybody waits for it
        try:
            for _ in range(helpers - self._team.expect(True)):
                self._queue.put(_wake)
            self._team.lead(task, count, -(-units // chunks) * grain, helpers)
        finally:
            self._team.expect(False)

    def _grow(self) -> None:
        """Have a worker for every outstanding job, as far as there are threads."""
        wanted = min(self.threads, self._outstanding)
        if len(self._workers) < wanted:
            shielded(partial(self._start_workers, wanted))

    def _start_workers(self, count: int) -> None:
        with self._growing:
            while len(self._workers) < count:
                name = f"lazytensor-{self.name}-{len(self._workers)}"
                worker = threading.Thread(target=quietly, args=(self._work,), name=name, daemon=True)
                try:
                    worker.start()
                except RuntimeError:
                    return  # no more threads, or the interpreter is exiting: those there are, and the caller, do the work
                self._workers.append(worker)

    def _work(self) -> None:
        queue, lock, team = self._queue, self._lock, self._team
        identity = threading.get_ident()
        engine_threads.add(identity)
        self._identities.add(identity)
        seen = 0
        while (job := queue.get()) is not None:
            woken = job is _wake
            if not woken:
                job()
                with lock:
                    self._outstanding -= 1
            del job  # what it refers to must not live until the next job comes
            if woken or (team.led and queue.empty()):
                team.call_off(False)
                seen = team.work(seen)
        engine_threads.discard(identity)


class CpuLane:
    """What a step running on the device may use; see `compiler.plan.Lane`."""

    __slots__ = ("_device", "blas", "empty", "restarts")

    def __init__(self, device: CpuDevice, restarts: bool) -> None:
        self._device = device
        self.restarts = restarts
        self.empty: Callable[[tuple[int, ...], np.dtype[Any]], np.ndarray[Any, Any]] = device.pool.empty
        self.blas: Callable[[], BlasGuard] = blas_single_thread

    def split(self, task: Callable[[int, int], None], count: int, grain: int) -> None:
        """See `Lane.split`."""
        if count > grain and self._device.threads > 1:
            self._device.split(task, count, grain)
        elif count > 0:
            task(0, count)


def _nothing(start: int, stop: int) -> None:
    pass


class Split:
    """One loop shared by the calling thread and helpers, who draw chunks from one iterator.

    A helper enters under the lock, and finds the split closed if it comes late. So the caller waits only for helpers that are
    inside `task`, never for a queue, and a split started by a worker while all others are busy ends all the same.
    """

    __slots__ = ("_chunk", "_closed", "_count", "_error", "_gate", "_helpers", "_inside", "_lock", "_starts", "_task")

    def __init__(self, task: Callable[[int, int], None], count: int, grain: int, units: int, helpers: int) -> None:
        chunks = min(units, CHUNKS_PER_THREAD * (helpers + 1))
        self._task = task
        self._count = count
        self._chunk = -(-units // chunks) * grain
        self._starts = iter(range(0, count, self._chunk))
        self._helpers = helpers
        self._lock = threading.Lock()
        self._gate = threading.Lock()
        self._inside = 0
        self._closed = False
        self._error: BaseException | None = None

    def run(self, put: Callable[[Callable[[], None]], None]) -> None:
        for _ in range(self._helpers):
            put(self._help)
        interrupt: BaseException | None = None
        try:
            self._draw()
        except BaseException as error:
            self._fail(error)
            interrupt = None if isinstance(error, Exception) else error
        with self._lock:
            self._closed = True
            inside = self._inside > 0
            if inside:
                self._gate.acquire()
        while inside:
            try:
                self._gate.acquire()
                inside = False
            except BaseException as error:  # an interrupt: helpers still write, so wait out the chunks they are at
                self._fail(error)
                interrupt = error
        # Helpers that come late still hold this object, and must not keep the task's arrays alive.
        self._task = _nothing
        raised = interrupt or self._error
        if raised is not None:
            self._error = None  # the frames of the traceback refer to this object
            raise raised

    def _draw(self) -> None:
        task, count, chunk = self._task, self._count, self._chunk
        for start in self._starts:
            if self._error is not None:
                return
            task(start, min(start + chunk, count))

    def _help(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._inside += 1
        try:
            self._draw()
        except BaseException as error:
            self._fail(error)
        with self._lock:
            self._inside -= 1
            if self._closed and self._inside == 0:
                self._gate.release()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if self._error is None:
                self._error = error
