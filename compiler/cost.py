"""Estimated seconds, from counts alone, so that every decision that uses them is the same in every run.

The constants are for one core of a current server: they decide tiers, streams and widths, where a factor of two does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lazytensor.compiler import tuning
from lazytensor.compiler.graph import Graph, GraphNode, Node
from lazytensor.compiler.kernel import Form, Group
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.tuning import BYTES_PER_SECOND, CALL_SECONDS, LIBRARY_FLOPS_PER_SECOND


def region_bytes(node: Node | GraphNode) -> int:
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
    if moved <= tuning.IN_CACHE:
        return numpy_cost(node, [graph.nodes[item] for item in node.inputs])
    return CALL_SECONDS + moved / BYTES_PER_SECOND + _numpy_ns(node) * 1e-9 * elements


def interpreted_cost(graph: Graph, group: Group) -> float:
    """Seconds of the group's operations one after the other."""
    return sum(node_cost(graph, position) for position in group.members)


def compiled_cost(graph: Graph, group: Group) -> float:
    """Seconds of the group as one kernel on one core: each operand and output moves once."""
    moved = _moved(graph, group)
    rate = tuning.CACHED_BYTES_PER_SECOND if moved <= tuning.IN_CACHE else BYTES_PER_SECOND
    return 3 * CALL_SECONDS + moved / rate + _flops(graph, group) / tuning.KERNEL_FLOPS_PER_SECOND


def _moved(graph: Graph, group: Group) -> int:
    members = set(group.members)
    operands = {item for position in members for item in graph.nodes[position].inputs if item not in members}
    stored = {graph.nodes[position].inputs[0] for position in group.stores}
    moved = sum(graph.nodes[item].nbytes for item in (*operands - stored, *set(group.outputs) - set(group.stores)))
    return moved + sum(region_bytes(graph.nodes[position]) for position in group.stores)


def _flops(graph: Graph, group: Group) -> float:
    return sum(graph.nodes[item].op.flops * graph.nodes[item].size for item in group.members)


def saved_by_kernels(graph: Graph, groups: tuple[Group, ...]) -> float:
    """Seconds that a plan's kernels save beside NumPy's calls, all values in cache, less what recording and keying the operations costs;
    negative where they had better not be recorded."""
    saved = -tuning.RECORDED_SECONDS * sum(node.kind is not Kind.LEAF for node in graph.nodes)
    for group in groups:
        if group.form is not Form.CALL:
            members = [graph.nodes[position] for position in group.members]
            alone = sum(
                _stored(node) if node.kind is Kind.UPDATE else numpy_cost(node, [graph.nodes[item] for item in node.inputs])
                for node in members
            )
            flops = sum(_flops_of(node) * node.size for node in members)
            moved = _moved(graph, group) / tuning.CACHED_BYTES_PER_SECOND
            fused = 2 * CALL_SECONDS + max(moved, flops / tuning.KERNEL_FLOPS_PER_SECOND)
            saved += max(0.0, alone - fused)
    return saved


def saved_at_most(nodes: Iterable[Node]) -> float:
    """No less than `saved_by_kernels` of these operations, which are not planned yet."""
    saved = 0.0
    for node in nodes:
        saved -= tuning.RECORDED_SECONDS
        if node.op.kind is Kind.UPDATE:
            saved += _stored(node)
        elif node.op.kind in (Kind.ELEMENTWISE, Kind.REDUCE, Kind.SOURCE):
            saved += numpy_cost(node, [item for item in node.inputs if type(item) is Node])
    return saved


def pays_each_time(nodes: Sequence[Node]) -> bool:
    """Would kernels save more than planning these operations costs, should their plan never be met again?"""
    return saved_at_most(nodes) * 0.8 > tuning.PLANNED_SECONDS * len(nodes)


def _stored(node: Node | GraphNode) -> float:
    return CALL_SECONDS + 2 * region_bytes(node) / tuning.CACHED_BYTES_PER_SECOND


def _flops_of(node: Node | GraphNode) -> float:
    """Operations an element, as so many of float64: of smaller ones a vector holds more."""
    return node.op.flops * node.dtype.itemsize / 8


def numpy_cost(node: Node | GraphNode, read: Sequence[Node | GraphNode]) -> float:
    """Seconds of NumPy's call, all values in cache."""
    sizes = [math.prod(item.shape) for item in (node, *read)]
    moved = sum(size * item.dtype.itemsize for size, item in zip(sizes, (node, *read), strict=True))
    return CALL_SECONDS + max(moved / tuning.CACHED_BYTES_PER_SECOND, _numpy_ns(node) * 1e-9 * max(sizes))


def _numpy_ns(node: Node | GraphNode) -> float:
    """Nanoseconds an element of NumPy's loop, memory left out."""
    given = node.op.numpy_ns
    if isinstance(given, Mapping):
        given = given.get(node.dtype.kind, 0.0)
    return given or _flops_of(node) * 1e9 / tuning.NUMPY_FLOPS_PER_SECOND
