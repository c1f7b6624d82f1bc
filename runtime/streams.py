"""One submitted plan on its way: `Submission`, and the coroutine of each of its streams.

A coroutine starts a segment on its device, awaits the segment's event, and awaits other streams' events only where the plan says
so.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from lazytensor.compiler.plan import Environment, Plan
from lazytensor.runtime.execute import Sites
from lazytensor.runtime.promise import Failure, Promise, settle

Output = weakref.ref[Promise] | Promise | None


class Submission:
    """A plan with its inputs and the promises of its outputs; `finished` is set (to True) when the engine is done with it.

    The plan may come later, by `adopt`, from `prepare()`. `outputs`, one for each of the plan's, are weak references as a rule: a
    submission whose promises are all gone before it starts is skipped. `on_death(submission)` is called when one of them goes, in a
    finalizer.
    """

    __slots__ = (
        "__weakref__", "accepted", "depends", "environment", "events", "finished", "missing", "number", "outputs", "plan", "planned",
        "prepare", "remaining", "sites", "started", "task",
    )  # fmt: skip

    plan: Plan

    def __init__(
        self,
        prepare: Callable[[], Plan],
        environment: Environment,
        outputs: Sequence[Output],
        depends: Sequence[tuple[int, Promise]],
        sites: Sites,
        on_death: Callable[[Submission], None],
    ) -> None:
        self.prepare = prepare
        self.environment = environment
        self.depends = depends
        self.sites = sites
        self.number = 0
        self.missing = 0
        self.remaining = 0
        self.planned = False
        self.accepted = False
        self.started = False
        self.finished = Promise()
        self.events: list[asyncio.Future[None]] = []
        self.task: asyncio.Task[None] | None = None
        self.outputs: list[Output] = list(outputs)
        self.watch(on_death)

    def adopt(self, plan: Plan) -> None:
        """Set the plan, whose inputs the environment holds."""
        if len(self.outputs) != len(plan.outputs):
            raise ValueError(f"{len(self.outputs)} promises for {len(plan.outputs)} outputs")
        self.plan = plan
        del self.prepare  # and what it refers to
        self.remaining = len(plan.segments)
        self.environment += [None] * (plan.slots - len(self.environment))
        self.planned = True

    def _watch(self, output: Output, on_death: Callable[[Submission], None]) -> Output:
        promise = output() if isinstance(output, weakref.ref) else None
        return output if promise is None else weakref.ref(promise, lambda _: on_death(self))

    def visible(self) -> bool:
        """Whether anybody can still see a result."""
        return bool(self._visible())

    def bind(self) -> None:
        """Take the values of the promises it depends on."""
        for slot, promise in self.depends:
            self.environment[slot] = promise.value
        self.depends = ()

    def results(self, slots: set[int], plan: Plan | None = None) -> list[tuple[Promise, Any]]:
        """The promises of those outputs that `slots` hold, where somebody can see them, and their values. `plan` stands for the one
        that is still to be adopted."""
        found = []
        for slot, output in zip((plan or self.plan).outputs, self.outputs, strict=True):
            if slot in slots:
                promise = output() if isinstance(output, weakref.ref) else output
                if promise is not None:
                    found.append((promise, self.environment[slot]))
        return found

    def written(self, number: int) -> set[int]:
        """The slots that segment `number` writes."""
        return {slot for step in self.plan.segments[number].steps for slot in step.writes}

    def abandon(self, failure: Failure) -> None:
        """Fail every output that has no value yet."""
        for promise in self._visible():
            settle(promise, failure)
        self.release()
        settle(self.finished, True)

    def forget(self, failure: Failure) -> None:
        """In a forked child: as `abandon`, calling nobody."""
        for promise in self._visible():
            promise.abandon(failure)
        self.release()
        self.finished.abandon(True)

    def postpone(self, start: Callable[[], object]) -> None:
        """In a forked child: have `start()` called when somebody asks for a result. The promises alone keep it until then."""
        self.number = self.missing = 0
        self.accepted = False
        self.finished = Promise()
        self.outputs = [weakref.ref(promise) if isinstance(output, weakref.ref) and (promise := output()) else output
                        for output in self.outputs]  # fmt: skip
        for promise in self._visible():
            promise.postpone(start)

    def watch(self, on_death: Callable[[Submission], None]) -> None:
        """Have `on_death(self)` called when a promise of an output goes."""
        self.outputs = [self._watch(output, on_death) for output in self.outputs]

    def _visible(self) -> list[Promise]:
        found = [output() if isinstance(output, weakref.ref) else output for output in self.outputs]
        return [promise for promise in found if promise is not None]

    def release(self) -> None:
        """Drop all it holds; the output references too, whose callbacks hold the submission."""
        self.environment = []
        self.depends = ()
        self.outputs = []
        self.sites = None


async def run_streams(submission: Submission, start: Callable[[Submission, int], None]) -> None:
    """All streams of the plan, each its own coroutine; `start(submission, number)` begins a segment, whose end resolves its
    event."""
    streams = range(len(submission.plan.streams))
    if len(streams) == 1:
        await _run_stream(submission, 0, start)
    else:
        await asyncio.gather(*(_run_stream(submission, stream, start) for stream in streams))


async def _run_stream(submission: Submission, stream: int, start: Callable[[Submission, int], None]) -> None:
    segments, events = submission.plan.segments, submission.events
    for number in submission.plan.streams[stream].segments:
        for wait in segments[number].waits:
            if segments[wait].stream != stream:
                await events[wait]
        start(submission, number)
        await events[number]
