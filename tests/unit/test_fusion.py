"""Fusion: which operations share a kernel, and that the groups of any graph can run in their order."""

from __future__ import annotations

from graphs import Sketch, graphs
from hypothesis import given, settings

from lazytensor.compiler.fusion import MAX_NODES, MAX_OPERANDS, expressible, fuse
from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Form, access
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import library, reductions, sources, structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.rewrite import PASSES


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
                    # Within a group values are passed element by element: no view parts them.
                    assert slot == item
                    assert item < position
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
        else:
            assert not group.reduces
            assert not group.epilogue
        if group.form is Form.CALL:
            assert len(group.body) == 1
        assert len(members) <= MAX_NODES
        for position in members:
            seen = any(
                reader not in members if graph.nodes[reader].kind is not Kind.VIEW else readers[reader]
                for reader in readers[position]
            )
            assert (position in group.outputs) == (seen or position in graph.outputs)
        stored |= set(group.outputs)
    assert all(access(graph, position).slot in stored for position in graph.outputs)


@settings(max_examples=200)
@given(graph=graphs(most=20))
def test_groups_of_random_graphs(graph: Graph) -> None:
    check_groups(graph)
    check_groups(optimized(graph))


@settings(max_examples=60)
@given(graph=graphs(devices=("cpu:0", "cpu:1"), most=20))
def test_groups_on_two_devices(graph: Graph) -> None:
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


def test_what_needs_a_finished_reduction_is_another_kernel() -> None:
    sketch = Sketch()
    x = sketch.array(64, 32)
    centred = sketch.op(ops.subtract, x, sketch.sum(x, 0, keepdims=True))
    assert forms(sketch.graph(centred)) == ["reduce: sum", "map: subtract"]


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


def test_updates_are_calls_and_part_kernels() -> None:
    sketch = Sketch()
    x = sketch.array(8)
    y = sketch.op(ops.exp, x)
    stored = sketch.op(structural.update, x, sketch.view(y, (4,), (1,), 0), params=((4,), (1,), 4))
    assert forms(sketch.graph(sketch.op(ops.negative, stored)))[-2:] == ["call: update", "map: negative"]
