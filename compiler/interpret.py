"""The interpreter tier: each node a bound call of its NumPy reference. No fusion, no compilation, no start-up time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.cost import node_cost, numpy_cost
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Access, access
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.memory_plan import StepDraft
from lazytensor.compiler.plan import Environment, Lane, restarts
from lazytensor.compiler.tuning import BLAS_FLOPS, GRAIN_SECONDS, POOLED_BYTES
from lazytensor.compiler.updates import destination, reader, store

Run = Callable[[Environment, Lane], None]


def lower(graph: Graph, position: int) -> StepDraft:
    """The draft of one node."""
    node = graph.nodes[position]
    found = [access(graph, item) for item in node.inputs]
    views = any(graph.nodes[item].kind is Kind.VIEW for item in node.inputs)
    shared = False
    # Of 0-d arrays a ufunc makes scalars, which the general call turns into arrays again.
    plain = node.shape and node.kind is Kind.ELEMENTWISE and type(_bound(graph, position)) is np.ufunc
    pooled = plain and node.nbytes >= POOLED_BYTES and node.dtype == _natural(graph, position)
    make: Callable[[frozenset[int]], Run]
    if node.kind is Kind.UPDATE:
        make = _update(graph, position, found)
    elif pooled:
        make = lambda consumed: _ufunc_into(graph, position, found, consumed)  # noqa: E731
        shared = node.size > _grain(graph, position)
    elif plain and not views:
        small = _small_ufunc(graph, position)
        make = lambda consumed: small  # noqa: E731
    else:
        general = _call(graph, position, found)
        shared = _is_cut(graph, position)
        make = lambda consumed: general  # noqa: E731
    reads = tuple(dict.fromkeys(item.slot for item in found))
    return StepDraft(node.op.name, make, reads, (position,), node.origin, node_cost(graph, position), shared=shared)


def _is_cut(graph: Graph, position: int) -> bool:
    """Does the operation share itself between threads?"""
    node = graph.nodes[position]
    if node.op.pieces is not None:
        shapes = [graph.nodes[item].shape for item in node.inputs]
        return node.op.pieces(node.dtype.itemsize, *shapes, *node.params) > 1
    return node.kind is Kind.ELEMENTWISE and node.op.into is not None and node.size > _grain(graph, position)


def _bound(graph: Graph, position: int) -> Callable[..., Any]:
    node = graph.nodes[position]
    return node.op.bind(*graph.operand_types(position), *node.params)


def _grain(graph: Graph, position: int) -> int:
    """Elements of the result that a thread takes at a time when a call is shared."""
    node = graph.nodes[position]
    seconds = numpy_cost(node, [graph.nodes[item] for item in node.inputs])
    return max(1, int(node.size * GRAIN_SECONDS / seconds))


def _small_ufunc(graph: Graph, position: int) -> Run:
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
    return _call(graph, position, [Access(item, graph.nodes[item].shape, (), 0) for item in node.inputs])


def _natural(graph: Graph, position: int) -> np.dtype[Any] | None:
    """The dtype the ufunc itself chooses."""
    node = graph.nodes[position]
    ufunc: Any = node.op.reference
    try:
        return ufunc.resolve_dtypes((*graph.operand_types(position), None))[-1]  # type: ignore[no-any-return]
    except TypeError:
        return None


def _ufunc_into(graph: Graph, position: int, found: list[Access], consumed: frozenset[int]) -> Run:
    """A ufunc into pooled memory, or over an operand that nobody reads again, also by no view, shared between threads by ranges of the
    first long axis."""
    node = graph.nodes[position]
    ufunc, dtype, shape, inputs = node.op.reference, node.dtype, node.shape, node.inputs
    rank = len(shape)
    readers = [reader(graph, item, where) for item, where in zip(inputs, found, strict=True)]
    seen = {where.slot for item, where in zip(inputs, found, strict=True) if graph.nodes[item].kind is Kind.VIEW}
    same = not seen and all(graph.nodes[item].shape in (shape, ()) for item in inputs)
    rows = node.size if same else shape[0]
    grain = max(1, _grain(graph, position) // max(1, node.size // max(1, rows)))
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


def _call(graph: Graph, position: int, found: list[Access]) -> Run:
    """Any reference on any operands; the result made C-contiguous and of the node's dtype."""
    node = graph.nodes[position]
    into, params, dtype, shape = node.op.into, node.params, node.dtype, node.shape
    reference = _bound(graph, position)
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
    return lambda consumed: store(node.params, position, destination(graph, position, consumed), read)
