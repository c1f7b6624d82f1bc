"""Graphs, plans and their evaluation in tests that need no front end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lazytensor.compiler.graph import Graph, GraphNode
from lazytensor.compiler.kernel import contiguous_strides
from lazytensor.compiler.ops import elementwise, reductions, structural
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.plan import Plan

Shape = tuple[int, ...]


class Sketch:
    """A graph under construction: every method returns a position. Arrays come first, then scalars, then operations."""

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.inputs = 0

    def _append(self, node: GraphNode) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def array(self, *shape: int, dtype: Any = "f8", device: str = "cpu:0") -> int:
        self.inputs += 1
        assert self.inputs == len(self.nodes) + 1
        return self._append(GraphNode(structural.leaf, (), (), shape, np.dtype(dtype), device))

    def scalar(self, kind: type) -> int:
        self.inputs += 1
        assert self.inputs == len(self.nodes) + 1
        return self._append(GraphNode(structural.leaf, (), (), (), np.dtype(kind), "cpu:0", weak=kind))

    def op(self, row: Op, *inputs: int, params: tuple[Any, ...] = (), device: str = "cpu:0") -> int:
        nodes = [self.nodes[item] for item in inputs]
        dtype = row.resolve(*(node.weak or node.dtype for node in nodes), *params).result
        shape = row.shape(*(node.shape for node in nodes), *params)
        return self._append(GraphNode(row, inputs, params, shape, dtype, device, origin=len(self.nodes) - self.inputs))

    def view(self, base: int, shape: Shape, strides: tuple[int, ...] | None = None, offset: int = 0) -> int:
        node = self.nodes[base]
        strides = contiguous_strides(shape) if strides is None else strides
        return self._append(GraphNode(structural.view, (base,), (shape, strides, offset), shape, node.dtype, node.device))

    def transpose(self, base: int) -> int:
        shape = self.nodes[base].shape
        return self.view(base, shape[::-1], contiguous_strides(shape)[::-1])

    def sum(self, item: int, *axes: int, keepdims: bool = False) -> int:
        return self.op(reductions.sum, item, params=(axes, keepdims))

    def graph(self, *outputs: int) -> Graph:
        return Graph(tuple(self.nodes), self.inputs, outputs)


def evaluate(graph: Graph, values: Sequence[Any]) -> list[np.ndarray[Any, Any]]:
    """The outputs, by every row's reference."""
    found = list(values)
    with np.errstate(all="ignore"):
        for position in range(graph.inputs, len(graph.nodes)):
            node = graph.nodes[position]
            reference = node.op.bind(*graph.operand_types(position), *node.params)
            found.append(np.asarray(reference(*(found[item] for item in node.inputs), *node.params), dtype=node.dtype, order="C"))
    return [found[position] for position in graph.outputs]


def sample_inputs(graph: Graph, seed: int = 0) -> list[Any]:
    """A value for each bound input."""
    random = np.random.default_rng(seed)
    scalars = {bool: True, int: 3, float: 0.5, complex: 0.5 - 1j}
    values: list[Any] = []
    for node in graph.nodes[: graph.inputs]:
        if node.weak is not None:
            values.append(scalars[node.weak])
        else:
            values.append(random.integers(-20, 20, node.shape).astype(node.dtype))
    return values


