"""From pending nodes to a structural key and, when the key is new, a `Graph`.

The key holds what a plan depends on: operations, parameters, shapes, dtypes, devices, who reads whom, which values are kept. Python
scalars and array contents are bound to the plan later, so a loop with a changing scalar meets one plan. Three steps: `structure` says who
reads whom, `liveness.observe` which values are needed by others, `capture` puts both together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.graph import Graph, GraphNode, Node, Scalar
from lazytensor.compiler.ops import structural

_SCALAR_DTYPES = {kind: np.dtype(kind) for kind in (bool, int, float, complex)}


class Structure:
    """Some pending nodes and what they read.

    `order` are the nodes, inputs first; `leaves` the nodes outside that they read; `scalars` the Python numbers, in reading order;
    `positions` the index of each node by id, of leaf i `~i`; `reads` how often `order` reads each node, by id; `key` what a plan depends on
    so far.
    """

    __slots__ = ("key", "leaves", "order", "positions", "reads", "scalars")

    key: list[Any]
    order: list[Node]
    leaves: list[Node]
    scalars: list[Scalar]
    positions: dict[int, int]
    reads: dict[int, int]


def structure(order: list[Node], token: object, serial: bool = False) -> Structure:
    """The structure of nodes in an order in which they can be computed. `token` stands for the settings that planning depends on;
    `serial` asks for that very order, on one stream a device."""
    positions: dict[int, int] = {}
    reads: dict[int, int] = {}
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
                reads[ident] = reads.get(ident, 0) + 1
                add(position)
            else:
                add(type(item))
                scalars.append(item)
        positions[id(node)] = index
    found = Structure()
    found.key, found.order, found.leaves = key, order, leaves
    found.scalars, found.positions, found.reads = scalars, positions, reads
    return found


class Capture:
    """A structure frozen for planning: with `kept`, the indices into `order` of the values that are stored; `key` is complete."""

    __slots__ = ("kept", "key", "leaves", "moves", "order", "scalars", "shifts")

    key: tuple[Any, ...]
    order: list[Node]
    leaves: list[Node]
    scalars: list[Scalar]
    kept: list[int]
    # See `positions`: of nodes by index the leaf that takes the place of the first input (-1: that stays) and the parameters; and the
    # shifts of a graph.
    moves: dict[int, tuple[int, tuple[Any, ...]]]
    shifts: dict[int, int]


def capture(structure: Structure, kept: list[int]) -> Capture:
    """Capture a structure; `kept` ascending."""
    found = Capture()
    found.key = (*structure.key, None, *kept)
    found.order, found.leaves, found.scalars, found.kept = structure.order, structure.leaves, structure.scalars, kept
    found.moves, found.shifts = {}, {}
    return found


def to_graph(captured: Capture, default_device: str) -> Graph:
    """The position-based graph of a capture: leaves, then scalars, then the operations."""
    nodes = [
        GraphNode(structural.leaf, (), (), leaf.shape, leaf.dtype, leaf.device or default_device) for leaf in captured.leaves
    ]
    positions: dict[int, int] = {}
    for index, leaf in enumerate(captured.leaves):
        positions.setdefault(id(leaf), index)  # one may come again, for the views of it that move
    nodes += [
        GraphNode(structural.scalar, (), (), (), _SCALAR_DTYPES[type(value)], default_device, weak=type(value))
        for value in captured.scalars
    ]
    inputs = len(nodes)
    scalar = len(captured.leaves)
    moves = captured.moves
    for index, node in enumerate(captured.order):
        read = []
        for item in node.inputs:
            if type(item) is Node:
                read.append(positions[id(item)])
            else:
                read.append(scalar)
                scalar += 1
        positions[id(node)] = len(nodes)
        params = node.params
        if index in moves:
            place, params = moves[index]
            if place >= 0 and read:  # none, where a signal handler has settled the node: it is captured again
                read[0] = place
        nodes.append(GraphNode(node.op, tuple(read), params, node.shape, node.dtype, node.device or default_device, origin=index))
    return Graph(tuple(nodes), inputs, tuple(inputs + index for index in captured.kept), captured.shifts)
