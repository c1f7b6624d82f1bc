"""Estimated seconds, from counts alone, so that every decision that uses them is the same in every run.

The constants are for one core of a current server: they decide tiers, streams and widths, where a factor of two does not matter.
"""

from __future__ import annotations

import math
from typing import Any

from lazytensor.compiler.graph import Graph, GraphNode
from lazytensor.compiler.kernel import Group
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.tuning import BYTES_PER_SECOND, CALL_SECONDS, FLOPS_PER_SECOND, LIBRARY_FLOPS_PER_SECOND


def region_bytes(node: GraphNode) -> int:
    """What a region store writes, in place."""
    shape: Any = node.params[0]
    elements: int = math.prod(shape)
    return elements * node.dtype.itemsize


def node_cost(graph: Graph, position: int) -> float:
    """Seconds of one operation computed by itself, reading and writing memory."""
    node = graph.nodes[position]
    if node.kind is Kind.UPDATE:
        return CALL_SECONDS + 2 * region_bytes(node) / BYTES_PER_SECOND
    elements = max([node.size, *(graph.nodes[item].size for item in node.inputs)])
    moved = node.nbytes + sum(graph.nodes[item].nbytes for item in node.inputs)
    if node.op.work is not None:
        work = node.op.work(*(graph.nodes[item].shape for item in node.inputs), *node.params)
        return CALL_SECONDS + moved / BYTES_PER_SECOND + work / LIBRARY_FLOPS_PER_SECOND
    flops = node.op.flops * elements
    return CALL_SECONDS + moved / BYTES_PER_SECOND + flops / FLOPS_PER_SECOND


def interpreted_cost(graph: Graph, group: Group) -> float:
    """Seconds of the group's operations one after the other."""
    return sum(node_cost(graph, position) for position in group.members)


def compiled_cost(graph: Graph, group: Group) -> float:
    """Seconds of the group as one kernel on one core: each operand and output moves once."""
    members = set(group.members)
    operands = {item for position in members for item in graph.nodes[position].inputs if item not in members}
    stored = {graph.nodes[position].inputs[0] for position in group.stores}
    moved = sum(graph.nodes[item].nbytes for item in (*operands - stored, *set(group.outputs) - set(group.stores)))
    moved += sum(region_bytes(graph.nodes[position]) for position in group.stores)
    flops = sum(graph.nodes[item].op.flops * graph.nodes[item].size for item in members)
    return 3 * CALL_SECONDS + moved / BYTES_PER_SECOND + flops / (4 * FLOPS_PER_SECOND)
