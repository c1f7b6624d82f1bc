"""Elements of small arrays in C: what NumPy takes, stores and puts together. In Python there is nothing to try."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_arrays import arrays, same

from lazytensor.compiler import joins, places

MOST = 1 << 12
NUMBERS = (0, 1, -3, 2**60, True, 0.5, -0.0, np.nan, np.float64(2.5), np.float32(2.5), np.int64(-7), np.bool_(True))


@st.composite
def keys(draw: st.DrawFn, array: Any) -> Any:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.sampled_from((0, 1, 2, 5, 40)))
    beyond = draw(st.sampled_from((0, 0, 0, 1)))

    def line(length: int) -> Any:
        made = rng.integers(-length - beyond, length + beyond, count) if length else np.zeros(count, int)
        return made[::-1] if draw(st.booleans()) else made

    def part() -> slice:
        ends = st.one_of(st.none(), st.integers(-4, 4))
        return slice(draw(ends), draw(ends), draw(st.sampled_from((None, 1, 2, -1, -2))))

    kind = draw(st.integers(0, 5))
    if kind == 1:
        return part() if draw(st.booleans()) else draw(st.integers(-3, 2))
    if kind == 2:
        return tuple([part() if draw(st.booleans()) else draw(st.integers(-3, 2)) for _ in array.shape])
    if kind == 0:
        return rng.random(array.shape[:1]) < 0.5
    if array.ndim == 1:
        return line(array.shape[0])
    items = [line(length) if draw(st.integers(0, 2)) else draw(st.integers(-3, 2)) for length in array.shape]
    return tuple(items[: draw(st.integers(1, len(items)))])


@pytest.mark.skipif(places.__file__.endswith(".py"), reason="nothing is faster in Python")
def test_what_loops_ask_for_is_there() -> None:
    a, i = np.arange(9.0), np.array([1, -2, 1])
    m = a.reshape(3, 3)
    assert places.taken(a, i, MOST) is not None
    assert places.taken(a, a > 3, MOST) is not None
    assert places.taken(m, (i, 1), MOST) is not None
    assert places.stored(m, (i, i), a[6:].copy())
    assert places.stored(a, a > 3, 2.0)
    assert places.stored(a, slice(1, 4), a[6:].copy())
    assert places.stored(m, 1, m[0].copy())
    assert places.stored(m, (slice(1, None), 0), 1.5)
    assert places.marked(a > 3, MOST) is not None
    assert joins.joined([a, a], MOST) is not None
    assert joins.line_of([1.0, np.float64(2.0)]) is not None
    assert joins.chosen(a > 3, a, 0.0, MOST) is not None
    assert places.same_place(a[1:], a[1:])
    assert places.taken(a, i, 2) is None


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_taken(data: st.DataObject) -> None:
    a = data.draw(arrays())
    key = data.draw(keys(a))
    made = places.taken(a, key, MOST)
    if made is not None:
        assert same(made, a[key])
    if a.ndim == 1:
        where = places.marked(a, MOST)
        assert where is None or same(where, np.flatnonzero(a))


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_stored(data: st.DataObject) -> None:
    a = data.draw(arrays()).copy()
    key = data.draw(keys(a))
    value = data.draw(st.one_of(st.sampled_from(NUMBERS), arrays(dtype=str(a.dtype)), st.just(a)))
    if data.draw(st.booleans()):
        try:
            value = np.array(a[key])
        except IndexError:
            return
    expected = a.copy()
    if places.stored(a, key, value):
        expected[key] = value
    assert same(a, expected)


@given(st.lists(arrays(dtype="float64"), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_joined(parts: list[Any]) -> None:
    made = joins.joined(parts, MOST)
    if made is not None:
        assert same(made, np.concatenate(parts))
    again = [parts[0]] * 3
    made = joins.joined(again, MOST)
    assert made is None or same(made, np.concatenate(again))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_chosen(data: st.DataObject) -> None:
    a = data.draw(arrays())
    other = data.draw(st.one_of(st.sampled_from(NUMBERS), st.just(a[::-1].copy()), arrays()))
    mask = np.random.default_rng(data.draw(st.integers(0, 99))).random(a.shape) < 0.5
    pair = (other, a) if data.draw(st.booleans()) else (a, other)
    made = joins.chosen(mask, *pair, MOST)
    if made is not None:
        assert same(made, np.where(mask, *pair))


@given(st.lists(st.sampled_from((1.0, -0.0, np.nan, 2, 2**53 + 1, 2**63, True, np.float64(3), np.int64(4))), max_size=6))
def test_line_of(numbers: list[Any]) -> None:
    made = joins.line_of(numbers)
    if made is not None:
        assert same(made, np.array(numbers))


@given(arrays())
def test_same_place(a: Any) -> None:
    assert places.same_place(a, a[...]) or places.__file__.endswith(".py")
    assert not places.same_place(a, a.copy()) or not a.size
    assert not places.same_place(a, a[1:]) or not a.size
