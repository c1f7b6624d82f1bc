"""The rewriting passes: they keep the bits and the graph's invariants, and do what they are for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from graphs import Sketch, evaluate, graphs, sample_inputs
from hypothesis import given, settings

from lazytensor.compiler.graph import Graph, verify
from lazytensor.compiler.kernel import Access
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.place import insert_copies
from lazytensor.compiler.passes.rewrite import PASSES, drop_dead, share_common, sink_all, sink_views, split_axes


def names(graph: Graph) -> list[str]:
    return [node.op.name for node in graph.nodes[graph.inputs :]]


def check_same(before: Graph, after: Graph) -> None:
    verify(after)
    values = sample_inputs(before)
    for expected, found in zip(evaluate(before, values), evaluate(after, values), strict=True):
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("rewriting", [*PASSES, insert_copies])
@settings(max_examples=60)
@given(graph=graphs())
def test_a_pass_keeps_the_bits(rewriting: Callable[[Graph], Graph], graph: Graph) -> None:
    verify(graph)
    check_same(graph, rewriting(graph))


@settings(max_examples=60)
@given(graph=graphs(devices=("cpu:0", "cpu:1")))
def test_all_passes_in_order(graph: Graph) -> None:
    before = graph
    for rewriting in (*PASSES, insert_copies):
        graph = rewriting(graph)
        check_same(before, graph)


@settings(max_examples=200)
@given(graph=graphs())
def test_passes_change_nothing_the_second_time(graph: Graph) -> None:
    for rewriting in PASSES:
        graph = rewriting(graph)
    assert drop_dead(graph) == graph
    assert share_common(drop_dead(graph)).outputs == graph.outputs


def test_a_function_of_numbers_stays_where_a_view_gives_it_axes() -> None:
    sketch = Sketch()
    array, number = sketch.array(), sketch.scalar(float)
    alone = sketch.view(sketch.op(ops.sqrt, number), (1,))
    both = sketch.view(sketch.op(ops.add, number, number), (1, 1))
    mixed = sketch.view(sketch.op(ops.add, array, number), (1,))
    graph = sketch.graph(*(sketch.op(ops.negative, item) for item in (alone, both, mixed)))
    found = sink_all(graph)
    check_same(graph, found)
    assert [found.nodes[position].shape for position in found.outputs] == [(1,), (1, 1), (1,)]


def test_dead_code_goes_and_inputs_stay() -> None:
    sketch = Sketch()
    x, y = sketch.array(3), sketch.array(3)
    live = sketch.op(ops.add, x, x)
    dead = sketch.op(ops.multiply, live, y)
    sketch.op(ops.negative, dead)
    kept = sketch.op(ops.exp, live)
    found = drop_dead(sketch.graph(kept))
    assert names(found) == ["add", "exp"]
    assert found.inputs == 2


def test_an_empty_graph() -> None:
    sketch = Sketch()
    sketch.op(ops.negative, sketch.array(3))
    for rewriting in PASSES:
        assert names(rewriting(drop_dead(sketch.graph()))) == []


def test_equal_expressions_are_shared_however_deep() -> None:
    sketch = Sketch()
    x = sketch.array(3)
    first = sketch.op(ops.exp, sketch.op(ops.square, x))
    second = sketch.op(ops.exp, sketch.op(ops.square, x))
    total = sketch.op(ops.add, first, second)
    found = share_common(sketch.graph(first, second, total))
    assert names(found) == ["square", "exp", "add"]
    assert found.outputs[0] == found.outputs[1]
    assert found.nodes[found.outputs[2]].inputs == (found.outputs[0],) * 2


def test_what_differs_is_not_shared() -> None:
    sketch = Sketch()
    x, y = sketch.array(3, 3), sketch.array(3, 3)
    one, other = sketch.scalar(float), sketch.scalar(float)
    kept = [
        # Scalars are data: two of them may be equal today and differ tomorrow.
        *(sketch.op(ops.add, x, one), sketch.op(ops.add, x, other)),
        *(sketch.op(ops.subtract, x, y), sketch.op(ops.subtract, y, x)),
        *(sketch.sum(x, 0), sketch.sum(x, 1), sketch.sum(x, 0, keepdims=True)),
        *(sketch.op(ops.astype, x, params=(np.dtype(kind),)) for kind in ("f4", "i4")),
        *(sketch.op(ops.exp, x), sketch.op(ops.exp, x, device="cpu:1")),
    ]
    found = share_common(sketch.graph(*kept))
    assert len(set(found.outputs)) == len(kept)


def test_a_transposed_operation_becomes_an_operation_on_transposed_operands() -> None:
    sketch = Sketch()
    x, row = sketch.array(4, 6), sketch.array(6)
    scalar = sketch.scalar(float)
    y = sketch.op(ops.multiply, sketch.op(ops.add, x, row), scalar)
    z = sketch.op(ops.exp, sketch.transpose(y))
    before = sketch.graph(z)
    after = sink_all(before)
    check_same(before, after)
    # Both elementwise operations are behind the views now.
    assert names(after) == ["view", "view", "add", "multiply", "exp"]
    assert {after.nodes[position].shape for position in (5, 6, 7)} == {(6, 4)}


def test_views_stay_where_their_base_is_needed_itself() -> None:
    sketch = Sketch()
    x = sketch.array(4, 6)
    y = sketch.op(ops.exp, x)
    z = sketch.op(ops.negative, sketch.transpose(y))
    kept = sketch.graph(y, z)
    assert sink_views(kept) is kept
    twice = sketch.op(ops.add, y, x)
    read = sketch.graph(z, twice)
    assert sink_views(read) is read


def test_views_that_repeat_elements_stay() -> None:
    sketch = Sketch()
    y = sketch.op(ops.exp, sketch.array(6))
    z = sketch.op(ops.negative, sketch.view(y, (5, 6), (0, 1)))
    graph = sketch.graph(z)
    assert sink_views(graph) is graph


@pytest.mark.parametrize(
    ("view", "shape", "axes"),
    [
        (Access(0, (4, 6), (6, 1), 0), (4, 6), ((0, 0, 1), (1, 0, 1))),
        (Access(0, (6, 4), (1, 6), 0), (4, 6), ((1, 0, 1), (0, 0, 1))),
        (Access(0, (2, 3), (-6, 2), 19), (4, 6), ((0, 3, -1), (1, 1, 2))),
        (Access(0, (4,), (6,), 2), (4, 6), ((0, 0, 1), (1, 2, 0))),
        (Access(0, (24,), (1,), 0), (4, 6), None),  # a reshape: across axes
        (Access(0, (3, 8), (8, 1), 0), (4, 6), None),
        (Access(0, (4,), (7,), 0), (4, 6), None),  # a diagonal
        (Access(0, (0, 6), (6, 1), 0), (4, 6), None),
    ],
)  # fmt: skip
def test_axes_of_views(view: Access, shape: tuple[int, ...], axes: tuple[tuple[int, int, int], ...] | None) -> None:
    assert split_axes(view, shape) == axes


def test_one_copy_for_each_device_that_reads() -> None:
    sketch = Sketch()
    x = sketch.array(8)
    here = sketch.op(ops.exp, x)
    one = sketch.op(ops.add, here, x, device="cpu:1")
    two = sketch.op(ops.multiply, here, one, device="cpu:1")
    found = insert_copies(sketch.graph(here, two))
    copies = [node for node in found.nodes if node.kind is Kind.COPY]
    assert [(node.inputs, node.device) for node in copies] == [((1,), "cpu:1"), ((0,), "cpu:1")]
    for node in found.nodes[found.inputs :]:
        if node.kind is not Kind.COPY:
            assert all(found.nodes[item].device == node.device for item in node.inputs)


def test_scalars_need_no_copy_and_views_lie_with_their_base() -> None:
    sketch = Sketch()
    x = sketch.array(4, 6)
    scalar = sketch.scalar(float)
    y = sketch.op(ops.multiply, sketch.transpose(x), scalar, device="cpu:1")
    found = insert_copies(sketch.graph(y))
    assert names(found) == ["view", "to_device", "multiply"]
    view, copy, product = range(found.inputs, found.inputs + 3)
    assert found.nodes[view].device == "cpu:0"
    assert found.nodes[copy].inputs == (view,)
    assert found.nodes[copy].shape == (6, 4)
    assert found.nodes[product].inputs == (copy, scalar)


def test_one_device_needs_nothing() -> None:
    sketch = Sketch()
    graph = sketch.graph(sketch.op(ops.exp, sketch.array(3)))
    assert insert_copies(graph) is graph


def test_verify_finds_what_is_wrong() -> None:
    sketch = Sketch()
    x = sketch.array(4)
    sketch.op(ops.exp, x)
    good = sketch.graph(1)
    verify(good)
    wrong = [
        Graph((good.nodes[0], good.nodes[1]._replace(shape=(5,))), 1, (1,)),
        Graph((good.nodes[0], good.nodes[1]._replace(dtype=np.dtype("f4"))), 1, (1,)),
        Graph((good.nodes[0], good.nodes[1]._replace(inputs=(1,))), 1, (1,)),
        Graph(good.nodes, 2, (1,)),
        Graph(good.nodes, 1, (2,)),
    ]
    for graph in wrong:
        with pytest.raises(AssertionError):
            verify(graph)


def test_updates_are_not_views() -> None:
    """A region store keeps its place: the base before it and after it are two values."""
    sketch = Sketch()
    x, v = sketch.array(6), sketch.array(2)
    y = sketch.op(ops.exp, x)
    stored = sketch.op(structural.update, y, v, params=((2,), (1,), 3))
    z = sketch.op(ops.subtract, stored, y)
    graph = sketch.graph(z)
    for rewriting in PASSES:
        check_same(graph, rewriting(graph))
    assert names(sink_all(share_common(drop_dead(graph)))) == ["exp", "update", "subtract"]
