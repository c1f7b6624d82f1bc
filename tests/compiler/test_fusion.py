"""Fusion: which operations share a kernel, and that the groups of any graph can run in their order."""

from __future__ import annotations

from unittest.mock import patch

from graphs import Sketch, graphs
from hypothesis import given, settings

from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, Group, access
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import library, reductions, sources, structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.passes.fusion import expressible, fuse
from lazytensor.compiler.passes.rewrite import PASSES
from lazytensor.compiler.passes.rows import row_links, row_passes
from lazytensor.compiler.tuning import MAX_NODES, MAX_OPERANDS, ROW_LEAST, ROW_MOST


def optimized(graph: Graph) -> Graph:
    for rewriting in PASSES:
        graph = rewriting(graph)
    return graph


def forms(graph: Graph) -> list[str]:
    """The groups as text: form, and the operations in it."""
    graph = optimized(graph)
    return [f"{group.form.value}: {' '.join(graph.nodes[item].op.name for item in group.members)}" for group in fuse(graph)]


def check_groups(graph: Graph) -> None:
    groups = fuse(graph)
    wanted = [position for position in range(graph.inputs, len(graph.nodes)) if graph.nodes[position].kind is not Kind.VIEW]
    assert sorted(item for group in groups for item in group.members) == wanted
    stored = set(range(graph.inputs))
    readers = graph.consumers()
    for group in groups:
        members = set(group.members)
        assert list(group.body) == sorted(group.body)
        assert set(group.outputs) <= members
        for position in group.members:
            node = graph.nodes[position]
            assert node.device == group.device
            for item in node.inputs:
                slot = access(graph, item).slot
                if slot in members:
                    assert slot < position
                    # Within a group values are passed element by element: no view parts them. A row's value may be broadcast.
                    assert slot == item or group.form is Form.ROWS
                else:
                    assert slot in stored, "read before it is stored"
        for position in group.body:
            if group.form is not Form.CALL:
                assert graph.nodes[position].shape == group.shape
                assert expressible(graph, position)
        if group.form is Form.REDUCE:
            params = {graph.nodes[position].params for position in group.reduces}
            assert len(params) == 1
            for position in group.reduces:
                assert graph.nodes[graph.nodes[position].inputs[0]].shape == group.shape
            shape = graph.nodes[group.reduces[0]].shape
            for position in group.epilogue:
                assert graph.nodes[position].shape == shape
                assert not set(graph.nodes[position].inputs) & set(group.body)
        elif group.form is Form.ROWS:
            check_rows(graph, group)
        else:
            assert not group.reduces
            assert not group.epilogue
        if group.form is Form.CALL:
            assert len(group.body) == 1
        assert len(members) <= MAX_NODES
        for position in members:
            users = ([reader] if graph.nodes[reader].kind is not Kind.VIEW else readers[reader] for reader in readers[position])
            seen = any(user not in members for found in users for user in found)
            assert (position in group.outputs) == (seen or position in graph.outputs)
        stored |= set(group.outputs)
    assert all(access(graph, position).slot in stored for position in graph.outputs)


def check_rows(graph: Graph, group: Group) -> None:
    """Every value of a row group is there when a pass needs it."""
    links, passes = row_links(graph, group), row_passes(graph, group)
    assert links is not None
    assert passes is not None
    values: set[int] = set()
    saved: set[int] = set()
    for item in passes:
        values |= set(item.values)
        assert set(item.loaded) <= saved
        have = {*item.body, *item.loaded}
        for position in (*item.values, *item.body):
            node = graph.nodes[position]
            for slot in (access(graph, entry).slot for entry in node.inputs):
                if slot in group.body:
                    assert slot in have or node.kind is Kind.REDUCE
                elif slot in group.members:
                    assert slot in values
        for position in item.reduces:
            slot = access(graph, graph.nodes[position].inputs[0]).slot
            assert slot in have or slot not in group.members
        assert set(item.saved) <= set(item.body)
        saved |= set(item.saved)
    assert values == {*group.reduces, *group.epilogue}
    assert {position for item in passes for position in item.body} >= {*group.outputs} & {*group.body}


