"""The compiler, start to end: graph to plan, through an ordered tuple of passes. Runs nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lazytensor.compiler import interpret
from lazytensor.compiler.cost import compiled_cost, interpreted_cost
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, Group
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.fusion import fuse
from lazytensor.compiler.passes.memory_plan import StepDraft, last_uses, peak_bytes
from lazytensor.compiler.passes.place import insert_copies
from lazytensor.compiler.passes.rewrite import PASSES, share_common
from lazytensor.compiler.passes.schedule import Schedule, in_line, schedule
from lazytensor.compiler.plan import KernelInfo, Plan, Segment, Step, Stream

_DUMP = os.environ.get("LAZYTENSOR_DUMP") == "1"

Lower = Callable[[Graph, Group], tuple[StepDraft, KernelInfo] | None]


@dataclass(frozen=True, slots=True)
class Options:
    """Settings that a plan depends on. `threads` gives the worker threads of each device."""

    cse: bool
    threads: tuple[tuple[str, int], ...]


def optimize(graph: Graph, options: Options) -> Graph:
    """The rewriting passes, in order; LAZYTENSOR_DUMP=1 prints each with its time."""
    for rewriting in PASSES:
        if rewriting is share_common and not options.cse:
            continue
        start = time.perf_counter()
        graph = rewriting(graph)
        if _DUMP:
            elapsed = (time.perf_counter() - start) * 1e3
            print(f"== {rewriting.__name__}: {len(graph.nodes)} nodes, {elapsed:.2f} ms", file=sys.stderr)
            for position, node in enumerate(graph.nodes):
                print(f"  {position}: {node.op.name}{node.inputs} {node.params} {node.shape} {node.dtype}", file=sys.stderr)
    return graph


def make_plan(graph: Graph, groups: tuple[Group, ...], options: Options, lower: Lower, hurried: bool = False) -> Plan:
    """Steps, streams and liveness for the groups of an optimised graph.

    `lower` compiles a group, or returns None to have it interpreted; `hurried` as for `schedule`.
    """
    drafts: list[StepDraft] = []
    devices: list[str] = []
    kernels: list[KernelInfo] = []
    known: dict[Any, Any] = {}
    for group in groups:
        step_drafts, infos = _lower_group(graph, group, lower, known)
        drafts += step_drafts
        kernels += infos
        devices += [group.device] * len(step_drafts)
    scheduled = schedule(drafts, devices, dict(options.threads), hurried)
    return _assemble(graph, drafts, scheduled, tuple(kernels))


def in_order(graph: Graph, device: str) -> Plan:
    """A plan without passes, for a graph on one device that is not worth them: NumPy's calls, in the order they were recorded."""
    known: dict[Any, Any] = {}
    drafts = [
        interpret.lower(graph, position, known)
        for position in range(graph.inputs, len(graph.nodes))
        if graph.nodes[position].kind is not Kind.VIEW
    ]
    return _assemble(graph, drafts, in_line(len(drafts), (device,)), ())


def _lower_group(graph: Graph, group: Group, lower: Lower, known: dict[Any, Any]) -> tuple[list[StepDraft], list[KernelInfo]]:
    """A compiled kernel; or else the group's random sources in kernels of their own, and what reads them in groups without them; or else
    the group's nodes one by one."""
    compiled = lower(graph, group)
    if compiled is not None:
        draft, info = compiled
        return [replace(draft, rescue=_rescue(graph, group))], [info]
    drawn = [position for position in group.members if graph.nodes[position].op.seeded]
    if not drawn or len(group.members) == 1:
        return (
            [interpret.lower(graph, position, known) for position in group.members],
            [interpreted_info(graph, position, group.device) for position in group.members],
        )
    parts = [Group(Form.MAP, graph.nodes[position].shape, group.device, (position,), outputs=(position,)) for position in drawn]
    drafts: list[StepDraft] = []
    kernels: list[KernelInfo] = []
    rest = sorted(set(group.members) - set(drawn))
    for part in (*parts, *fuse(graph, rest)):
        step_drafts, infos = _lower_group(graph, part, lower, known)
        drafts += step_drafts
        kernels += infos
    return drafts, kernels


