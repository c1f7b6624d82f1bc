"""Who else can read a node or an array: what a flush must store, and what a step may write over.

The one place that looks at reference counts, but for `native.alone`. They say exactly who holds a node or an array, and cost nothing when
operations are recorded (a counter of handles costs 0.5 us for each tensor made and dropped). Which values a flush stores is observed here
and passed on explicitly. What may be written over is decided there, when a step comes to it: a captured piece of the graph lets go of its
nodes, those that nobody else needs die, and an array that is left to the plan's environment alone can be seen by nobody. So a node that was
miscounted is alive, holds its operands, and costs a copy.

How much the counting itself adds differs between Python versions, and may change while the interpreter optimises a loop: so the base line
is measured each time, in the same way, on an object that has one holder. All comparisons are for equality: a count that cannot be
explained costs a copy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from sys import getrefcount
from typing import TYPE_CHECKING, Any

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops.row import Kind

if TYPE_CHECKING:
    from lazytensor.compiler.capture import Structure

_VIEW = Kind.VIEW
# Its items have one holder, the list.
_LONE: list[Any] = [object()]


def _references(nodes: list[Node]) -> tuple[list[int], int]:
    """The reference counts of the nodes, and what they are for one that only the list holds."""
    nodes.append(_LONE[0])
    counts = [getrefcount(node) for node in nodes]
    nodes.pop()
    return counts, counts.pop() - 1


def held(nodes: list[Node], reads: Mapping[int, int]) -> list[bool]:
    """For each of these nodes, which only the list and their readers hold here, whether anything else does: more than the `reads` of
    its id by nodes."""
    counts, lone = _references(nodes)
    return [count - reads.get(id(node), 0) != lone for node, count in zip(nodes, counts, strict=True)]


def observe(structure: Structure, wanted: Collection[int] = ()) -> list[int]:
    """The indices into a structure's `order` of the values that something outside of it reads, a handle or a pending node; ascending.

    `wanted` are the ids of nodes whose values are kept in any case. Nothing but the structure's own lists, nodes, handles and whoever
    wants it may hold a node for this to be exact; another holder keeps a value for nothing.
    """
    order, reads, positions = structure.order, structure.reads, structure.positions
    kept: set[int] = set()
    counts, lone = _references(order)
    for index, count in enumerate(counts):
        ident = id(order[index])
        if count - reads.get(ident, 0) != lone or ident in wanted:
            if order[index].op.kind is not _VIEW:
                kept.add(index)
            elif (base := positions[id(order[index].inputs[0])]) >= 0:
                # A view holds no data: whoever reads it later needs its base.
                kept.add(base)
    return sorted(kept)