class PlainLane:
    """Memory and threads of a device that has neither of its own."""

    def empty(self, shape: Shape, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        return np.empty(shape, dtype)

    def split(self, task: Callable[[int, int], None], count: int, grain: int) -> None:
        for start in range(0, count, grain):
            task(start, min(count, start + grain))

    def blas(self) -> nullcontext[None]:
        return nullcontext()


def run_plan(plan: Plan, values: Sequence[Any]) -> list[np.ndarray[Any, Any]]:
    """The outputs of a plan whose segments run in order, with everything freed that steps free."""
    environment: list[Any] = [*values, *(None,) * (plan.slots - plan.inputs)]
    lane = PlainLane()
    with np.errstate(all="ignore"):
        for segment in plan.segments:
            for step in segment.steps:
                step.run(environment, lane)
                for slot in step.frees:
                    environment[slot] = None
    return [np.asarray(environment[slot]) for slot in plan.outputs]


BINARY = (elementwise.add, elementwise.multiply, elementwise.subtract, elementwise.maximum, elementwise.less)
UNARY = (elementwise.negative, elementwise.abs, elementwise.square)
REDUCTIONS = (reductions.sum, reductions.max, reductions.any)


@st.composite
def graphs(draw: st.DrawFn, devices: tuple[str, ...] = ("cpu:0",), most: int = 14) -> Graph:
    """A random graph of elementwise operations, views, updates and reductions over few shapes, one element and functions of Python
    numbers alone among them."""
    sketch = Sketch()
    choose: Callable[..., Any] = lambda options: draw(st.sampled_from(options))  # noqa: E731
    for _ in range(draw(st.integers(1, 3))):
        sketch.array(
            *choose([(4, 6), (6, 4), (6,), (4, 1), (), (1,), (1, 1)]), dtype=choose(["i8", "f8"]), device=choose(devices)
        )
    for _ in range(draw(st.integers(0, 2))):
        sketch.scalar(choose([int, float]))
    start = len(sketch.nodes)
    for _ in range(draw(st.integers(1, most))):
        arrays = [place for place, node in enumerate(sketch.nodes) if node.weak is None]
        a = choose(arrays)
        node = sketch.nodes[a]
        rank = len(node.shape)
        kind = choose(["binary"] * 4 + ["unary"] * 2 + ["reduce"] * 2 + ["view"] * 3 + ["update", "scalars"])
        device = choose(devices)
        if kind == "scalars":
            scalars = [place for place, node in enumerate(sketch.nodes) if node.weak is not None]
            if scalars and draw(st.booleans()):
                sketch.op(choose(BINARY), choose(scalars), choose(scalars), device=device)
            elif scalars:
                sketch.op(choose(UNARY), choose(scalars), device=device)
        elif kind == "binary":
            b = choose(range(len(sketch.nodes)))
            try:
                sketch.op(choose(BINARY), *(choose([(a, b), (b, a)])), device=device)
            except (ValueError, TypeError):
                continue
        elif kind == "unary" and node.dtype.kind != "b":
            sketch.op(choose(UNARY), a, device=device)
        elif kind == "reduce" and rank:
            axes = choose([(0,), tuple(range(rank)), (rank - 1,)])
            sketch.op(choose(REDUCTIONS), a, params=(axes, draw(st.booleans())), device=device)
        elif kind == "view" and not rank and node.kind.value != "view":
            sketch.view(a, choose([(1,), (1, 1), ()]))
        elif kind == "view" and rank and node.kind.value != "view":
            form = choose(["transpose", "slice", "flip", "flat", "broadcast"])
            strides = contiguous_strides(node.shape)
            if form == "transpose":
                sketch.transpose(a)
            elif form == "slice" and node.shape[0] > 2:
                sketch.view(a, (node.shape[0] - 2, *node.shape[1:]), strides, strides[0])
            elif form == "flip":
                sketch.view(a, node.shape, (-strides[0], *strides[1:]), strides[0] * (node.shape[0] - 1))
            elif form == "flat":
                sketch.view(a, (node.size,))
            else:
                sketch.view(a, (2, *node.shape), (0, *strides))
        elif kind == "update" and rank and node.kind.value != "view":
            strides = contiguous_strides(node.shape)
            region = ((node.shape[0] - 1, *node.shape[1:]), strides, strides[0])
            if node.shape[0] == 1:
                region = (node.shape, strides, 0)
            value = choose(arrays)
            if sketch.nodes[value].dtype != node.dtype:
                continue
            try:
                sketch.op(structural.update, a, value, params=region, device=node.device)
            except ValueError:
                continue
    stored = [place for place in range(start, len(sketch.nodes)) if sketch.nodes[place].kind.value != "view"]
    outputs = draw(st.lists(st.sampled_from(stored), max_size=4, unique=True)) if stored else []
    return sketch.graph(*sorted(outputs))
