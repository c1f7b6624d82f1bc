"""Jobs: pieces of the graph on their way to values, from the moment they are captured.

A job is captured, and the nodes whose values it makes are given promises, under one lock; it is planned, compiled, run and queued
outside of it. From then on the values come, whatever becomes of the thread that began: what an interrupt stops is finished by the
engine, and a signal handler or a finalizer that waits above a job of its own thread first computes that job's values on a copy.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from threading import get_ident
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from weakref import ref

from lazytensor.compiler import graph
from lazytensor.compiler.capture import Capture, Structure, capture, structure, to_graph
from lazytensor.compiler.graph import Graph, Node
from lazytensor.compiler.liveness import observe
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.pipeline import in_order
from lazytensor.compiler.plan import Environment, Plan
from lazytensor.config import config
from lazytensor.core.eager import judge_graph, judge_plan
from lazytensor.core.followers import add_followers, watched
from lazytensor.core.lines import met
from lazytensor.core.planning import Entry, changes, comes_first, elsewhere, find_entry, lock, make_entry, seen, walked
from lazytensor.core.system import engine
from lazytensor.runtime import forks
from lazytensor.runtime.execute import Progress
from lazytensor.runtime.promise import Failure, Promise, Site, settle

if TYPE_CHECKING:
    from lazytensor.runtime.streams import Submission

# A shorter plan runs in the calling thread: Ctrl-C answers within it, and handing it over costs up to 0.6 ms. In estimated seconds of
# one core, which are two to four times too many for kernels: a softmax of 64 MiB is estimated at 26 ms, and takes 5 on two cores.
INLINE_SECONDS = 60e-3
# How often the lines of a plan are noted as met.
_NOTED = 8


class Job:
    """A captured piece of the graph. `taken` says that its nodes are promised, `over` that nothing is left to do for it.

    `environment` holds the operands; when the captured nodes are let go of it is the only holder of those arrays that nobody else can
    read, which `updates` may write over. `promises` belong to `nodes`, `leaves` are the nodes whose arrays are operands.
    """

    __slots__ = (
        "background", "entry", "environment", "first", "graph", "key", "leaves", "nodes", "order", "over", "plan", "progress", "promises",
        "serial", "sites", "submission", "taken", "updates",
    )  # fmt: skip

    def __init__(self, background: bool) -> None:
        self.background = background
        self.serial = False
        self.taken = False
        self.over = False
        self.order: list[Node] = []
        self.nodes: list[Node] = []
        self.promises: list[Promise] = []
        self.updates = False
        self.leaves: list[Node] = []
        self.environment: Environment = []
        self.sites: list[Site] = []
        self.key: tuple[Any, ...] = ()
        self.entry: Entry | None = None
        self.graph: Graph | None = None
        self.first = False
        self.plan: Plan | None = None
        self.progress = Progress()
        self.submission: Submission | None = None

    # -- capturing, under the lock ---------------------------------------------------------------------------------------------

    def claim(self, nodes: list[Node], wanted: Collection[int]) -> bool:
        """Capture those of `nodes` that are pending still, and promise the values that others can read or that are `wanted`, by id; False
        if none is pending. Empties the list."""
        while True:
            before = changes.count
            nodes[:] = [node for node in nodes if node.result is None]
            if not nodes:
                return False
            # In order, or the followers might lag behind, and what they read pile up.
            self.serial = (bool(watched) and add_followers(nodes)) or self.serial
            found = self._structure(nodes)
            self._fill(capture(found, observe(found, wanted)), before)
            if self._take(before):
                return True
            self.nodes, self.environment, self.plan = [], [], None

    def _structure(self, nodes: list[Node]) -> Structure:
        found = structure(nodes, config.token, self.serial)
        outside = [leaf for leaf in found.leaves if leaf.result is None]
        if not outside:
            return found
        # Views of values that earlier pieces computed: a view is never computed itself.
        nodes[:0] = outside
        return structure(nodes, config.token, self.serial)

    def _fill(self, captured: Capture, before: int) -> None:
        order = captured.order
        self.entry = find_entry(captured)
        if self.entry is None and (found := elsewhere(captured)) is not None:
            captured = found
            self.entry = find_entry(captured)
        self.key = captured.key
        self.first = False
        if self.entry is not None:
            self.updates = self.entry.updates
            if self.entry.uses <= _NOTED:
                met(order)
        elif not self.background and (steps := self._walked(captured, before)) is not None:
            self.plan, new = steps
            if new:
                judge_graph(order)
            self.updates = any(node.op.kind is Kind.UPDATE for node in order)
        else:
            if self.key not in seen:
                judge_graph(order)
            self.first = comes_first(captured)
            self.graph = to_graph(captured, "cpu:0")
            self.updates = any(node.kind is Kind.UPDATE for node in self.graph.nodes)
        for leaf in captured.leaves:
            value = leaf.result
            if type(value) is Promise and value.is_set():
                value = value.value  # the node keeps the promise: that it is set already may be chance, and decides nothing
            self.environment.append(value)
        self.environment += captured.scalars
        self.sites = [node.site for node in order]
        self.nodes = [order[index] for index in captured.kept]
        self.promises = [Promise() for _ in captured.kept]
        self.order, self.leaves = order, captured.leaves

    def _walked(self, captured: Capture, before: int) -> tuple[Plan, bool] | None:
        try:
            return walked(captured)
        except Exception:
            if changes.count == before:
                raise
            return None  # a signal handler settled some of these nodes: they are captured again

    def _take(self, before: int) -> bool:
        # No call comes between the test and the mark, and so no handler; from the mark on it finds a job that it can finish.
        if changes.count != before:
            return False
        changes.count += 1
        self.taken = True
        self._settle()
        return True

    def _settle(self) -> None:
        """Promise the values and let go of what was captured, so that a node whose value is not kept dies before anybody comes by it, and
        so do operands that nobody else can read. May be interrupted, and called again."""
        for node, promise in zip(self.nodes, self.promises, strict=True):
            graph.settle(node, promise)
        self.order.clear()
        self.leaves.clear()

    # -- computing, without the lock -------------------------------------------------------------------------------------------

    def advance(self, patient: bool) -> None:
        """Run the job here where it is short, else have the engine do so; unless `patient`, it is planned there too."""
        if not patient:
            self._hand_over(False)
            return
        plan = self._planned()
        if self._runs_here(plan):
            environment = self.environment
            environment += [None] * (plan.slots - len(environment))
            engine().run(plan, environment, self.sites, self.progress)
            self._deliver(plan, environment)
        else:
            self._hand_over(True)

    def _planned(self) -> Plan:
        plan = self.plan
        if plan is None:
            if self.first:
                assert self.graph is not None
                self.plan = self.plan or in_order(self.graph, "cpu:0")
                return self.plan
            if self.entry is None:
                assert self.graph is not None
                self.entry = make_entry(self.key, self.graph, self.serial)
                judge_plan(self.entry.graph, self.entry.groups, self.sites)
            # What is found here holds for the job, though the entry may get a better plan meanwhile.
            plan = self.entry.plan
            if self.plan is None:
                self.plan = plan
            plan = self.plan
        return plan

    def _runs_here(self, plan: Plan) -> bool:
        if self.background or self.submission is not None or len(plan.segments) != 1 or plan.cost >= INLINE_SECONDS:
            return False
        return not self._depends()

    def _depends(self) -> list[tuple[int, Promise]]:
        """The operands that are under way, by slot; puts those that have come in their places."""
        environment = self.environment
        depends = []
        for slot, value in enumerate(environment):
            if type(value) is Promise:
                if value.is_set():
                    environment[slot] = value.value
                else:
                    depends.append((slot, value))
        return depends

    def _deliver(self, plan: Plan, environment: Environment) -> None:
        for node, promise, slot in zip(self.nodes, self.promises, plan.outputs, strict=True):
            settle(promise, environment[slot])
            if node.result is promise:
                node.result = promise.value
        self.over = True

    def _hand_over(self, patient: bool) -> None:
        """Have the engine do what is left. May be interrupted, and called again."""
        submission = self.submission
        if submission is None:
            outputs = [ref(promise) for promise in self.promises]
            submission = engine().submission(self._rest, self.environment, outputs, self._depends(), self.sites)
            plan = self.plan or (self.entry.plan if self.entry is not None else None)
            if plan is not None and not self.progress.done:
                submission.adopt(plan)
                self.plan = plan
            # A signal handler may have come in between.
            if self.submission is None:
                self.submission = submission
            submission = self.submission
        # From here on it is the submission's; what holds a promise would keep values that nobody can see from being left out.
        self.nodes, self.promises, self.environment = [], [], []
        engine().enter(submission, patient)

    def _rest(self) -> Plan:
        """The part of the plan that is not done, as a plan."""
        plan = self._planned()
        done = self.progress.done
        if not done:
            return plan
        (segment,) = plan.segments
        rest = segment.steps[done:]
        missing = {slot for step in rest for slot in step.writes}
        submission = self.submission
        assert submission is not None
        for promise, value in submission.results(set(plan.outputs) - missing, plan):
            settle(promise, value)
        return replace(plan, segments=(replace(segment, steps=rest),))

    # -- when it did not go to its end -----------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Have the engine finish the job, as an interrupt ends it here."""
        while True:
            try:
                with lock:
                    self._settle()
                self._hand_over(False)
                return
            except Exception as error:
                for promise in self.promises:
                    settle(promise, Failure(error))
                return
            except BaseException:
                continue

    def finish_copy(self) -> None:
        """Compute the values from where the job is, without touching what the frames below work on: with a second holder, no array
        is written over. What these frames do later finds the values there."""
        if not self.taken or self.over:
            return
        with lock:
            self._settle()
        if self.submission is not None or self.background:
            self._hand_over(False)
            return
        plan = self._planned()
        if not self._runs_here(plan):
            self._hand_over(False)
            return
        environment = list(self.environment)
        environment += [None] * (plan.slots - len(environment))
        progress = Progress()
        progress.done = self.progress.done
        engine().run(plan, environment, self.sites, progress)
        self._deliver(plan, environment)

    def finish_inherited(self) -> None:
        """In a forked child, which has no thread to finish the job."""
        count = len(self.environment) if self.plan is None else self.plan.inputs
        if self.updates and any(self.environment[slot] is None or alone(self.environment, slot) for slot in range(count)):
            # Half written over, perhaps.
            failure = Failure(
                RuntimeError("this value was being computed by another thread of the parent process when it forked")
            )
            for promise in self.promises:
                promise.abandon(failure)
        else:
            self.finish_copy()