@settings(max_examples=200)
@given(graph=graphs(most=20))
def test_groups_of_random_graphs(graph: Graph) -> None:
    check_groups(graph)
    check_groups(optimized(graph))


@settings(max_examples=60)
@given(graph=graphs(devices=("cpu:0", "cpu:1"), most=20))
def test_groups_on_two_devices(graph: Graph) -> None:
    check_groups(optimized(graph))


def test_rows_of_one_element() -> None:
    """No row is so short, but where a test allows it: what a pass needs again is counted without an axis to step along."""
    sketch = Sketch()
    x = sketch.array(1)
    twice = sketch.op(ops.add, x, x)
    graph = sketch.graph(sketch.op(ops.add, sketch.sum(twice, 0, keepdims=True), twice))
    with patch("lazytensor.compiler.passes.rows.ROW_LEAST", 1):
        check_groups(graph)


@settings(max_examples=300)
@given(graph=graphs(most=24))
def test_row_groups_of_random_graphs(graph: Graph) -> None:
    with patch("lazytensor.compiler.passes.rows.ROW_LEAST", 1):
        check_groups(graph)
        check_groups(optimized(graph))


def test_an_expression_is_one_kernel() -> None:
    sketch = Sketch()
    x, y = sketch.array(100), sketch.array(100)
    scalar = sketch.scalar(float)
    z = sketch.op(ops.exp, sketch.op(ops.add, sketch.op(ops.multiply, x, scalar), sketch.op(ops.sin, y)))
    assert forms(sketch.graph(z)) == ["map: multiply sin add exp"]


def test_several_outputs_share_a_loop() -> None:
    sketch = Sketch()
    x = sketch.array(100)
    y = sketch.op(ops.exp, x)
    low, high = sketch.op(ops.negative, y), sketch.op(ops.square, y)
    graph = optimized(sketch.graph(y, low, high))
    (group,) = fuse(graph)
    assert group.outputs == graph.outputs


def test_broadcast_operands_are_read_in_the_loop() -> None:
    sketch = Sketch()
    x, row, column = sketch.array(8, 5), sketch.array(5), sketch.array(8, 1)
    z = sketch.op(ops.add, sketch.op(ops.multiply, x, row), column)
    assert forms(sketch.graph(z)) == ["map: multiply add"]


def test_views_of_inputs_are_read_in_the_loop() -> None:
    sketch = Sketch()
    x = sketch.array(8, 6)
    left = sketch.view(x, (8, 5), (6, 1), 0)
    right = sketch.view(x, (8, 5), (6, 1), 1)
    backwards = sketch.view(x, (8, 5), (-6, -1), 46)
    z = sketch.op(ops.add, sketch.op(ops.subtract, right, left), backwards)
    assert forms(sketch.graph(z)) == ["map: subtract add"]


def test_transposes_between_operations_sink_into_the_kernel() -> None:
    sketch = Sketch()
    x = sketch.array(8, 6)
    y = sketch.transpose(sketch.op(ops.exp, x))
    z = sketch.op(ops.negative, y)
    assert forms(sketch.graph(z)) == ["map: exp negative"]


def test_reductions_take_in_the_work_before_and_after_them() -> None:
    sketch = Sketch()
    x = sketch.array(64, 32)
    scalar = sketch.scalar(float)
    total = sketch.sum(sketch.op(ops.square, sketch.op(ops.subtract, x, scalar)), 1)
    root = sketch.op(ops.sqrt, sketch.op(ops.divide, total, scalar))
    assert forms(sketch.graph(root)) == ["reduce: subtract square sum divide sqrt"]


