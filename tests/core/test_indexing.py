"""`x[key]` and `x[key] = value` against NumPy: random keys, and the cases that are easily got wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from comparison import FEW, LAYOUTS, assert_same, sample

import lazytensor as lt

MAX_EXAMPLES = {"interpret": 300, "compile": 40}
ERRORS = (IndexError, ValueError, TypeError, OverflowError)


def told(key: Any, kind: str) -> Any:
    """The key with its arrays as tensors (computed, pending or views), as NumPy arrays, or as lists."""
    if isinstance(key, tuple):
        return tuple([told(item, kind) for item in key])
    if not isinstance(key, np.ndarray):
        return key
    if kind == "list" and key.ndim and key.size:
        return key.tolist()
    if kind == "pending":
        return lt.asarray(~key) == 0 if key.dtype.kind == "b" else lt.asarray(key) + 0
    if kind == "view":
        return lt.asarray(np.stack([key, key], axis=-1))[..., 1]
    return lt.asarray(key) if kind == "tensor" else key


@st.composite
def keys(draw: Any, shape: tuple[int, ...]) -> Any:
    """Keys that mostly fit the shape: integers, slices, None, Ellipsis, arrays of positions, masks."""
    joint = draw(st.sampled_from([(2,), (1,), (2, 1), (), (0,), (3,)]))
    items: list[Any] = []
    axis = 0
    rank = len(shape)
    while True:
        left = shape[axis] if axis < rank else 2
        choice = draw(st.sampled_from(["end", "end", "int", "slice", "slice", "none", "array", "array", "mask", "bool"]))
        if choice == "end" or (axis >= rank and choice not in ("none", "bool") and draw(st.integers(0, 9))):
            break
        if choice == "int":
            items.append(draw(st.integers(-left, max(left - 1, 0))))
        elif choice == "slice":
            ends = st.none() | st.integers(-5, 5)
            items.append(slice(draw(ends), draw(ends), draw(st.none() | st.sampled_from([1, 2, 3, -1, -2]))))
        elif choice == "none":
            items.append(None)
        elif choice == "bool":
            items.append(draw(st.sampled_from([True, False, np.bool_(True), np.array(True), np.array(False)])))
            continue
        elif choice == "array":
            lengths = draw(st.sampled_from([joint, joint, (1,), ()]))
            high = left - 1 + (not draw(st.integers(0, 19)))
            picks = draw(
                st.lists(st.integers(-left, max(high, 0)), min_size=int(np.prod(lengths)), max_size=int(np.prod(lengths)))
            )
            items.append(np.array(picks, draw(st.sampled_from(["int64", "int8"]))).reshape(lengths))
        else:
            width = draw(st.integers(1, max(rank - axis, 1)))
            lengths = shape[axis : axis + width] if draw(st.integers(0, 19)) else (2,) * width
            flags = draw(st.lists(st.booleans(), min_size=int(np.prod(lengths)), max_size=int(np.prod(lengths))))
            items.append(np.array(flags, bool).reshape(lengths))
            axis += len(lengths)
            continue
        axis += choice != "none"
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    if len(items) == 1 and draw(st.booleans()):
        return items[0]
    return tuple(items)


CASES = st.sampled_from([(), (3,), (2, 3), (3, 1, 2), (2, 0, 3), (2, 3, 2, 2)])
KINDS = st.sampled_from(["tensor", "view", "pending", "array", "list"])


@st.composite
def reads(draw: Any) -> tuple[Any, ...]:
    shape = draw(CASES)
    return shape, draw(keys(shape)), draw(KINDS), draw(st.sampled_from(list(LAYOUTS)))


def outcome(function: Any) -> Any:
    """What the function returns, or the error it raises."""
    try:
        return function()
    except ERRORS as error:
        return error


def agree(actual: Any, expected: Any) -> None:
    if isinstance(expected, Exception):
        assert isinstance(actual, type(expected)), (actual, expected)
    else:
        assert not isinstance(actual, Exception), actual
        assert_same(actual, expected)


def check_reading(case: tuple[Any, ...]) -> None:
    shape, key, kind, layout = case
    x = np.arange(int(np.prod(shape))).reshape(shape)
    t = lt.asarray(x)
    if shape:
        x, t = LAYOUTS[layout](x), LAYOUTS[layout](t)
    agree(outcome(lambda: t[told(key, kind)].wait()), outcome(lambda: x[key]))


def test_random_reads(tier: str) -> None:
    hypothesis.settings(max_examples=MAX_EXAMPLES[tier])(hypothesis.given(reads())(check_reading))()


@st.composite
def writes(draw: Any) -> tuple[Any, ...]:
    shape, key, kind, layout = draw(reads())
    lead = draw(st.integers(0, 5))
    return shape, key, kind, layout, lead, draw(st.sampled_from(["scalar", "whole", "one", "tail", "wrong", "leading"]))


def check_writing(case: tuple[Any, ...]) -> None:
    shape, key, kind, layout, seed, how = case
    x = np.arange(int(np.prod(shape))).reshape(shape)
    t = lt.asarray(x)
    shown, view = (LAYOUTS[layout](x), LAYOUTS[layout](t)) if shape else (x, t)
    target = outcome(lambda: np.shape(shown[key]))
    lengths = (2,) if isinstance(target, Exception) else target
    lengths = {
        "scalar": (), "whole": lengths, "one": (1,) * len(lengths), "tail": lengths[1:], "wrong": (*lengths, 2), "leading": (1, *lengths),
    }[how]  # fmt: skip
    value: Any = sample("int64", lengths, seed) if how != "scalar" else seed
    repeated = _repeats(shown, key)

    def ours() -> Any:
        view[told(key, kind)] = lt.asarray(value) if how == "whole" else value
        return t.wait()

    def theirs() -> Any:
        shown[key] = value
        return x

    expected = outcome(theirs)
    actual = outcome(ours)
    if repeated and how != "scalar" and not isinstance(expected, Exception):
        assert not isinstance(actual, Exception)
    elif isinstance(expected, Exception) and 0 in shape and view is not t:
        pass  # nothing is recorded for a view without elements, so that nothing finds what is seen only then
    elif isinstance(expected, Exception):
        # With two mistakes, in the key and in the value, either may be told of.
        assert isinstance(actual, Exception), (actual, expected)
    else:
        agree(actual, expected)


def _repeats(x: Any, key: Any) -> bool:
    """Does the key name an element twice, so that which value stays is not defined?"""
    places = outcome(lambda: np.asarray(np.arange(x.size).reshape(x.shape)[key]).ravel().tolist())
    return not isinstance(places, Exception) and len(set(places)) < len(places)


def test_random_writes(tier: str) -> None:
    hypothesis.settings(max_examples=MAX_EXAMPLES[tier])(hypothesis.given(writes())(check_writing))()


def test_masks_without_axes(tier: str) -> None:
    x = np.asarray(3.0)
    t = lt.asarray(x)
    assert_same(t[t > 0], x[x > 0])
    assert_same(t[t < 0], x[x < 0])
    assert_same(t[True, None], x[True, None])
    t[t > 0] = 5
    assert t.item() == 5
    t[lt.asarray(False)] = 7
    assert t.item() == 5
    with pytest.raises(TypeError, match="item assignment"):
        (t + 1)[True] = 1


def test_one_value_for_each_true_element(tier: str) -> None:
    x = sample("float32", (4, 5))
    t = lt.asarray(x)
    mask = t > 0
    t[mask] = t[mask] * 2 + 1
    x[x > 0] = x[x > 0] * 2 + 1
    assert_same(t, x)
    t[::2][mask[::2]] = lt.arange(int(mask[::2].sum()), dtype=lt.float32)
    x[::2][x[::2] > 0] = np.arange(int((x[::2] > 0).sum()))
    assert_same(t, x)
    t[t < 0] += 1
    x[x < 0] += 1
    assert_same(t, x)


def test_wrong_keys_name_what_is_wrong() -> None:
    t = lt.zeros((2, 3))
    for key, text in [
        (lt.ones(3, dtype=bool), "size of axis is 2 but size of corresponding boolean axis is 3"),
        (np.ones((2, 2), bool), "along axis 1; size of axis is 3"),
        (([0, 1], [0, 1, 2]), r"could not be broadcast together with shapes \(2,\) \(3,\)"),
        ((0, 0, [0]), "too many indices for array: array is 2-dimensional, but 3 were indexed"),
        ((..., [0], ...), "single ellipsis"),
        ((5, [0]), "index 5 is out of bounds for axis 0 with size 2"),
        (1.0, "valid indices"),
        ("a", "valid indices"),
        (np.ones(2), "integer .or boolean. type"),
        (lt.ones(2), "integer .or boolean. type"),
    ]:
        with pytest.raises(IndexError, match=text):
            t[key]
        with pytest.raises(IndexError, match=text):
            t[key] = 0
    with pytest.raises(ValueError, match="step"):
        t[[0], ::0]


def test_values_that_do_not_fit() -> None:
    t = lt.zeros((2, 3), dtype=lt.int8)
    with pytest.raises(ValueError, match=r"shape \(2,\) could not be broadcast to indexing result of shape \(2, 3\)"):
        t[[0, 1]] = [1, 2]
    with pytest.raises(ValueError, match=r"indexing result of shape \(3,\)"):
        t[np.asarray([[True, True, True], [False] * 3])] = [1, 2]
    with pytest.raises(TypeError, match="setting an array element"):
        t[0, 0] = [1]
    with pytest.raises(ValueError, match="setting an array element"):
        t[0, 0] = lt.asarray([1])
    with pytest.raises(ValueError, match="NaN"):
        t[0] = np.nan
    for value in (300, 300.0, np.inf, 1e30):
        with pytest.raises(OverflowError):
            t[[0]] = value
    with pytest.raises(TypeError, match="complex"):
        t[0] = 1j
    lazily = lt.zeros(3)
    lazily[lt.asarray([1, 1, 0]) > 0] = lt.ones(3)
    with pytest.raises(ValueError, match="cannot assign 3 input values to the 2"):
        lazily.wait()


@pytest.mark.parametrize("dtype", FEW)
def test_dtypes(tier: str, dtype: str) -> None:
    x = sample(dtype, (3, 4))
    t = lt.asarray(x)
    assert_same(t[[0, 2], 1:], x[[0, 2], 1:])
    assert_same(t[t == t], x[x == x])
    t[[2, 0]], x[[2, 0]] = 1, 1
    t[t != 1], x[x != 1] = 0, 0
    assert_same(t, x)


def test_keys_of_other_types() -> None:
    x = np.arange(12).reshape(3, 4)
    t = lt.asarray(x)

    class Two:
        def __index__(self) -> int:
            return 2

    assert_same(t[Two()], x[2])
    assert_same(t[Two(), [0, 1]], x[2, [0, 1]])
    assert_same(t[[lt.asarray(0), lt.asarray(2)]], x[[0, 2]])
    assert_same(t[lt.asarray(1) : lt.asarray(3), [0]], x[1:3, [0]])
    assert_same(t[np.asarray([1], np.uint64)], x[[1]])
    assert_same(t[[]], x[[]])
    assert_same(t[(0, 1), (1, 2)], x[(0, 1), (1, 2)])

    class Key(tuple[Any, ...]):
        """NumPy takes tuples of any class for several indices."""

    assert_same(t[Key((1, 2))], x[1, 2])
    assert_same(t[Key(([0, 1], 2))], x[[0, 1], 2])


def test_more_axes_than_arrays_have() -> None:
    x = lt.ones((1,) * 63)
    assert x[None].shape == (1,) * 64
    assert x[0, ..., None, None].shape == (1,) * 64
    with pytest.raises(IndexError, match="would have 65"):
        x[None, ..., None]
    with pytest.raises(ValueError, match="would have 65"):
        lt.expand_dims(x, (0, 1))


@pytest.mark.parametrize("value", [np.float64(np.nan), np.float32(np.inf), np.float64(1e30), np.float64(300), np.int64(300)])
def test_numpys_scalars_must_fit_where_they_are_assigned(value: Any) -> None:
    def flat(x: Any, value: Any) -> None:
        x.flat[1] = value

    stores: list[Callable[[Any, Any], None]] = [
        lambda x, value: x.__setitem__(1, value), lambda x, value: x.__setitem__(slice(None), value), lambda x, value: x.fill(value), flat,
    ]  # fmt: skip
    for store, dtype in itertools.product(stores, ("int8", "int64")):
        expected, found = np.zeros(3, dtype), lt.zeros(3, dtype=dtype)
        try:
            store(expected, value)
        except (ValueError, OverflowError) as error:
            with pytest.raises(type(error)):
                store(found, value)
        else:
            store(found, value)
            assert_same(found, expected)


def test_nothing_is_deleted() -> None:
    x = lt.ones(3)
    with pytest.raises(ValueError, match="delete"):
        del x[0]
    with pytest.raises(TypeError, match="deleted"):
        del x.flat[0]


@pytest.mark.parametrize("elements", [0, 4096])
def test_items_are_read_when_they_are_reached(elements: int) -> None:
    with lt.config.override(eager_elements=elements):
        for xp in (lt, np):
            x = xp.asarray(np.arange(5.0))
            found = []
            for item in x:
                found.append(float(item))
                x[4] = 7
            assert found == [0, 1, 2, 3, 7]
            items = iter(x)
            assert next(items) == 0
            assert [float(item) for item in items] == [1, 2, 3, 7]
            with pytest.raises(StopIteration):
                next(items)
            a, (b, c) = xp.asarray([[1, 2], [3, 4]])
            assert (a.tolist(), int(b), int(c)) == ([1, 2], 3, 4)
    with pytest.raises(TypeError, match="iteration over a 0-d array"):
        iter(lt.asarray(1.5))


@pytest.mark.parametrize("elements", [0, 4096])
def test_scalars_of_tensors_are_indices(elements: int) -> None:
    with lt.config.override(eager_elements=elements):
        for xp in (lt, np):
            x = xp.asarray(np.arange(12.0).reshape(3, 4))
            places = xp.asarray(np.array([2, 1, -1], np.int8))
            wide = places.astype(np.int64)
            assert float(x[places[0], wide[2]]) == 11
            assert x[places[1]].tolist() == [4, 5, 6, 7]
            x[places[0], wide[1]] = 50
            x[wide[1]] = xp.asarray([1.0, 2.0, 3.0, 4.0])
            assert x.tolist() == [[0, 1, 2, 3], [1, 2, 3, 4], [8, 50, 10, 11]]
    x = lt.asarray(np.arange(5.0))
    with pytest.raises(IndexError):
        x[lt.asarray(np.array([7]))[0]].wait()