# The jobs that each thread is in the middle of, outermost first.
_running: dict[int, list[Job]] = {}


def advance(nodes: list[Node], wanted: Collection[int], background: bool, patient: bool) -> None:
    """Compute nodes as one job, or hand it over. Empties the list. Values are kept as `Job.claim` says."""
    if forks.forking:
        forks.let_pass()
    job = Job(background)
    stack = _running.setdefault(get_ident(), [])
    try:
        stack.append(job)
        with lock:
            if not job.claim(nodes, wanted):
                return
        job.advance(patient)
    except BaseException:
        if job.taken and not job.over:
            job.leave()
        raise
    finally:
        job.over = True
        while stack and stack[-1].over:
            stack.pop()


def finish_own() -> None:
    """Compute what this thread is in the middle of, before it blocks in a signal handler or a finalizer: what it waits for may be
    among it, or need it."""
    stack = _running.get(get_ident())
    if stack:
        for job in list(stack):
            job.finish_copy()


def _others() -> list[Job]:
    """The jobs that other threads are in the middle of."""
    own = get_ident()
    stacks = [stack for ident, stack in list(_running.items()) if ident != own]
    return [job for stack in stacks for job in list(stack) if job.taken and not job.over]


def wait_for_others() -> None:
    """Wait for the jobs that other threads are in the middle of."""
    for job in _others():
        for promise in list(job.promises):
            promise.wait()
        if job.submission is not None:
            job.submission.finished.wait()


class _Jobs(forks.Stage):
    """Forks wait for the jobs that other threads are in the middle of, while no thread begins another."""

    def before(self, deadline: float) -> None:
        forks.close_gate()
        while _others() and monotonic() < deadline:
            sleep(1e-3)

    def in_child(self) -> None:
        """Hand on what was not done in time to whoever asks for it."""
        inherited = _others()
        own = get_ident()
        for ident in list(_running):
            if ident != own:
                del _running[ident]
        for job in _running.get(own, ()):
            for promise in job.promises:
                promise.keep()
        for job in inherited:
            if job.submission is not None:
                engine().inherit(job.submission)
            else:
                for promise in job.promises:
                    promise.postpone(job.finish_inherited)


class _Lock(forks.Held):
    """The lock under which jobs are captured: another thread may have captured one just before the gate was closed."""

    def before(self, deadline: float) -> None:
        super().before(deadline)
        while self.acquired and _others() and monotonic() < deadline:
            lock.release()
            sleep(1e-3)
            super().before(deadline)


forks.register(forks.JOBS, _Jobs())
forks.register(forks.PLANNING, _Lock(lambda: lock))
