"""Drafts of steps to segments on streams: which run after each other, which side by side, and where one must wait for another."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from lazytensor.compiler.passes.memory_plan import StepDraft
from lazytensor.compiler.shield import complete
from lazytensor.compiler.tuning import HAND_OVER_SECONDS, NETWORKX_SECONDS, PARALLEL_SECONDS, STREAM_STEP_SECONDS


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps in running order: for each, its draft and stream; and for each stream its device. `waits[i]` are earlier positions in the
    running order, on other streams, that must have ended before step i starts. `hurried` as in `Plan`."""

    order: tuple[int, ...]
    stream: tuple[int, ...]
    devices: tuple[str, ...]
    waits: tuple[tuple[int, ...], ...]
    hurried: bool = False

    def reaches(self) -> list[int]:
        """For each position in the order, a bit mask of the positions that have certainly ended when it starts."""
        before: list[int] = []
        last: dict[int, int] = {}
        for position, stream in enumerate(self.stream):
            mask = 0
            for wait in (*self.waits[position], *((last[stream],) if stream in last else ())):
                mask |= before[wait] | 1 << wait
            before.append(mask)
            last[stream] = position
        return before


def schedule(drafts: Sequence[StepDraft], devices: Sequence[str], threads: dict[str, int], hurried: bool = False) -> Schedule:
    """List scheduling: by longest path to the end, each step on the stream of its device where it can start first; what comes from
    another stream is there a hand-over later.

    Drafts come in an order in which they can run; `devices[i]` is where draft i runs. Work on one device stays on one stream in the
    given order, without networkx, where it is a chain, or little but what shares itself between the threads; `hurried`, also where it is
    less than importing networkx takes, for the first plan that asks for it.
    """
    names = tuple(dict.fromkeys(devices))
    writer = {slot: draft_index for draft_index, draft in enumerate(drafts) for slot in draft.writes}
    needs = [tuple(dict.fromkeys(writer[slot] for slot in draft.reads if slot in writer)) for draft in drafts]
    alone = sum(draft.cost for draft in drafts if not draft.shared)
    if len(names) == 1 and (alone < PARALLEL_SECONDS or threads[names[0]] == 1 or _is_chain(needs)):
        return in_line(len(drafts), names)
    if hurried and len(names) == 1 and alone < NETWORKX_SECONDS and "networkx" not in sys.modules:
        return in_line(len(drafts), names, True)

    complete("networkx")
    import networkx  # delayed: start-up time

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(drafts)))
    graph.add_edges_from((need, draft_index) for draft_index in range(len(drafts)) for need in needs[draft_index])
    urgency = [0.0] * len(drafts)
    for draft_index in reversed(list(networkx.topological_sort(graph))):
        urgency[draft_index] = drafts[draft_index].cost + max(
            (urgency[later] for later in graph.successors(draft_index)), default=0.0
        )

    streams: list[str] = [name for name in names for _ in range(max(1, threads[name]))]
    free = [0.0] * len(streams)
    ended = [0.0] * len(drafts)
    stream_of = [-1] * len(drafts)
    order: list[int] = []
    for draft_index in networkx.lexicographical_topological_sort(graph, key=lambda index: (-urgency[index], index)):
        before = {stream_of[need] for need in needs[draft_index]}
        starts: dict[int, float] = {}
        for stream, device in enumerate(streams):
            if device == devices[draft_index]:
                starts[stream] = free[stream]
                for need in needs[draft_index]:
                    late = 0.0 if stream_of[need] == stream else HAND_OVER_SECONDS
                    starts[stream] = max(starts[stream], ended[need] + late)
        # Ties go to the stream that made an operand: no event, and its cache is warm.
        best = min(starts, key=lambda stream: (starts[stream], stream not in before, stream))
        stream_of[draft_index] = best
        ended[draft_index] = free[best] = starts[best] + drafts[draft_index].cost + STREAM_STEP_SECONDS
        order.append(draft_index)

    whole = sum(draft.cost for draft in drafts)
    if len(names) == 1 and whole - max(free) < max(PARALLEL_SECONDS / 2, 0.1 * whole):
        return in_line(len(drafts), names)
    used = sorted(set(stream_of))
    renumber = {stream: index for index, stream in enumerate(used)}
    place = {draft_index: index for index, draft_index in enumerate(order)}
    waits = tuple(_needed_waits(draft_index, needs, stream_of, place) for draft_index in order)
    return Schedule(
        tuple(order),
        tuple(renumber[stream_of[draft_index]] for draft_index in order),
        tuple(streams[stream] for stream in used),
        waits,
    )


def in_line(count: int, names: tuple[str, ...], hurried: bool = False) -> Schedule:
    """One step after the other."""
    return Schedule(tuple(range(count)), (0,) * count, names, ((),) * count, hurried)


def _needed_waits(
    draft_index: int, needs: Sequence[tuple[int, ...]], stream_of: Sequence[int], place: dict[int, int]
) -> tuple[int, ...]:
    """The last needed step of each other stream: a stream runs in order, so waiting for the last covers the earlier ones."""
    last: dict[int, int] = {}
    for need in needs[draft_index]:
        if stream_of[need] != stream_of[draft_index]:
            last[stream_of[need]] = max(last.get(stream_of[need], -1), place[need])
    return tuple(sorted(last.values()))


def _is_chain(needs: Sequence[tuple[int, ...]]) -> bool:
    """Does every step but the first need the one before it?"""
    return all(draft_index - 1 in needed for draft_index, needed in enumerate(needs) if draft_index)