def test_two_reductions_of_one_operand_share_a_loop() -> None:
    sketch = Sketch()
    x = sketch.op(ops.exp, sketch.array(64, 32))
    low = sketch.op(reductions.min, x, params=((0, 1), False))
    high = sketch.op(reductions.max, x, params=((0, 1), False))
    span = sketch.op(ops.subtract, high, low)
    assert forms(sketch.graph(span)) == ["reduce: exp min max subtract"]


def test_what_needs_a_finished_reduction_over_columns_is_another_kernel() -> None:
    sketch = Sketch()
    x = sketch.array(64, 32)
    centred = sketch.op(ops.subtract, x, sketch.sum(x, 0, keepdims=True))
    assert forms(sketch.graph(centred)) == ["reduce: sum", "map: subtract"]


def softmax(sketch: Sketch, x: int) -> int:
    shifted = sketch.op(ops.subtract, x, sketch.op(reductions.max, x, params=((1,), True)))
    terms = sketch.op(ops.exp, shifted)
    return sketch.op(ops.divide, terms, sketch.sum(terms, 1, keepdims=True))


def test_a_softmax_is_one_kernel() -> None:
    sketch = Sketch()
    y = softmax(sketch, sketch.op(ops.negative, sketch.array(64, 32)))
    graph = sketch.graph(y)
    assert forms(graph) == ["rows: negative max subtract exp sum divide"]
    (group,) = fuse(optimized(graph))
    passes = row_passes(optimized(graph), group)
    assert passes is not None
    # The exponentials are kept for the last pass; the negation is cheaper computed again.
    saved, loaded = [len(item.saved) for item in passes], [len(item.loaded) for item in passes]
    assert (saved, loaded) == ([0, 1, 0], [0, 0, 1])
    assert [len(item.body) for item in passes] == [1, 3, 1]


def test_row_values_may_be_seen_through_views() -> None:
    sketch = Sketch()
    x, weight = sketch.array(4, 16, 32), sketch.array(32)
    mean = sketch.sum(x, 2)
    centred = sketch.op(ops.subtract, x, sketch.view(mean, (4, 16, 1)))
    variance = sketch.sum(sketch.op(ops.square, centred), 2, keepdims=True)
    flat = sketch.op(ops.negative, sketch.view(variance, (4, 16)))
    out = sketch.op(ops.multiply, sketch.op(ops.divide, centred, sketch.op(ops.sqrt, variance)), weight)
    graph = sketch.graph(mean, flat, out)
    assert forms(graph) == ["rows: sum subtract square sum negative sqrt divide multiply"]


def test_rows_read_crosswise_are_other_kernels() -> None:
    sketch = Sketch()
    x = sketch.array(32, 32)
    total = sketch.sum(x, 1)
    assert forms(sketch.graph(sketch.op(ops.subtract, x, total))) == ["reduce: sum", "map: subtract"]


def test_rows_that_are_short_or_do_not_stay_in_cache_are_other_kernels() -> None:
    for length, kernels in ((ROW_LEAST - 1, 2), (ROW_LEAST, 1), (ROW_MOST, 1), (ROW_MOST + 1, 3)):
        sketch = Sketch()
        assert len(forms(sketch.graph(softmax(sketch, sketch.array(3, length))))) == kernels


def test_a_path_through_another_kernel_parts_rows() -> None:
    sketch = Sketch()
    x = sketch.array(32, 32)
    total = sketch.sum(x, 1, keepdims=True)
    product = sketch.op(library.matmul, x, total)
    z = sketch.op(ops.add, sketch.op(ops.multiply, x, total), product)
    # `add` is in the loop of `multiply`, and needs the product, which needs the sum.
    assert forms(sketch.graph(z)) == ["reduce: sum", "call: matmul", "map: multiply add"]


def test_a_path_through_another_kernel_parts_a_loop() -> None:
    sketch = Sketch()
    x = sketch.array(8, 8)
    y = sketch.op(ops.exp, x)
    product = sketch.op(library.matmul, y, y)
    z = sketch.op(ops.add, y, product)
    # `add` cannot join the loop of `exp`: the product, which it needs, needs that loop.
    assert forms(sketch.graph(z)) == ["map: exp", "call: matmul", "map: add"]


