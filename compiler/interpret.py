"""The interpreter tier: each node a bound call of its NumPy reference. No fusion, no compilation, no start-up time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lazytensor.compiler.cost import node_cost, numpy_cost
from lazytensor.compiler.graph import Graph, GraphNode
from lazytensor.compiler.kernel import Access, access, shift_of
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.memory_plan import StepDraft
from lazytensor.compiler.plan import Environment, Lane, restarts
from lazytensor.compiler.tuning import BLAS_FLOPS, GRAIN_SECONDS, POOLED_BYTES
from lazytensor.compiler.updates import destination, reader, store

Run = Callable[[Environment, Lane], None]


class _Way(NamedTuple):
    """How a node is computed, which nodes of one form have in common: the reference bound to its operands' types; whether the values are
    plain arrays of a ufunc, in pooled memory or not; elements that a thread takes at a time; whether threads share it; and seconds."""

    reference: Callable[..., Any]
    plain: bool
    pooled: bool
    grain: int
    shared: bool
    cost: float


def lower(graph: Graph, position: int, known: dict[Any, _Way] | None = None) -> StepDraft:
    """The draft of one node. `known` are the ways of nodes met before: finding one takes a third of the time."""
    node = graph.nodes[position]
    found = [access(graph, item) for item in node.inputs]
    read = [graph.nodes[item] for item in node.inputs]
    way: _Way | None = None
    key: Any = None
    if known is not None:
        key = (node.op, node.params, node.shape, node.dtype, *[(item.shape, item.dtype, item.weak) for item in read])
        way = known.get(key)
    if way is None:
        way = _way(graph, position, read)
        if known is not None:
            known[key] = way
    make: Callable[[frozenset[int]], Run]
    if node.kind is Kind.UPDATE:
        make = _update(graph, position, found)
    elif way.pooled:
        make = lambda consumed: _ufunc_into(graph, position, found, way.grain, consumed)  # noqa: E731
    elif way.plain and all(item.kind is not Kind.VIEW for item in read):
        small = _small_ufunc(graph, position, way)
        make = lambda consumed: small  # noqa: E731
    else:
        general = _call(graph, position, found, way)
        make = lambda consumed: general  # noqa: E731
    slots = [item.slot for item in found]
    if graph.shifts:
        slots += [shift for slot in slots if (shift := shift_of(graph, slot)) >= 0]
    reads = tuple(dict.fromkeys(slots))
    return StepDraft(node.op.name, make, reads, (position,), node.origin, way.cost, shared=way.shared)


def _way(graph: Graph, position: int, read: list[GraphNode]) -> _Way:
    node = graph.nodes[position]
    op = node.op
    reference = op.bind(*graph.operand_types(position), *node.params)
    # Of 0-d arrays a ufunc makes scalars, which the general call turns into arrays again.
    plain = bool(node.shape) and node.kind is Kind.ELEMENTWISE and type(reference) is np.ufunc
    pooled = plain and node.nbytes >= POOLED_BYTES and node.dtype == _natural(graph, position)
    cost = node_cost(graph, position)
    grain = max(1, int(node.size * GRAIN_SECONDS / numpy_cost(node, read)))
    if op.pieces is not None:
        shared = op.pieces(node.dtype.itemsize, *[item.shape for item in read], *node.params) > 1
    else:
        shared = node.kind is Kind.ELEMENTWISE and (pooled or op.into is not None) and node.size > grain
    return _Way(reference, plain, pooled, grain, shared, cost)


def _small_ufunc(graph: Graph, position: int, way: _Way) -> Run:
    """The hot path of small work."""
    node = graph.nodes[position]
    ufunc, dtype = node.op.reference, node.dtype
    if len(node.inputs) == 1:
        (a,) = node.inputs

        def unary(environment: Environment, lane: Lane) -> None:
            value = ufunc(environment[a])
            environment[position] = value if value.dtype is dtype else value.astype(dtype)

        return unary
    if len(node.inputs) == 2:
        a, b = node.inputs

        def binary(environment: Environment, lane: Lane) -> None:
            value = ufunc(environment[a], environment[b])
            environment[position] = value if value.dtype is dtype else value.astype(dtype)

        return binary
    return _call(graph, position, [Access(item, graph.nodes[item].shape, (), 0) for item in node.inputs], way)


def _natural(graph: Graph, position: int) -> np.dtype[Any] | None:
    """The dtype the ufunc itself chooses."""
    node = graph.nodes[position]
    ufunc: Any = node.op.reference
    try:
        return ufunc.resolve_dtypes((*graph.operand_types(position), None))[-1]  # type: ignore[no-any-return]
    except TypeError:
        return None


def _ufunc_into(graph: Graph, position: int, found: list[Access], grain: int, consumed: frozenset[int]) -> Run:
    """A ufunc into pooled memory, or over an operand that nobody reads again, also by no view, shared between threads by ranges of the
    first long axis."""
    node = graph.nodes[position]
    ufunc, dtype, shape, inputs = node.op.reference, node.dtype, node.shape, node.inputs
    rank = len(shape)
    readers = [reader(graph, item, where) for item, where in zip(inputs, found, strict=True)]
    seen = {where.slot for item, where in zip(inputs, found, strict=True) if graph.nodes[item].kind is Kind.VIEW}
    same = not seen and all(graph.nodes[item].shape in (shape, ()) for item in inputs)
    rows = node.size if same else shape[0]
    grain = max(1, grain // max(1, node.size // max(1, rows)))
    # Fresh pages cost several times the arithmetic: a first `x*2.5 + x*x - 1` touches two arrays instead of three.
    dying = [
        item for item in set(inputs) & consumed - seen if graph.nodes[item].shape == shape and graph.nodes[item].dtype == dtype
    ]

    def run(environment: Environment, lane: Lane) -> None:
        free = [item for item in dying if alone(environment, item)] if not restarts(lane) else []
        out = environment[free[0]] if free else lane.empty(shape, dtype)
        values = [read(environment) for read in readers]
        if same:
            flat = out.reshape(-1)
            parts = [value.reshape(-1) if getattr(value, "ndim", 0) else value for value in values]

            def some(start: int, stop: int) -> None:
                ufunc(*[_part(value, start, stop) for value in parts], out=flat[start:stop])

        else:

            def some(start: int, stop: int) -> None:
                ufunc(*[_rows(value, rank, start, stop) for value in values], out=out[start:stop])

        lane.split(some, rows, grain)
        environment[position] = out

    return run


def _part(value: Any, start: int, stop: int) -> Any:
    return value[start:stop] if getattr(value, "ndim", 0) else value


def _rows(value: Any, rank: int, start: int, stop: int) -> Any:
    if getattr(value, "ndim", 0) == rank and value.shape[0] != 1:
        return value[start:stop]
    return value


def _call(graph: Graph, position: int, found: list[Access], way: _Way) -> Run:
    """Any reference on any operands; the result made C-contiguous and of the node's dtype."""
    node = graph.nodes[position]
    into, params, dtype, shape = node.op.into, node.params, node.dtype, node.shape
    reference = way.reference
    readers = [reader(graph, item, where) for item, where in zip(node.inputs, found, strict=True)]
    pooled = into is not None and max(node.nbytes, *(graph.nodes[item].nbytes for item in node.inputs)) >= POOLED_BYTES

    def run(environment: Environment, lane: Lane) -> None:
        values = [read(environment) for read in readers]
        if pooled:
            out = lane.empty(shape, dtype)
            into(out, lane.split, *values, *params)  # type: ignore[misc]
            environment[position] = out
        else:
            environment[position] = np.asarray(reference(*values, *params), dtype=dtype, order="C")

    def run_single_threaded(environment: Environment, lane: Lane) -> None:
        with lane.blas():
            run(environment, lane)

    work = node.op.work
    if work is None or work(*(graph.nodes[item].shape for item in node.inputs), *params) < BLAS_FLOPS:
        return run
    return run_single_threaded


def _update(graph: Graph, position: int, found: list[Access]) -> Callable[[frozenset[int]], Run]:
    """A region store, in place where that can be."""
    node = graph.nodes[position]
    read_value = reader(graph, node.inputs[1], found[1])
    read = (lambda environment: np.array(read_value(environment))) if found[1].slot == found[0].slot else read_value
    shift = shift_of(graph, position)
    return lambda consumed: store(node.params, position, destination(graph, position, consumed), read, shift)
