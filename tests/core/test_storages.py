"""When a store writes over the array, and when it copies it first: once, and whoever read the old value still does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counting import Gate

import lazytensor as lt

pytestmark = pytest.mark.recorded

SIZE = 50_000


def address(x: Any) -> int:
    """Where the computed array lies."""
    place: int = x._base().result.__array_interface__["data"][0]
    return place


@pytest.fixture(params=[SIZE, 12])
def array(request: pytest.FixtureRequest) -> Any:
    x = lt.arange(float(request.param)) * 1.0
    return x.wait()


def store(x: Any, value: float = -1.0) -> None:
    x[1:-1] = value
    x.wait()


def test_nothing_else_reads_it(array: Any, tier: str) -> None:
    before = address(array)
    for value in (3.0, 4.0):
        store(array, value)
        assert address(array) == before


def test_its_own_views_count_for_nothing(array: Any, tier: str) -> None:
    views = [array[:], array[::2], array.reshape(2, -1).T, array[3:9]]
    store(array, 2.0)
    before = address(array)
    for view in views:
        view.wait()
        repr(view)
    store(array, 5.0)
    assert address(array) == before
    assert views[3].tolist() == [5.0] * 6
    views[3][:] = 7.0
    array.wait()
    assert address(array) == before
    assert array[3:9].tolist() == [7.0] * 6


def test_an_export_keeps_what_it_shows(array: Any, tier: str) -> None:
    old = array.numpy()
    wanted = old.copy()
    before = address(array)
    store(array)
    after = address(array)
    assert after != before
    np.testing.assert_array_equal(old, wanted)
    store(array, 8.0)
    assert address(array) == after  # one copy
    del old
    memory = memoryview(array.numpy())
    store(array, 9.0)
    assert memory[2] == 8.0
    assert array[2].item() == 9.0


def test_a_view_that_is_exported_keeps_all_of_it(array: Any, tier: str) -> None:
    old = array[2:6].numpy()
    store(array)
    assert old.tolist() == [2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize("through", [lambda x: x, lambda x: x[::-1], lambda x: x.reshape(-1, 2)[:, 1]])
def test_a_pending_reader_reads_the_old_value(array: Any, tier: str, through: Any) -> None:
    wanted = through(array.numpy().copy()) * 2 + 1
    reader = through(array) * 2 + 1
    before = address(array)
    store(array)
    after = address(array)
    assert after != before
    store(array, 4.0)
    assert address(array) == after  # one copy
    np.testing.assert_array_equal(reader.numpy(), wanted)
    del reader
    store(array, 5.0)
    assert address(array) == after


def test_a_plan_under_way_reads_the_old_value(array: Any) -> None:
    gate = Gate()
    wanted = array.numpy().copy()
    copied = gate(array)
    copied.start()
    assert gate.entered.wait(60)
    before = address(array)
    store(array)
    assert address(array) != before
    gate.opened.set()
    np.testing.assert_array_equal(copied.numpy(), wanted)
    assert array[1].item() == -1.0


def test_copies_and_chains_of_stores(array: Any, tier: str) -> None:
    other = array.copy()
    values = array.numpy().copy()
    other.wait()
    first = address(array), address(other)
    for step in range(4):
        array[1:] = array[:-1] * 0.5 + step
        other[:-1] = other[1:] + array[:-1]
        lt.materialize(array, other)
    wanted, beside = values.copy(), values.copy()
    for step in range(4):
        wanted[1:] = wanted[:-1] * 0.5 + step
        beside[:-1] = beside[1:] + wanted[:-1]
    np.testing.assert_allclose(array.numpy(), wanted, rtol=1e-14)
    np.testing.assert_allclose(other.numpy(), beside, rtol=1e-14)
    assert (address(array), address(other)) == first