def test_sources_are_made_in_the_loop() -> None:
    sketch = Sketch()
    scalar, seed, draw = sketch.scalar(float), sketch.scalar(int), sketch.scalar(int)
    shape, dtype = (4, 100), sketch.nodes[scalar].dtype
    count = sketch.op(sources.iota, params=(shape, 1, dtype))
    noise = sketch.op(sources.random_normal, seed, draw, params=(shape, dtype))
    full = sketch.op(sources.full, scalar, params=(shape, dtype))
    z = sketch.op(ops.add, sketch.op(ops.multiply, noise, full), count)
    assert sorted(forms(sketch.graph(z))[0].split()[1:]) == ["add", "full", "iota", "multiply", "random_normal"]
    assert len(forms(sketch.graph(z))) == 1


def test_devices_part_kernels() -> None:
    sketch = Sketch()
    x, y = sketch.array(8), sketch.array(8, device="cpu:1")
    here, there = sketch.op(ops.exp, x), sketch.op(ops.exp, y, device="cpu:1")
    assert forms(sketch.graph(here, there)) == ["map: exp", "map: exp"]


def test_long_chains_are_cut() -> None:
    sketch = Sketch()
    x = sketch.array(10)
    for _ in range(2 * MAX_NODES + 1):
        x = sketch.op(ops.negative, x)
    groups = fuse(sketch.graph(x))
    assert [len(group.members) for group in groups] == [MAX_NODES, MAX_NODES, 1]
    assert [len(group.outputs) for group in groups] == [1, 1, 1]


def test_wide_kernels_are_cut() -> None:
    sketch = Sketch()
    arrays = [sketch.array(10) for _ in range(2 * MAX_OPERANDS)]
    total = arrays[0]
    for item in arrays[1:]:
        total = sketch.op(ops.add, total, item)
    graph = sketch.graph(total)
    groups = fuse(graph)
    assert len(groups) > 1
    for group in groups:
        members = set(group.members)
        assert len({item for position in members for item in graph.nodes[position].inputs} - members) <= MAX_OPERANDS


def test_operations_without_an_expression_are_calls() -> None:
    sketch = Sketch()
    x, z = sketch.array(8), sketch.array(8, dtype="c16")
    graph = sketch.graph(sketch.op(ops.exp, z), sketch.op(reductions.argmax, x, params=((0,), False)))
    assert forms(graph) == ["call: exp", "call: argmax"]


def test_updates_join_the_loop_that_computes_their_values() -> None:
    sketch = Sketch()
    x, v = sketch.array(8), sketch.array(4)
    y = sketch.op(ops.exp, x)
    stored = sketch.op(structural.update, x, sketch.view(y, (4,), (1,), 0), params=((4,), (1,), 4))
    assert forms(sketch.graph(sketch.op(ops.negative, stored))) == ["map: exp update", "map: negative"]
    given = sketch.op(structural.update, x, v, params=((4,), (1,), 4))
    assert forms(sketch.graph(sketch.op(ops.negative, given))) == ["call: update", "map: negative"]


def test_updates_stay_apart_from_what_makes_their_base() -> None:
    sketch = Sketch()
    x = sketch.array(8)
    base = sketch.op(ops.exp, x)
    stored = sketch.op(structural.update, base, sketch.op(ops.negative, base), params=((8,), (1,), 0))
    assert forms(sketch.graph(stored)) == ["map: exp negative", "call: update"]


def test_groups_keep_the_recorded_order() -> None:
    """What is made is read next, and not after all else that could be made."""
    sketch = Sketch()
    x = sketch.array(40, 40)
    total = None
    for _ in range(4):
        part = sketch.op(library.matmul, x, x)
        total = part if total is None else sketch.op(library.matmul, total, part)
    assert total is not None
    found = [group.members for group in fuse(sketch.graph(total))]
    assert found == sorted(found)