def _rescue(graph: Graph, group: Group) -> Callable[[], tuple[Step, ...]] | None:
    """How to compute a group's outputs apart from each other, without a kernel; None where there is one output, and no kernel that may
    turn out to be none: those of random sources are made when they are first run."""
    if len(group.outputs) == 1 and not any(graph.nodes[position].op.seeded for position in group.members):
        return None

    def steps() -> tuple[Step, ...]:
        drafts = [interpret.lower(graph, position) for position in group.members]
        inner = tuple(set(group.members) - set(group.outputs))
        last = len(drafts) - 1
        return tuple(
            Step(
                draft.name,
                draft.make(frozenset()),
                draft.reads,
                draft.writes,
                draft.origin,
                draft.cost,
                inner if i == last else (),
            )
            for i, draft in enumerate(drafts)
        )

    return steps


def interpreted_info(graph: Graph, position: int, device: str) -> KernelInfo:
    """What `explain` says of an operation that NumPy computes."""
    node = graph.nodes[position]
    return KernelInfo(node.op.name, (node.op.name,), node.shape, device, "interpret", None)


def _assemble(graph: Graph, drafts: list[StepDraft], scheduled: Schedule, kernels: tuple[KernelInfo, ...]) -> Plan:
    ordered = [drafts[number] for number in scheduled.order]
    masks = scheduled.reaches() if len(scheduled.devices) > 1 else []
    frees = last_uses(
        ordered, scheduled.stream, lambda early, late: bool(masks[late] >> early & 1) if masks else True, graph.outputs
    )
    steps = [
        Step(
            draft.name,
            draft.make(frozenset(dead)),
            draft.reads,
            draft.writes,
            draft.origin,
            draft.cost,
            # A failed step's slots keep the failure for later waits; bound inputs and temporaries go.
            tuple(slot for slot in dead),
            draft.rescue,
        )
        for draft, dead in zip(ordered, frees, strict=True)
    ]
    segments, streams = _segments(steps, scheduled)
    return Plan(
        slots=len(graph.nodes),
        inputs=graph.inputs,
        outputs=graph.outputs,
        segments=segments,
        streams=streams,
        kernels=kernels,
        cost=sum(step.cost for step in steps),
        peak_bytes=peak_bytes(graph, ordered, frees),
        hurried=scheduled.hurried,
    )


def _segments(steps: list[Step], scheduled: Schedule) -> tuple[tuple[Segment, ...], tuple[Stream, ...]]:
    """Cut each stream where a step waits for another stream, and after each step that another stream waits for."""
    waited = {wait for waits in scheduled.waits for wait in waits}
    open_steps: dict[int, list[int]] = {}
    drafts: list[tuple[int, list[int], tuple[int, ...]]] = []
    for position, stream in enumerate(scheduled.stream):
        waits = scheduled.waits[position]
        current = open_steps.get(stream)
        if current is None or waits:
            current = open_steps[stream] = []
            drafts.append((stream, current, waits))
        current.append(position)
        if position in waited:
            del open_steps[stream]
    home = {position: number for number, (_, positions, _) in enumerate(drafts) for position in positions}
    segments = tuple(
        Segment(stream, tuple(steps[position] for position in positions), tuple(sorted({home[wait] for wait in waits})))
        for stream, positions, waits in drafts
    )
    streams = tuple(
        Stream(device, tuple(number for number, segment in enumerate(segments) if segment.stream == index))
        for index, device in enumerate(scheduled.devices)
    )
    return segments, streams


def worth_compiling(graph: Graph, group: Group) -> bool:
    """Is a compiled kernel expected to beat the interpreter, the compilation itself not counted?"""
    if group.form is Form.CALL:
        return False
    return compiled_cost(graph, group) < 0.8 * interpreted_cost(graph, group)


def plan_groups(graph: Graph, options: Options) -> tuple[Graph, tuple[Group, ...]]:
    """Optimise, place and fuse."""
    graph = insert_copies(optimize(graph, options))
    return graph, fuse(graph)
