"""One submitted plan on its way: `Submission`, and the coroutine of each of its streams.

A coroutine starts a segment on its device, awaits the segment's event, and awaits other streams' events only where the plan says
so.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from lazytensor.compiler.plan import Environment, Plan
from lazytensor.runtime.execute import Sites
from lazytensor.runtime.promise import Failure, Promise

Output = weakref.ref[Promise] | Promise | None


class Submission:
    """A plan with its inputs and the promises of its outputs; `finished` is set (to True) when the engine is done with it.

    `outputs`, one for each of the plan's, are weak references as a rule: a submission whose promises are all gone before it
    starts is skipped. `on_death(submission)` is called when one of them goes, in a finalizer.
    """

    __slots__ = ("__weakref__", "depends", "environment", "events", "finished", "missing", "number", "outputs", "plan",
    "remaining",              "sites", "started", "task")  # fmt: skip

    def __init__(
        self,
        plan: Plan,
        environment: Environment,
        outputs: Sequence[Output],
        depends: Sequence[tuple[int, Promise]],
        sites: Sites,
        on_death: Callable[[Submission], None],
    ) -> None:
        self.plan = plan
        self.environment = environment
        self.depends = depends
        self.sites = sites
        self.number = 0
        if len(outputs) != len(plan.outputs):
            raise ValueError(f"{len(outputs)} promises for {len(plan.outputs)} outputs")
        self.missing = 0
        self.remaining = len(plan.segments)
        self.started = False
        self.finished = Promise()
        self.events: list[asyncio.Future[None]] = []
        self.task: asyncio.Task[None] | None = None
        self.outputs: list[Output] = [self._watch(output, on_death) for output in outputs]

    def _watch(self, output: Output, on_death: Callable[[Submission], None]) -> Output:
        promise = output() if isinstance(output, weakref.ref) else None
        return output if promise is None else weakref.ref(promise, lambda _: on_death(self))

    def visible(self) -> bool:
        """Whether anybody can still see a result."""
        return any(output() is not None if isinstance(output, weakref.ref) else output is not None for output in self.outputs)

    def bind(self) -> None:
        """Take the values of the promises it depends on."""
        for slot, promise in self.depends:
            self.environment[slot] = promise.value
        self.depends = ()

    def results(self, slots: set[int]) -> list[tuple[Promise, Any]]:
        """The promises of those outputs that `slots` hold, where somebody can see them, and their values."""
        found = []
        for slot, output in zip(self.plan.outputs, self.outputs, strict=True):
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
        for output in self.outputs:
            promise = output() if isinstance(output, weakref.ref) else output
            if promise is not None:
                settle(promise, failure)
        self.release()
        settle(self.finished, True)

    def forget(self, failure: Failure) -> None:
        """In a forked child: as `abandon`, calling nobody."""
        for output in self.outputs:
            promise = output() if isinstance(output, weakref.ref) else output
            if promise is not None:
                promise.abandon(failure)
        self.release()
        self.finished.abandon(True)

    def release(self) -> None:
        """Drop all it holds; the output references too, whose callbacks hold the submission."""
        self.environment = []
        self.depends = ()
        self.outputs = []
        self.sites = None


def settle(promise: Promise, value: Any) -> None:
    """Set a promise that an engine being stopped may have set already."""
    with suppress(RuntimeError):
        promise.set(value)


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
