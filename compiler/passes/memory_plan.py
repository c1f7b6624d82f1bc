"""When each stored value can be given back, and how much memory a plan needs at its peak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lazytensor.compiler.graph import Graph
from lazytensor.compiler.plan import Environment, Lane, Step


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step before its liveness is known: `make(consumed)` returns the callable, told which of the slots it reads die with it, so
    that it may write over them. `shared` says that it shares its work between threads itself."""

    name: str
    make: Callable[[frozenset[int]], Callable[[Environment, Lane], None]]
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    origin: int
    cost: float
    rescue: Callable[[], tuple[Step, ...]] | None = None
    shared: bool = False


def last_uses(
    drafts: Sequence[StepDraft], stream_of: Sequence[int], reaches: Callable[[int, int], bool], outputs: Sequence[int]
) -> list[tuple[int, ...]]:
    """For each draft, the slots that no later or concurrent draft reads: those it may free.

    `reaches(a, b)` says that draft a has certainly ended when draft b starts. Readers on other streams that do not reach the last
    one keep the slot until the plan ends.
    """
    readers: dict[int, list[int]] = {}
    for draft_index, draft in enumerate(drafts):
        for slot in (*draft.reads, *draft.writes):
            readers.setdefault(slot, []).append(draft_index)
    kept = set(outputs)
    frees: list[list[int]] = [[] for _ in drafts]
    for slot, users in readers.items():
        last = users[-1]
        if slot not in kept and all(user == last or stream_of[user] == stream_of[last] or reaches(user, last) for user in users):
            frees[last].append(slot)
    return [tuple(sorted(slots)) for slots in frees]


def peak_bytes(graph: Graph, drafts: Sequence[StepDraft], frees: Sequence[Sequence[int]]) -> int:
    """The most bytes of stored values alive at once when the drafts run in order, bound inputs not counted."""
    live = peak = 0
    for draft, dead in zip(drafts, frees, strict=True):
        live += sum(graph.nodes[slot].nbytes for slot in draft.writes)
        peak = max(peak, live)
        live -= sum(graph.nodes[slot].nbytes for slot in dead if slot >= graph.inputs)
    return peak
