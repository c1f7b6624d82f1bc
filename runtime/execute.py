"""Running steps over an environment, in whatever thread: failures become values, and what depends on them is not run.

Where and when steps run is decided by `engine` and `streams`.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter_ns
from typing import TypeAlias

from lazytensor.compiler.plan import Environment, KernelError, Lane, Plan, Step
from lazytensor.runtime.promise import Failure, Site
from lazytensor.runtime.trace import Trace

log = logging.getLogger("lazytensor")

Sites: TypeAlias = Sequence[Site] | None
MAX_ERRORS = 256


class Progress:
    """How many steps of a plan have been run. Kept apart from the frame that runs them: who goes on with a plan after an interrupt
    begins with the step that was interrupted."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = 0


class Executor:
    """What all runs of an engine share: `errors`, the failures nobody has been shown yet; `trace`, where steps are recorded if
    they are; and `stopped`, after which background work takes up no new step."""

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.errors: deque[Failure] = deque()
        self.stopped = False

    def inline(
        self, plan: Plan, environment: Environment, lanes: Mapping[str, Lane], sites: Sites, progress: Progress | None
    ) -> None:
        """Run a whole plan here; segments are numbered in an order that suits. KeyboardInterrupt and SystemExit propagate."""
        skip = 0 if progress is None else progress.done
        careful = self.trace is not None or Failure in map(type, environment if skip else environment[: plan.inputs])
        for segment in plan.segments:
            if skip >= len(segment.steps):
                skip -= len(segment.steps)
                continue
            device = plan.streams[segment.stream].device
            lane = lanes[device]
            steps = iter(segment.steps[skip:] if skip else segment.steps)
            skip = 0
            if not careful:
                for step in steps:
                    try:
                        step.run(environment, lane)
                    except Exception as error:
                        if not self._rescued(step, error, environment, lane, sites, device, -1):
                            self.fail(step, environment, error, sites)
                        careful = True
                    if progress is not None:
                        progress.done += 1
                    for slot in step.frees:
                        environment[slot] = None
                    if careful:
                        break
            if careful:
                self.careful(steps, environment, lane, sites, device, -1, progress)

    def careful(
        self,
        steps: Iterable[Step],
        environment: Environment,
        lane: Lane,
        sites: Sites,
        device: str,
        stream: int,
        progress: Progress | None = None,
    ) -> None:
        """Run steps that may read failures, recording them if asked to.

        In the background (`stream` >= 0) it ends early when the engine stops, and no exception at all may end a worker.
        """
        catch = Exception if stream < 0 else BaseException
        trace = self.trace
        for step in steps:
            if stream >= 0 and self.stopped:
                return
            read = next((environment[slot] for slot in step.reads if type(environment[slot]) is Failure), None)
            if read is not None and step.rescue is not None:
                self.careful(step.rescue(), environment, lane, sites, device, stream)
            elif read is not None:
                for slot in step.writes:
                    environment[slot] = read
            else:
                start = 0 if trace is None else perf_counter_ns()
                try:
                    step.run(environment, lane)
                except catch as error:
                    if not self._rescued(step, error, environment, lane, sites, device, stream):
                        self.fail(step, environment, error, sites)
                if trace is not None:
                    trace.add(step.name, device, stream, start)
            if progress is not None:
                progress.done += 1
            for slot in step.frees:
                environment[slot] = None

    def _rescued(
        self, step: Step, error: BaseException, environment: Environment, lane: Lane, sites: Sites, device: str, stream: int
    ) -> bool:
        """Compute without a kernel what turned out to have none."""
        if not isinstance(error, KernelError) or step.rescue is None:
            return False
        if not error.known:
            log.warning("a kernel could not be compiled, NumPy computes it: %s", error)
        self.careful(step.rescue(), environment, lane, sites, device, stream)
        return True

    def fail(self, step: Step, environment: Environment, error: BaseException, sites: Sites) -> None:
        """Put a failure where the step's results should be."""
        site = sites[step.origin] if sites is not None and 0 <= step.origin < len(sites) else None
        failure = Failure(error, site, step.name)
        for slot in step.writes:
            environment[slot] = failure
        if len(self.errors) < MAX_ERRORS:  # only the first is ever raised from here
            self.errors.append(failure)

    def take_error(self) -> Failure | None:
        """The first failure that nobody has been shown, if any; forgets all of them."""
        found: Failure | None = None
        while self.errors:
            failure = self.errors.popleft()
            if found is None and not failure.raised:
                found = failure
        return found
