"""Small values that a flush computes though nobody waits for them, because they hold large ones: followers.

A loop that keeps `losses.append((r * r).mean())` unread would hold every `r`, which the pending reduction reads. So a flush also
computes small pending values that read what it computes, or computed values that nothing else will read. Which these are is decided
by the graph and by who holds it, never by clocks, so that the rounds of a loop meet one plan.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import NamedTuple
from weakref import ref

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.liveness import held
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.core.planning import lock
from lazytensor.runtime.promise import Promise

# A follower is no larger than this, and a value that is worth letting go of is larger.
MAX_BYTES = 64 << 10
# No array of fewer elements is larger.
LARGE = MAX_BYTES // 16
# What is computed for a follower: what fuses, and else what is no more work than reading the large value, a product of two vectors.
_LIGHT = (Kind.ELEMENTWISE, Kind.REDUCE, Kind.VIEW, Kind.SOURCE, Kind.GATHER)
_WORK = 8
# Operations computed for one follower, those for all of a flush, and candidates that are looked at in vain: so many for each four
# nodes of the flush, which may be a piece of a long graph.
MAX_NODES = 32
MAX_TOTAL = 1000
PATIENCE = 16
_TIDY = 256

# Pending nodes that read something large and may be small, in the order they were recorded.
watched: list[ref[Node]] = []
_tidy_at = [_TIDY]


def watch(node: Node) -> None:
    """Look at this node in later flushes."""
    watched.append(ref(node))
    if len(watched) > _tidy_at[0]:
        _pending()


def _pending() -> list[Node]:
    """The watched nodes that are alive and pending; forgets the others."""
    with lock:  # captures count the holders of nodes
        count = len(watched)
        alive = [(entry, node) for entry in watched[:count] if (node := entry()) is not None and node.result is None]
        watched[:count] = [entry for entry, _ in alive]
        _tidy_at[0] = max(_TIDY, 2 * len(alive))
        return [node for _, node in alive]


class _Found(NamedTuple):
    """What a follower needs computed, inputs first, itself last; the place of the last node of the flush that is read, -1 if none;
    whether a large one is; and the large computed values that are."""

    nodes: list[Node]
    after: int
    joins: bool
    leaves: list[int]


def add_followers(flush: list[Node]) -> bool:
    """Insert, into the nodes of a flush, inputs first, what is to be computed with them. Returns whether there is anything."""
    if not any(map(_is_large, flush)):
        return False
    inside = {id(node): place for place, node in enumerate(flush)}
    read = {id(item) for node in flush for item in node.inputs}
    leaves: list[Node] = []
    found: list[_Found] = []
    misses = 0
    for node in reversed(_pending()):
        if id(node) in inside:
            continue
        if misses > PATIENCE * (1 + len(flush) // 4) or len(found) > MAX_TOTAL:
            break
        needs = _needs(node, inside, read, leaves)
        if needs is None:
            misses += 1
        else:
            found.append(needs)
    found.reverse()
    if not all(needs.joins for needs in found):
        dying = _dying(leaves, [flush, *(needs.nodes for needs in found)])
        found = [needs for needs in found if needs.joins or any(dying[number] for number in needs.leaves)]
    if found:
        flush[:] = _merged(flush, found)
    return bool(found)


def _merged(flush: list[Node], found: list[_Found]) -> list[Node]:
    """The flush with each follower where the last value that it needs has been computed: there it fuses, and lets go of others."""
    order: dict[int, Node] = {}
    start = 0
    for needs in sorted(found, key=lambda needs: needs.after):
        order |= {id(node): node for node in flush[start : needs.after + 1]}
        start = needs.after + 1
        order |= {id(node): node for node in needs.nodes}
    order |= {id(node): node for node in flush[start:]}
    return list(order.values())


def _nbytes(node: Node) -> int:
    return math.prod(node.shape) * node.dtype.itemsize


def _is_large(node: Node) -> bool:
    return math.prod(node.shape) > LARGE and _nbytes(node) > MAX_BYTES


def _needs(root: Node, inside: dict[int, int], read: set[int], leaves: list[Node]) -> _Found | None:
    """What `root` needs computed beside the nodes `inside`, by place, whose inputs are `read`; None where it is no follower of theirs.
    New large values are added to `leaves`."""
    if _nbytes(root) > MAX_BYTES:
        return None
    nodes: dict[int, Node] = {}
    outer: dict[int, Node] = {}  # what is read from the flush, and computed values
    stack = [root]
    while stack:
        node = stack[-1]
        if id(node) in nodes:
            stack.pop()
            continue
        if len(stack) + len(nodes) > MAX_NODES or not (node.op.kind in _LIGHT or node.op.work is not None):
            return None
        ready = True
        for item in reversed(node.inputs):
            if type(item) is not Node or id(item) in nodes:
                continue
            if item.result is not None or id(item) in inside:
                if id(item) not in inside and id(item) not in read and not _is_there(item):
                    return None
                outer[id(item)] = item
            else:
                stack.append(item)
                ready = False
        if ready:
            nodes[id(node)] = stack.pop()
    large = [item for item in map(_stored, outer.values()) if _is_large(item)]
    widest = max((math.prod(item.shape) for item in large), default=0)
    if any(math.prod(node.shape) > widest or _work(node) > _WORK * widest for node in nodes.values()):
        return None
    joins = any(id(item) in inside and item.device == root.device for item in large)
    computed = [item for item in large if item.result is not None]
    if not joins and not computed:
        return None
    places = {id(item): number for number, item in enumerate(leaves)}
    for item in computed:
        if id(item) not in places:
            places[id(item)] = len(leaves)
            leaves.append(item)
    after = max((inside[id(item)] for item in outer.values() if id(item) in inside), default=-1)
    return _Found(list(nodes.values()), after, joins, [places[id(item)] for item in computed])


def _work(node: Node) -> float:
    """Operations, where they are not in proportion to what is read."""
    if node.op.work is None:
        return 0.0
    return node.op.work(*(item.shape if type(item) is Node else () for item in node.inputs), *node.params)


def _is_there(node: Node) -> bool:
    """Is the value computed, and no failure? What is under way would have to be waited for."""
    result = node.result.value if type(node.result) is Promise else node.result
    return isinstance(result, np.ndarray)


def _stored(node: Node) -> Node:
    """The array that a view shows part of."""
    while node.op is structural.view and node.result is None:
        node = node.inputs[0]
    return node


def _dying(leaves: list[Node], readers: list[list[Node]]) -> list[bool]:
    """For each leaf, whether nobody but these readers can read it."""
    distinct = {id(node): node for nodes in readers for node in nodes}
    reads = Counter(id(item) for node in distinct.values() for item in node.inputs)
    del distinct
    return [not outside for outside in held(leaves, reads)]
