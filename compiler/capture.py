"""From pending nodes to a structural key and, when the key is new, a `Graph`.

The key holds what a plan depends on: operations, parameters, shapes, dtypes, devices, who reads whom, which values are kept. Python
scalars and array contents are bound to the plan later, so a loop with a changing scalar meets one plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import getrefcount
from typing import Any

import numpy as np

from lazytensor.compiler.graph import Graph, GraphNode, Node, Scalar
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind

_VIEW = Kind.VIEW
_SCALAR_DTYPES = {kind: np.dtype(kind) for kind in (bool, int, float, complex)}


# Has one holder, this module.
_LONE: Any = object()


def _references(nodes: list[Node]) -> tuple[list[int], int]:
    """The reference counts of the nodes, and what they are for one that only the list holds.

    How much the counting itself adds differs between Python versions, and may change while the interpreter optimises the loop: so it
    is measured in the same loop, each time.
    """
    nodes.append(_LONE)
    counts = [getrefcount(node) for node in nodes]
    nodes.pop()
    return counts, counts.pop() - 1


def held(nodes: list[Node], reads: Mapping[int, int]) -> list[bool]:
    """For each of these nodes, which only the list and their readers hold here, whether anything else does: more than the `reads` of
    its id by nodes."""
    counts, lone = _references(nodes)
    return [count - reads.get(id(node), 0) > lone for node, count in zip(nodes, counts, strict=True)]


class Capture:
    """Some pending nodes, frozen for planning.

    `order` are the nodes, inputs first; `leaves` the nodes outside that they read; `scalars` the Python numbers, in reading order;
    `kept` the indices into `order` whose values must be stored; `donated[i]` says that nothing but `order` can read leaf i again.
    `serial`: to be run in this order, on one stream a device.
    """

    __slots__ = ("donated", "kept", "key", "leaves", "order", "scalars", "serial")

    key: tuple[Any, ...]
    order: list[Node]
    leaves: list[Node]
    scalars: list[Scalar]
    kept: list[int]
    donated: list[bool]
    serial: bool


def capture(order: list[Node], token: object, serial: bool = False) -> Capture:
    """Capture `order`, which nobody else may hold a reference to the items of but nodes, handles and the caller's root list.

    A value is kept when something outside reads it: a handle, or a pending node that is not in `order`. Reference counts say so
    exactly and cost nothing per operation (a counter of handles costs 0.5 us for each tensor made and dropped). `token` stands for the
    settings that planning depends on.
    """
    positions: dict[int, int] = {}
    inside: dict[int, int] = {}
    leaves: list[Node] = []
    scalars: list[Scalar] = []
    key: list[Any] = [token, serial]
    add = key.append
    for index, node in enumerate(order):
        # Shape and dtype follow from these; the device too, unless it was chosen.
        key += (node.op, node.params)
        if node.device is not None:
            add(node.device)
        for item in node.inputs:
            if type(item) is Node:
                ident = id(item)
                position = positions.get(ident)
                if position is None:
                    position = positions[ident] = ~len(leaves)
                    leaves.append(item)
                    key += (item.shape, item.dtype, item.device)
                inside[ident] = inside.get(ident, 0) + 1
                add(position)
            else:
                add(type(item))
                scalars.append(item)
        positions[id(node)] = index
    del node
    item = None
    kept: set[int] = set()
    protected: set[int] = set()
    counts, lone = _references(order)
    for index, count in enumerate(counts):
        ident = id(order[index])
        if count - inside.get(ident, 0) > lone:
            if order[index].op.kind is _VIEW:
                # A view holds no data: whoever reads it later needs its base.
                base = positions[id(order[index].inputs[0])]
                (kept if base >= 0 else protected).add(base)
            else:
                kept.add(index)
    found = Capture()
    found.kept = sorted(kept)
    counts, lone = _references(leaves)
    # Equal, not below: a count that cannot be explained must cost a copy, not an array that somebody sees change.
    found.donated = [
        count - inside[id(leaf)] == lone and ~number not in protected
        for number, (leaf, count) in enumerate(zip(leaves, counts, strict=True))
    ]
    add(None)
    key += found.kept
    found.key = tuple(key)
    found.order = order
    found.leaves = leaves
    found.scalars = scalars
    found.serial = serial
    return found


def to_graph(captured: Capture, default_device: str) -> Graph:
    """The position-based graph of a capture: leaves, then scalars, then the operations."""
    nodes = [
        GraphNode(structural.leaf, (), (), leaf.shape, leaf.dtype, leaf.device or default_device) for leaf in captured.leaves
    ]
    positions = {id(leaf): index for index, leaf in enumerate(captured.leaves)}
    nodes += [
        GraphNode(structural.scalar, (), (), (), _SCALAR_DTYPES[type(value)], default_device, weak=type(value))
        for value in captured.scalars
    ]
    inputs = len(nodes)
    scalar = len(captured.leaves)
    for index, node in enumerate(captured.order):
        read = []
        for item in node.inputs:
            if type(item) is Node:
                read.append(positions[id(item)])
            else:
                read.append(scalar)
                scalar += 1
        positions[id(node)] = len(nodes)
        nodes.append(
            GraphNode(node.op, tuple(read), node.params, node.shape, node.dtype, node.device or default_device, origin=index)
        )
    return Graph(tuple(nodes), inputs, tuple(inputs + index for index in captured.kept))
