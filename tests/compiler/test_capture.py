"""Capture: what is kept, and which programs meet one plan."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from counting import Counter

import lazytensor as lt
from lazytensor.compiler import capture as capturing
from lazytensor.compiler.capture import Capture
from lazytensor.compiler.graph import Node, linearize
from lazytensor.compiler.liveness import observe
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Op
from lazytensor.core import planning

pytestmark = pytest.mark.recorded


def capture(order: list[Node], token: object) -> Capture:
    found = capturing.structure(order, token)
    return capturing.capture(found, observe(found))


def leaf(*shape: int) -> Node:
    return Node(structural.leaf, (), (), shape, np.dtype("f8"), None, None, np.zeros(shape))


def node(op: Op, *inputs: Any, params: tuple[Any, ...] = ()) -> Node:
    shape = op.shape(*(item.shape if type(item) is Node else () for item in inputs), *params)
    return Node(op, inputs, params, shape, np.dtype("f8"), None, None)


def chain() -> Node:
    return node(ops.exp, node(ops.negative, node(ops.add, leaf(3), 1.0)))


@pytest.mark.versions
def test_what_nobody_holds_is_not_kept() -> None:
    order = linearize([chain()])
    assert [order[index].op.name for index in capture(order, ()).kept] == []
    root = chain()
    order = linearize([root])
    assert [order[index].op.name for index in capture(order, ()).kept] == ["exp"]


@pytest.mark.versions
def test_what_a_variable_or_another_pending_node_holds_is_kept() -> None:
    root = chain()
    middle = root.inputs[0]
    order = linearize([root])
    assert [order[index].op.name for index in capture(order, ()).kept] == ["negative", "exp"]
    del middle
    other = node(ops.square, root.inputs[0])
    order = linearize([root])
    assert [order[index].op.name for index in capture(order, ()).kept] == ["negative", "exp"]
    assert other.result is None


def test_a_held_view_keeps_its_base() -> None:
    base = node(ops.exp, leaf(4))
    view = node(structural.view, base, params=((2,), (1,), 1))
    del base
    root = node(ops.negative, view)
    order = linearize([root])
    assert [order[index].op.name for index in capture(order, ()).kept] == ["exp", "negative"]
    del view
    order = linearize([root])
    assert [order[index].op.name for index in capture(order, ()).kept] == ["negative"]


def test_an_operand_read_twice_by_one_node_is_not_kept_for_that() -> None:
    root = node(ops.add, node(ops.exp, leaf(3)), leaf(3))
    root = node(ops.multiply, root.inputs[0], root.inputs[0])
    order = linearize([root])
    assert [order[index].op.name for index in capture(order, ()).kept] == ["multiply"]


def key(*values: Any) -> Any:
    return capture(linearize([value._base() for value in values]), ()).key


@pytest.mark.versions
@pytest.mark.parametrize("offset", [-1, 1])
def test_how_an_interpreter_counts_does_not_matter(monkeypatch: pytest.MonkeyPatch, offset: int) -> None:
    # Python 3.14 lends references to the stack, where others count one more.
    monkeypatch.setattr("lazytensor.compiler.liveness.getrefcount", lambda item: sys.getrefcount(item) + offset)
    root = chain()
    middle = root.inputs[0]
    order = linearize([node(ops.add, node(ops.add, root, leaf(3)), leaf(3))])
    captured = capture(order, ())
    assert [order[index].op.name for index in captured.kept] == ["negative", "exp"]
    environment = [np.ones(3), shared := np.ones(3)]
    assert alone(environment, 0)
    assert not alone(environment, 1)
    del middle, shared
    assert alone(environment, 1)


def test_scalars_are_data_and_structure_is_not() -> None:
    x, y = lt.ones(3), lt.ones((3, 1))
    assert key(x * 2.0) == key(x * 3.5)
    assert key(x * 2.0) != key(x * 2)
    assert key(x * 2.0) != key(x + 2.0)
    assert key(x * 2.0) != key(2.0 * x)
    assert key(x * 2.0) != key(y * 2.0)
    assert key(x * 2.0) != key(lt.ones(3, dtype=lt.float32) * 2.0)
    assert key(x.sum()) != key(x.sum(keepdims=True))
    assert key(x + x) != key(x + lt.ones(3))
    assert key(x[1:] + 1) != key(x[:-1] + 1)
    whole = lt.exp(x) + 1
    part = lt.exp(x)
    assert key(whole) != key(part + 1, part)


def test_a_loop_with_a_changing_scalar_meets_one_plan() -> None:
    x = lt.ones((4, 5))
    for step in range(5):
        x = lt.tanh(x * (0.1 + step)) + step
        x.wait()
        if step == 1:
            plans, ready = len(planning.plans), len(planning.ready)
    assert (len(planning.plans), len(planning.ready)) == (plans, ready)


def test_a_dead_result_never_runs_and_a_live_one_runs_once() -> None:
    counter = Counter()
    x = lt.ones(3)
    for _ in range(10):
        y = counter(x)
    lt.wait_all()
    assert counter.calls == 1
    y.wait()
    assert (y + 1).numpy().tolist() == [3, 3, 3]
    print(y)
    lt.wait_all()
    assert counter.calls == 1


def test_a_live_chain_runs_completely() -> None:
    counter = Counter()
    x = lt.ones(3)
    for _ in range(100):
        x = counter(x)
    assert counter.calls == 0
    assert x.numpy().tolist() == [101] * 3
    assert counter.calls == 100


def test_nothing_runs_for_what_never_waits() -> None:
    counter = Counter()
    x = counter(lt.ones((3, 4)))
    y = x + x.T.sum()
    assert (y.shape, y.dtype, len(x), x.ndim, x.size) == ((3, 4), np.float64, 3, 2, 12)
    for row in x:
        assert row.shape == (4,)
    first, *_ = x
    assert x[1:, ::2].reshape(-1).shape == (4,)
    assert first.device == x.device
    assert x.is_ready() is False
    assert counter.calls == 0


def test_values_on_the_way_that_have_handles_are_stored() -> None:
    counter = Counter()
    low = counter(lt.ones(3))
    high = low * 2
    high.wait()
    assert low.is_ready()
    low.wait()
    assert counter.calls == 1


def test_what_a_pending_node_reads_is_stored() -> None:
    counter = Counter()
    low = counter(lt.ones(3))
    high, pending = low * 2, low * 3
    del low
    high.wait()
    assert counter.calls == 1
    assert pending.is_ready() is False
    assert pending.numpy().tolist() == [6, 6, 6]
    assert counter.calls == 1


def test_other_live_nodes_stay_pending() -> None:
    counter = Counter()
    x = lt.ones(3)
    left, right = counter(x), counter(x) * 2
    left.wait()
    assert counter.calls == 1
    assert right.is_ready() is False
    lt.wait_all()
    assert right.is_ready()


def test_equal_expressions_run_once() -> None:
    counter = Counter()
    x = lt.ones(3)
    total = counter(x) + counter(x)
    with lt.config.override(cse=False):
        apart = counter(x) + counter(x)
        apart.wait()
        assert counter.calls == 2
    total.wait()
    assert counter.calls == 3


def test_views_of_pending_values_compute_their_base_once() -> None:
    counter = Counter()
    x = counter(lt.arange(6.0))
    left, right = x[:3], x[3:]
    del x
    assert left.numpy().tolist() == [1, 2, 3]
    assert right.numpy().tolist() == [4, 5, 6]
    assert counter.calls == 1


def test_an_overwritten_value_is_not_computed_twice() -> None:
    counter = Counter()
    x = counter(lt.ones(4))
    early = x * 10
    x += 1
    x[0] = 0
    assert x.numpy().tolist() == [0, 3, 3, 3]
    assert early.numpy().tolist() == [20] * 4
    assert counter.calls == 1


def test_what_is_overwritten_completely_is_not_computed() -> None:
    for value in (7.0, [7.0] * 4, np.full((1, 1, 4), 7.0), lt.full((1,), 7.0)):
        counter = Counter()
        x = counter(lt.ones(4))
        part = x[1:3]
        x[...] = value
        assert part.numpy().tolist() == [7, 7]
        part += 1
        assert x.numpy().tolist() == [7, 8, 8, 7]
        assert counter.calls == 0


def test_new_shapes_compile_nothing() -> None:
    from lazytensor.core.system import kernel_store

    def work(rows: int, columns: int) -> Any:
        x = lt.ones((rows, columns), dtype=lt.float32)
        return lt.exp(x * 0.5) + x.T.reshape(-1)[0], (x - x.mean(axis=1, keepdims=True)).sum(axis=0)

    with lt.config.override(tier="compile"):
        lt.materialize(*work(20, 130))  # rows of up to 64 elements have kernels of their own
        compiled = kernel_store().compiled
        for rows, columns in ((7, 90), (100, 300), (33, 128)):
            found = work(rows, columns)
            lt.materialize(*found)
            np.testing.assert_allclose(found[0].numpy(), np.full((rows, columns), np.exp(0.5) + 1), rtol=1e-6)
    assert kernel_store().compiled == compiled > 0


def test_a_deep_graph_is_linearized_without_recursion() -> None:
    value = leaf(2)
    for _ in range(50_000):
        value = node(ops.negative, value)
    assert len(linearize([value])) == 50_000


def test_the_plan_cache_is_bounded_and_keeps_what_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_PLANNED_NODES", 100)
    planning.clear_plans()
    x = lt.zeros((2, 3)).wait()
    keep = np.zeros((2, 3)) - 1
    ((x + 1) * 2 - 3).wait()
    kept = list(planning.plans)[-1]
    for number in range(60):
        y = x + 1
        for _ in range(number % 20 + 2):
            y = y * 0.5
        y.wait()
        np.testing.assert_array_equal(((x + 1) * 2 - 3).numpy(), keep)
    assert sum(len(entry.graph.nodes) for entry in planning.plans.values()) <= 150
    assert kept in planning.plans
    planning.clear_plans()
