"""The expression graph: `Node`, one recorded operation, and the traversals over pending nodes.

A node is a description (operation, inputs, parameters, shape, dtype, device) and one slot, `result`, that is set once.
Nothing here plans or runs; `capture` turns pending nodes into the position-based `Graph` that the passes work on.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from operator import attrgetter
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from lazytensor.compiler.ops.row import Kind, Op

Scalar: TypeAlias = bool | int | float | complex
Shape: TypeAlias = tuple[int, ...]
Site: TypeAlias = tuple[CodeType, int] | None


_numbers = count()
_number = attrgetter("number")


class Node:
    """One operation on nodes and Python scalars.

    `inputs` is a tuple made for this node alone (liveness counts references to the inputs, see `external`). `params` holds what
    shapes the operation: axes, strides, dtypes; Python numbers are inputs, never params, so that a new value meets the same plan.
    `result` is None while the node is pending, then an array, a promise of one, or a failure; setting it drops `inputs`. `number`
    grows from node to node: what a node reads was recorded before it.
    """

    __slots__ = ("__weakref__", "device", "dtype", "inputs", "number", "op", "params", "result", "shape", "site")

    op: Op
    inputs: tuple[Any, ...]
    params: tuple[Hashable, ...]
    shape: Shape
    dtype: np.dtype[Any]
    device: str | None
    site: Site
    result: Any
    number: int

    def __init__(
        self,
        op: Op,
        inputs: tuple[Any, ...],
        params: tuple[Hashable, ...],
        shape: Shape,
        dtype: np.dtype[Any],
        device: str | None,
        site: Site,
        result: Any = None,
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.device = device
        self.site = site
        self.result = result
        self.number = next(_numbers)

    def __repr__(self) -> str:
        return f"Node({self.op.name}, {self.shape}, {self.dtype})"


def settle(node: Node, result: Any) -> None:
    """Set the result and drop the inputs, so that what only this node needed can be freed. Called as `graph.settle`, which tests
    watch."""
    node.result = result
    node.inputs = ()


def linearize(roots: Iterable[Node]) -> list[Node]:
    """Every pending node that `roots` need, in the order they were recorded, as NumPy would have computed them: what a program makes and
    reads next is in the cache, and few values are alive at once. Iterative, so depth is no limit."""
    order: list[Node] = []
    seen: set[int] = set()
    for root in roots:
        if root.result is not None or id(root) in seen:
            continue
        stack = [root]
        while stack:
            node = stack[-1]
            if id(node) in seen:
                stack.pop()
                continue
            ready = True
            for item in node.inputs:
                if type(item) is Node and item.result is None and id(item) not in seen:
                    stack.append(item)
                    ready = False
            if ready:
                seen.add(id(node))
                order.append(node)
                stack.pop()
    order.sort(key=_number)
    return order


class GraphNode(NamedTuple):  # passes make many of them, which takes a frozen dataclass five times as long
    """A node by position: `inputs` are positions in the same graph, each smaller than this node's own.

    `weak` is the Python type of a scalar input (its operand type for the dtype rules), None for everything else. `origin` is the
    index of the recorded node this one came from, for error messages; it takes no part in comparisons.
    """

    op: Op
    inputs: tuple[int, ...]
    params: tuple[Hashable, ...]
    shape: Shape
    dtype: np.dtype[Any]
    device: str
    weak: type | None = None
    origin: int = -1

    @property
    def kind(self) -> Kind:
        return self.op.kind

    @property
    def size(self) -> int:
        """Elements in the result."""
        size = 1
        for length in self.shape:
            size *= length
        return size

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize


@dataclass(frozen=True, slots=True)
class Graph:
    """What a plan is made from. Positions 0 .. inputs-1 are the bound inputs, arrays first and then scalars (kind LEAF); a position
    is also the slot of that value in the plan's environment. `outputs` are the positions whose values are kept. Of an array in `shifts`
    views and region stores lie so many elements further on as the scalar at that position says (see `positions`)."""

    nodes: tuple[GraphNode, ...]
    inputs: int
    outputs: tuple[int, ...]
    shifts: Mapping[int, int] = field(default_factory=dict)

    def operand_types(self, position: int) -> tuple[Any, ...]:
        """What the node's `signature` is called with for its inputs: a dtype, or a Python type for a scalar."""
        nodes = self.nodes
        return tuple(nodes[i].weak or nodes[i].dtype for i in nodes[position].inputs)

    def consumers(self) -> list[list[int]]:
        """For each position, the positions that read it, ascending, once per reading operand."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for position, node in enumerate(self.nodes):
            for item in node.inputs:
                found[item].append(position)
        return found


def verify(graph: Graph) -> None:
    """Assert the graph's invariants; run between passes in tests."""
    for position, node in enumerate(graph.nodes):
        assert (node.kind is Kind.LEAF) == (position < graph.inputs), f"{node} out of place at {position}"
        assert all(0 <= item < position for item in node.inputs), f"{node} reads a later node"
        if position >= graph.inputs:
            shapes = [graph.nodes[item].shape for item in node.inputs]
            signature = node.op.signature(*graph.operand_types(position), *node.params)
            assert node.shape == node.op.shape(*shapes, *node.params), f"{node}: wrong shape"
            assert node.dtype == signature.result, f"{node}: wrong dtype"
    assert all(0 <= item < len(graph.nodes) for item in graph.outputs)
