"""What kernels are estimated to save, which decides where work is recorded."""

from __future__ import annotations

from typing import Any

import numpy as np

import lazytensor as lt
from lazytensor.compiler import pipeline
from lazytensor.compiler.capture import capture, structure, to_graph
from lazytensor.compiler.cost import pays_each_time, saved_at_most, saved_by_kernels
from lazytensor.compiler.graph import linearize
from lazytensor.config import config


def estimates(program: Any, *sizes: int) -> list[tuple[float, float, bool]]:
    """What a plan's kernels save, no less than that, and whether that pays for the plan each time, for operands of these sizes."""
    found = []
    with lt.config.override(eager_elements=0):
        for size in sizes:
            x, y = lt.asarray(np.ones(size)), lt.asarray(np.ones(size))
            root = program(x, y)._read()
            order = linearize([root])
            captured = capture(structure(order, config.token), [len(order) - 1])
            options = pipeline.Options(cse=True, threads=(("cpu:0", 1),))
            graph, groups = pipeline.plan_groups(to_graph(captured, "cpu:0"), options)
            found.append((saved_by_kernels(graph, groups), saved_at_most(order), pays_each_time(order)))
    return found


def test_a_chain_is_worth_recording_where_it_is_long_enough() -> None:
    (little, most, _), (middle, more, _), (much, _, each) = estimates(lambda x, y: (x * 2 + y) * x - y, 1000, 100_000, 4_000_000)
    assert little < 0
    assert most < 0
    assert little <= most
    assert 0 < middle < more
    assert middle < much
    assert each


def test_one_addition_and_a_product_gain_nothing() -> None:
    assert all(saved < 0 for saved, _, _ in estimates(lambda x, y: x + y, 1000, 100_000))
    assert all(saved < 0 for saved, _, _ in estimates(lambda x, y: x.reshape(100, -1) @ y.reshape(-1, 100), 10_000, 100_000))


def test_elementary_functions_are_worth_more() -> None:
    ((added, _, _),) = estimates(lambda x, y: (x + y) - x, 20_000)
    ((raised, _, _),) = estimates(lambda x, y: lt.exp(x + y) - lt.sin(x), 20_000)
    assert added < 0 < raised


def test_a_store_is_counted_by_what_it_writes() -> None:
    def store(x: Any, y: Any) -> Any:
        z = x * 1.0
        z[:10] = y[:10] * 2
        return z

    ((little, _, _),) = estimates(store, 400_000)
    ((whole, _, _),) = estimates(lambda x, y: x * 1.0 + y * 2, 400_000)
    assert little < whole
