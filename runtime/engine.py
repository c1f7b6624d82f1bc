"""The engine: runs plans in the calling thread, or in the background on the devices' workers under one asyncio loop.

Decides when a submitted plan starts (its dependencies, the bytes in flight), and looks after forks and the interpreter's exit.
"""

from __future__ import annotations

import atexit
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from heapq import heappop, heappush
from time import monotonic
from typing import TYPE_CHECKING

from lazytensor.compiler.plan import Environment, Lane, Plan
from lazytensor.compiler.shield import complete, shielded
from lazytensor.runtime import blas, forks
from lazytensor.runtime import promise as promises
from lazytensor.runtime.background import Background
from lazytensor.runtime.devices.cpu import CpuDevice
from lazytensor.runtime.errstate import quietly
from lazytensor.runtime.execute import Executor, Progress, Sites
from lazytensor.runtime.loop import LoopThread
from lazytensor.runtime.promise import Failure, Promise, on_engine_thread, settle
from lazytensor.runtime.trace import Trace

if TYPE_CHECKING:
    from lazytensor.runtime.streams import Output, Submission

EXIT_SECONDS = 2.0


class Engine:
    """Runs plans on `devices`, by name.

    Submissions run in the order they become ready, oldest first, while the sum of their plans' `peak_bytes` stays within
    `in_flight_bytes` (one always runs). Beyond `max_queued` submissions that have not started, `submit` blocks. Attributes that
    begin with an underscore and have no lock are used on the loop's thread only.
    """

    def __init__(self, devices: Mapping[str, CpuDevice], in_flight_bytes: int, max_queued: int = 64) -> None:
        self.devices = dict(devices)
        self.in_flight_bytes = in_flight_bytes
        self.max_queued = max_queued
        self._lanes = {name: device.inline_lane for name, device in self.devices.items()}
        self._executor = Executor()
        self._loop = LoopThread()
        self._background = Background()
        self._reset()
        _watch(self)

    def _reset(self) -> None:
        # Re-entrant: a signal handler or a finalizer that waits may come in between.
        self._lock = threading.RLock()
        self._submissions: dict[int, Submission] = {}  # in flight, by number; under _lock, as are the next three
        self._queued = 0
        self._count = 0
        self._held_back: deque[Promise] = deque()  # who waits for the queue to get shorter
        self._ready: list[tuple[int, Submission]] = []
        self._dead: deque[Submission] = deque()  # appended to by finalizers
        self._running = 0
        self._running_bytes = 0
        self._planning = 0
        self._quiet: Promise | None = None  # set while a fork waits, to be told that nothing runs
        self._unplanned: list[Submission] = []  # came meanwhile
        # In a forked child: what its parent had queued, as long as a promise of it can be seen.
        self._inherited: weakref.WeakSet[Submission] = weakref.WeakSet()

    @property
    def trace(self) -> Trace | None:
        """Where steps are recorded while this is not None."""
        return self._executor.trace

    @trace.setter
    def trace(self, trace: Trace | None) -> None:
        self._executor.trace = trace

    @property
    def lane(self) -> Lane:
        """What the calling thread may use of the first device."""
        return next(iter(self._lanes.values()))

    @property
    def errors(self) -> Sequence[Failure]:
        """Failures not yet taken, oldest first."""
        return tuple(self._executor.errors)

    def take_error(self) -> Failure | None:
        """The first failure that has not been raised at a wait, or None; forgets all failures so far."""
        return self._executor.take_error()

    def run(self, plan: Plan, environment: Environment, sites: Sites = None, progress: Progress | None = None) -> None:
        """Run a plan in the calling thread, from where `progress` says, which is kept up. Results, or failures in their place, are
        in the output slots afterwards."""
        quietly(self._executor.inline, plan, environment, self._lanes, sites, progress)

    def submit(
        self,
        plan: Plan,
        environment: Environment,
        outputs: Sequence[Output],
        depends: Sequence[tuple[int, Promise]] = (),
        sites: Sites = None,
    ) -> Submission:
        """Run a plan in the background, once the promises in `depends`, by slot, are set.

        `outputs`, a promise for each of the plan's, best by weak reference, are set as soon as the segment that writes them ends.
        The environment belongs to the engine from here on. Blocks while too many submissions are queued; an interrupt leaves that
        wait with nothing submitted. After the interpreter began to exit it runs the plan in the calling thread.
        """
        submission = self.submission(lambda: plan, environment, outputs, depends, sites)
        submission.adopt(plan)
        self.enter(submission)
        return submission

    def submission(
        self,
        prepare: Callable[[], Plan],
        environment: Environment,
        outputs: Sequence[Output],
        depends: Sequence[tuple[int, Promise]],
        sites: Sites,
    ) -> Submission:
        """What `enter` takes. Unless it is given a plan by `adopt`, `prepare()` makes one, on a worker; see `submit` for the rest."""
        complete("lazytensor.runtime.streams")
        from lazytensor.runtime.streams import Submission  # delayed: start-up time

        return Submission(prepare, environment, outputs, depends, sites, self._dead.append)

    def enter(self, submission: Submission, patient: bool = True) -> None:
        """Run a submission. Interrupted, it may be called again; entered twice, it runs once. Unless `patient`, never blocks."""
        patient = patient and not on_engine_thread()
        while not submission.number:
            room: Promise | None = None
            with self._lock:
                if self._executor.stopped:
                    break
                if patient and self._queued > self.max_queued:
                    room = Promise()
                    self._held_back.append(room)
                else:
                    self._queued += 1
                    self._count += 1
                    submission.number = self._count
                    self._submissions[submission.number] = submission
            if room is not None:
                room.wait()
        if submission.number:
            try:
                self._loop.post(self._accept, submission)
                return
            except RuntimeError:  # no thread can be started: the interpreter is exiting
                with self._lock:
                    if self._submissions.pop(submission.number, None) is not None:
                        self._queued -= 1
        self._run_now(submission)

    def idle(self) -> None:
        """Block until nothing is in flight."""
        if on_engine_thread():
            raise RuntimeError("cannot wait for the engine on its own thread")
        for submission in list(self._inherited):
            self._restart(submission)
        while submissions := list(self._submissions.values()):
            for submission in submissions:
                # This may be a signal handler, above an `enter` that was about to tell the loop.
                self._loop.post(self._accept, submission)
                submission.finished.wait()

    def background(self, function: Callable[[], object]) -> None:
        """Run `function` on a low-priority thread, after those given before."""
        if self._background.started:
            self._background.put(function)
        else:
            shielded(partial(self._background.put, function))

    def background_checkpoint(self) -> None:
        """Called by a background function between its pieces, such as one kernel; see `Background.checkpoint`."""
        self._background.checkpoint()

    def background_outside(self) -> AbstractContextManager[None]:
        """Entered by a background function that waits for another process; see `Background.outside`."""
        return self._background.outside()

    def background_rest(self, function: Callable[[], object]) -> None:
        """Have `function` run in the background when nothing was given to it for a while, from now on."""
        self._background.at_rest = function
        self.background(lambda: None)

    def background_idle(self) -> None:
        """Block until all background functions given so far have run."""
        self._background.idle()

    def stop(self) -> None:
        """Take up no new step, wait briefly for those running (for a kernel being compiled, until it is done), and fail what is in
        flight. Results stay readable."""
        with self._lock:
            self._executor.stopped = True
        self._make_room()
        self._background.stop()
        deadline = monotonic() + EXIT_SECONDS
        for device in self.devices.values():
            device.stop(max(0.0, deadline - monotonic()))
        self._loop.stop(max(0.1, deadline - monotonic()))
        with self._lock:
            unfinished = list(self._submissions.values())
            self._submissions.clear()
        for submission in unfinished:
            submission.abandon(Failure(RuntimeError("the engine stopped before this value was computed")))

    def _accept(self, submission: Submission) -> None:
        if not submission.accepted:
            submission.accepted = True
            if submission.planned:
                self._planned(submission)
            elif self._quiet is not None:
                self._unplanned.append(submission)
            else:
                self._planning += 1
                next(iter(self.devices.values())).start(partial(self._plan, submission))

    def _plan(self, submission: Submission) -> None:
        """On a worker: planning may take as long as computing."""
        problem: BaseException | None = None
        try:
            if submission.visible():
                submission.adopt(submission.prepare())
        except BaseException as error:  # whatever happens, nobody may wait for ever
            problem = error
        self._loop.post(self._plan_ended, submission, problem)

    def _plan_ended(self, submission: Submission, problem: BaseException | None) -> None:
        self._planning -= 1
        self._planned(submission, problem)
        self._rest()

    def _planned(self, submission: Submission, problem: BaseException | None = None) -> None:
        if problem is not None or not submission.planned:
            self._take(submission)
            if problem is not None:
                submission.abandon(Failure(problem))
            self._retire(submission)
            return
        depends = [promise for _, promise in submission.depends if not promise.is_set()]
        submission.missing = len(depends)
        for promise in depends:
            promise.add_callback(lambda _: self._loop.post(self._dependency_set, submission))
        if not depends:
            heappush(self._ready, (submission.number, submission))
            self._admit()

    def _dependency_set(self, submission: Submission) -> None:
        submission.missing -= 1
        if not submission.missing and not submission.started:
            heappush(self._ready, (submission.number, submission))
            self._admit()

    def _admit(self) -> None:
        """Start what is ready and fits. Submissions whose results nobody can see go first: with them go the promises they depend
        on, and with those, perhaps, the reason to compute anything else."""
        while self._quiet is None:
            while self._dead:
                dead = self._dead.popleft()
                if dead.planned and not dead.started and not dead.visible():
                    self._take(dead)
                    self._retire(dead)
            if not self._ready:
                return
            submission = self._ready[0][1]
            if not submission.started:
                size = submission.plan.peak_bytes
                if self._running and self._running_bytes + size > self.in_flight_bytes:
                    return
            heappop(self._ready)
            if submission.started:
                continue
            self._take(submission)
            if submission.visible():
                self._running += 1
                self._running_bytes += submission.plan.peak_bytes
                self._begin(submission)
            else:
                self._retire(submission)

    def _take(self, submission: Submission) -> None:
        submission.started = True
        with self._lock:
            self._queued -= 1
        self._make_room()

    def _make_room(self) -> None:
        """Have those who are held back look again."""
        held_back = self._held_back
        while held_back:
            held_back.popleft().set(True)

    def _begin(self, submission: Submission) -> None:
        from lazytensor.runtime.streams import run_streams  # delayed: start-up time

        submission.bind()
        plan = submission.plan
        for promise, value in submission.results(set(range(plan.inputs))):
            settle(promise, value)
        submission.events = [self._loop.future() for _ in plan.segments]
        self._loop.spawn(run_streams(submission, self._start_segment), partial(self._finish, submission))

    def _start_segment(self, submission: Submission, number: int) -> None:
        plan = submission.plan
        device = self.devices[plan.streams[plan.segments[number].stream].device]
        device.start(partial(self._run_segment, submission, number, device))

    def _run_segment(self, submission: Submission, number: int, device: CpuDevice) -> None:
        """On a worker: run the steps, publish the outputs among what they wrote, and tell the loop."""
        segment = submission.plan.segments[number]
        outputs = set(submission.plan.outputs)
        executor = self._executor
        problem: BaseException | None = None
        try:
            for place, step in enumerate(segment.steps, 1):
                executor.careful((step,), submission.environment, device.lane, submission.sites, device.name, segment.stream)
                if executor.stopped:
                    return  # some steps may not have run
                if place < len(segment.steps) and not outputs.isdisjoint(step.writes):
                    # Who waits for a value does not wait for its readers.
                    for promise, value in submission.results(set(step.writes)):
                        settle(promise, value)
            results = submission.results(submission.written(number))
            with self._lock:
                submission.remaining -= 1
                if not submission.remaining:
                    submission.environment = []  # before anybody wakes up, who may look at the memory in use
            while results:
                settle(*results.pop(0))
        except BaseException as error:  # not a step's, which are values by now; but whatever happens, nobody may wait for ever
            problem = error
        self._loop.post(self._segment_ended, submission, number, problem)

    def _segment_ended(self, submission: Submission, number: int, problem: BaseException | None) -> None:
        event = submission.events[number]
        if event.done():
            return
        if problem is None:
            event.set_result(None)
        else:
            event.set_exception(problem)

    def _finish(self, submission: Submission, problem: BaseException | None) -> None:
        self._running -= 1
        self._running_bytes -= submission.plan.peak_bytes
        if problem is not None:
            submission.abandon(Failure(problem))
        self._retire(submission)
        self._rest()
        self._admit()

    def _retire(self, submission: Submission) -> None:
        submission.release()
        with self._lock:
            self._submissions.pop(submission.number, None)
        settle(submission.finished, True)

    def _run_now(self, submission: Submission) -> None:
        if not submission.planned:
            submission.adopt(submission.prepare())
        for slot, promise in submission.depends:
            submission.environment[slot] = (
                promise.value if promise.is_set() else Failure(RuntimeError("the engine stopped before this value was computed"))
            )
        self.run(submission.plan, submission.environment, submission.sites)
        for promise, value in submission.results(set(submission.plan.outputs)):
            settle(promise, value)
        submission.release()
        settle(submission.finished, True)

    def _before_fork(self, deadline: float) -> None:
        """Start nothing new, and let what runs come to its end: its values are the child's too. What is queued stays so."""
        if self._loop.started and not on_engine_thread() and not self._executor.stopped:
            quiet = Promise()
            self._loop.post(self._pause, quiet)
            quiet.wait(max(0.0, deadline - monotonic()))
        self._background.before_fork(deadline)

    def _pause(self, quiet: Promise) -> None:
        self._quiet = quiet
        self._rest()

    def _rest(self) -> None:
        if self._quiet is not None and not self._running and not self._planning and not self._quiet.is_set():
            self._quiet.set(True)

    def _after_fork_in_parent(self) -> None:
        self._background.after_fork_in_parent()
        if self._loop.started:
            self._loop.post(self._resume)

    def _resume(self) -> None:
        self._quiet = None
        unplanned, self._unplanned = self._unplanned, []
        for submission in unplanned:
            submission.accepted = False
            self._accept(submission)
        self._admit()

    def _after_fork(self) -> None:
        """In the child: new locks, loop and workers. What the parent had queued is run when somebody asks for it; what was running
        for so long that the fork could not wait for it fails here."""
        queued = [*self._submissions.values(), *self._inherited]
        self._background.after_fork()
        self._loop.after_fork()
        for device in self.devices.values():
            device.after_fork()
        self._executor.errors.clear()
        self._reset()
        failure = Failure(RuntimeError("this value was being computed by the parent process when it forked"))
        for submission in queued:
            if submission.started:
                submission.forget(failure)
            else:
                self.inherit(submission)

    def inherit(self, submission: Submission) -> None:
        """In the child: run what the parent had queued, or was about to, when somebody asks for a result of it."""
        if not submission.started:
            self._inherited.add(submission)
            submission.postpone(partial(self._restart, submission))

    def _restart(self, submission: Submission) -> None:
        with self._lock:
            waits = submission in self._inherited
            self._inherited.discard(submission)
        if waits:
            submission.watch(self._dead.append)
            self.enter(submission, patient=False)


class _Engines(forks.Stage):
    """All engines of the process."""

    def before(self, deadline: float) -> None:
        for engine in list(_engines):
            engine._before_fork(deadline)

    def in_parent(self) -> None:
        for engine in list(_engines):
            engine._after_fork_in_parent()

    def in_child(self) -> None:
        promises.after_fork()
        blas.blas_single_thread().after_fork()
        for engine in list(_engines):
            engine._after_fork()


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_watching = False
forks.register(forks.ENGINES, _Engines())


def _watch(engine: Engine) -> None:
    """Have the engine stop when the interpreter exits."""
    global _watching
    _engines.add(engine)
    if not _watching:
        _watching = True
        atexit.register(_stop_all)


def _stop_all() -> None:
    for engine in list(_engines):
        engine.stop()
