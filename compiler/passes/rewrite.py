"""Graph to graph: dead code, common subexpressions, and views moved to where they cost nothing.

Each pass is a plain function; `PASSES` is their order. Every rewrite keeps the bits: NaN, infinities and -0.0 included, so there is no
algebra on values here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lazytensor.compiler.graph import Graph, GraphNode, Shape
from lazytensor.compiler.kernel import Access, contiguous_strides
from lazytensor.compiler.ops.row import Kind


def rebuild(graph: Graph, decide: Callable[[int, GraphNode, list[GraphNode]], int | GraphNode]) -> Graph:
    """Walk the operations in order; `decide(position, node, built)` sees the node with its inputs renumbered and returns a position
    that stands for it, or the node to append (it may append others to `built` first)."""
    built = list(graph.nodes[: graph.inputs])
    renamed = list(range(graph.inputs))
    for position in range(graph.inputs, len(graph.nodes)):
        node = graph.nodes[position]
        inputs = tuple([renamed[operand] for operand in node.inputs])
        if inputs != node.inputs:
            node = node._replace(inputs=inputs)
        decision = decide(position, node, built)
        if isinstance(decision, int):
            renamed.append(decision)
        else:
            renamed.append(len(built))
            built.append(decision)
    return replace(graph, nodes=tuple(built), outputs=tuple(renamed[output] for output in graph.outputs))


def drop_dead(graph: Graph) -> Graph:
    """Keep the operations that an output needs."""
    live = set(graph.outputs)
    for position in range(len(graph.nodes) - 1, graph.inputs - 1, -1):
        if position in live:
            live.update(graph.nodes[position].inputs)
    # A dead node is renamed to 0, which nothing reads.
    return rebuild(graph, lambda position, node, built: node if position in live else 0)


def share_common(graph: Graph) -> Graph:
    """Compute equal expressions once. Scalars are data, so two of them are never taken for equal."""
    first_of: dict[object, int] = {}

    def decide(position: int, node: GraphNode, built: list[GraphNode]) -> int | GraphNode:
        key = (node.op, node.inputs, node.params, node.shape, node.dtype, node.device)
        earlier = first_of.get(key)
        if earlier is not None:
            return earlier
        first_of[key] = len(built)
        return node

    return rebuild(graph, decide)


def split_axes(view: Access, shape: Shape) -> tuple[tuple[int, int, int], ...] | None:
    """For each axis of a view of a C-contiguous array of `shape`: (axis it walks or -1, start, step); None when an axis of the view
    crosses several axes of the array (a reshape). Array axes that no view axis walks appear at the end as (axis, start, 0)."""
    if 0 in shape or 0 in view.shape:
        return None
    strides = contiguous_strides(shape)
    starts = []
    rest = view.offset
    for stride, length in zip(strides, shape, strict=True):
        start = rest // stride if length > 1 else 0
        starts.append(start)
        rest -= start * stride
    if rest != 0:
        return None
    walked: set[int] = set()
    walks = []
    for stride, length in zip(view.strides, view.shape, strict=True):
        if stride == 0 or length == 1:
            walks.append((-1, 0, 0))
            continue
        for axis, unit in enumerate(strides):
            if shape[axis] > 1 and axis not in walked and stride % unit == 0:
                step = stride // unit
                last = starts[axis] + step * (length - 1)
                if 0 <= last < shape[axis] and abs(step) * (length - 1) < shape[axis]:
                    walked.add(axis)
                    walks.append((axis, starts[axis], step))
                    break
        else:
            return None
    return (*walks, *((axis, starts[axis], 0) for axis in range(len(shape)) if axis not in walked))


def _through(view: Access, operand: Access, shape: Shape) -> Access | None:
    """What an operand, read as `shape` by an elementwise operation, looks like through a view of that operation's result."""
    axes = split_axes(view, shape)
    if axes is None:
        return None
    wide = operand.broadcast(shape)
    rank = len(view.shape)
    strides = tuple(wide.strides[axis] * step if axis >= 0 else 0 for axis, _, step in axes[:rank])
    offset = wide.offset + sum(wide.strides[axis] * start for axis, start, _ in axes if axis >= 0)
    return Access(operand.slot, view.shape, strides, offset)


def sink_views(graph: Graph) -> Graph:
    """Turn a view of an elementwise result into the elementwise operation on views, so that a transpose or slice between two
    operations does not part them. Done where the result has no other reader, so that nothing is computed twice, where the view does
    not repeat elements, and where an operand is an array: of Python numbers alone the result is 0-d, whatever shape is shown of it."""
    readers = graph.consumers()
    kept = set(graph.outputs)
    view_op = next((node.op for node in graph.nodes if node.kind is Kind.VIEW), None)
    sunk: set[int] = set()
    for position, node in enumerate(graph.nodes):
        if node.kind is Kind.VIEW:
            base = node.inputs[0]
            if (
                graph.nodes[base].kind is Kind.ELEMENTWISE
                and any(graph.nodes[operand].weak is None for operand in graph.nodes[base].inputs)
                and base not in kept
                and len(readers[base]) == 1
                and node.size <= graph.nodes[base].size
                and node.device == graph.nodes[base].device
            ):
                sunk.add(position)
    if not sunk or view_op is None:
        return graph

    def decide(position: int, node: GraphNode, built: list[GraphNode]) -> int | GraphNode:
        if position not in sunk:
            return node
        producer = built[node.inputs[0]]
        view = Access(0, *node.params)  # type: ignore[arg-type]
        operands = []
        for operand in producer.inputs:
            source = built[operand]
            if source.weak is not None:
                operands.append(operand)
                continue
            below = source.inputs[0] if source.kind is Kind.VIEW else operand
            params = source.params if source.kind is Kind.VIEW else (source.shape, contiguous_strides(source.shape), 0)
            through = _through(view, Access(below, *params), producer.shape)  # type: ignore[arg-type]
            if through is None:
                return node
            operands.append(len(built))
            built.append(
                GraphNode(
                    view_op,
                    (below,),
                    (through.shape, through.strides, through.offset),
                    through.shape,
                    source.dtype,
                    source.device,
                    origin=node.origin,
                )
            )
        return producer._replace(inputs=tuple(operands), shape=node.shape)

    return drop_dead(rebuild(graph, decide))


def sink_all(graph: Graph) -> Graph:
    """`sink_views` until nothing moves: a view sinks one operation a round; sixteen rounds cover what a fused kernel may hold."""
    for _ in range(16):
        moved = sink_views(graph)
        if moved is graph:
            break
        graph = moved
    return graph


# Views that sank may have made expressions equal (2 us a node, where sinking takes 140).
PASSES: tuple[Callable[[Graph], Graph], ...] = (drop_dead, share_common, sink_all, share_common)
