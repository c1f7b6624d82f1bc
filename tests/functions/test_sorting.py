"""Sorting, partitions and positions in what is sorted, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import DTYPES, FEW, LAYOUTS, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", DTYPES)
def test_sort(tier: str, dtype: str) -> None:
    for shape in ((9,), (3, 5), (0,), (2, 0)):
        x = sample(dtype, shape, specials=(np.nan, 0.0, -0.0, 0.0))
        t = lt.asarray(x)
        for axis in (-1, 0, None):
            assert_same(lt.sort(t, axis=axis), np.sort(x, axis=axis, stable=True))
            assert_same(lt.argsort(t, axis=axis), np.argsort(x, axis=axis, stable=True))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(tier: str, layout: str) -> None:
    base = sample("float32", (4, 6))
    x, t = LAYOUTS[layout](base), LAYOUTS[layout](lt.asarray(base))
    for axis in (0, -1, None):
        assert_same(lt.sort(t, axis), np.sort(x, axis))
        assert_same(lt.argsort(t, axis, "stable"), np.argsort(x, axis, "stable"))
        assert_same(lt.partition(t, 0, axis), np.sort(x, axis) if x.shape[axis or 0] == 1 else np.partition(x.copy(), 0, axis))
        found = lt.argpartition(t, 0, axis)
        first = np.take_along_axis(x.ravel() if axis is None else x, found.numpy(), axis or 0)
        np.testing.assert_array_equal(np.take(first, 0, axis or 0), x.min(axis))


def test_equal_elements_keep_their_order(tier: str) -> None:
    x = np.asarray([1, 3, 1, 3, 2])
    assert_same(lt.sort(x, descending=True), np.asarray([3, 3, 2, 1, 1]))
    assert_same(lt.argsort(x, descending=True), np.asarray([1, 3, 4, 0, 2]))
    zeros = np.asarray([0.0, -0.0, 1.0, -0.0, 0.0, -1.0])
    for descending, signs in ((False, [0, 1, 1, 0]), (True, [0, 1, 1, 0])):
        found = lt.sort(zeros, descending=descending).numpy()
        assert np.signbit(found[1:-1]).tolist() == [bool(sign) for sign in signs]
    assert_same(lt.sort(np.asarray([np.nan, 1.0]), descending=True), np.asarray([np.nan, 1.0]))


@pytest.mark.parametrize("function", ["sort", "argsort"])
def test_parameters_of_sorts(function: str) -> None:
    ours, theirs = getattr(lt, function), getattr(np, function)
    x = np.asarray([3, 1, 2, 1])
    for keywords in ({"kind": "stable"}, {"kind": "mergesort"}, {"stable": True}, {"axis": 0, "order": None}):
        assert_same(ours(x, **keywords), theirs(x, **{"stable": True, **keywords} if "kind" not in keywords else keywords))
    distinct = np.asarray([3, 1, 2])
    for keywords in ({"kind": "quicksort"}, {"kind": "heapsort"}, {"stable": False}):
        assert_same(ours(distinct, **keywords), theirs(distinct, **keywords))
    with pytest.raises(ValueError, match="kind must be"):
        ours(x, kind="bubble")
    with pytest.raises(ValueError, match="one argument"):
        ours(x, kind="stable", stable=True)
    with pytest.raises(ValueError, match="no fields"):
        ours(x, order="a")
    with pytest.raises(np.exceptions.AxisError):
        ours(x, axis=1)
    assert_same(ours(3, axis=None), theirs(3, axis=None))
    assert_same(lt.argsort(3), np.argsort(3))
    with pytest.raises(np.exceptions.AxisError):
        lt.sort(3)


@pytest.mark.parametrize("dtype", FEW)
def test_lexsort(tier: str, dtype: str) -> None:
    keys = [sample(dtype, (20,), seed, -2, 2) for seed in range(3)]
    assert_same(lt.lexsort([lt.asarray(key) for key in keys]), np.lexsort(keys))
    assert_same(lt.lexsort((keys[0], lt.asarray(keys[1]) == keys[2])), np.lexsort((keys[0], keys[1] == keys[2])))
    table = np.stack(keys).reshape(3, 4, 5)
    assert_same(lt.lexsort(lt.asarray(table)), np.lexsort(table))
    assert_same(lt.lexsort(lt.asarray(table), axis=0), np.lexsort(table, axis=0))


def test_lexsort_of_few() -> None:
    assert_same(lt.lexsort((3, 4)), np.lexsort((3, 4)))
    assert_same(lt.lexsort([[], []]), np.lexsort([[], []]))
    with pytest.raises(TypeError, match="at least one key"):
        lt.lexsort([])
    with pytest.raises(ValueError, match="same shape"):
        lt.lexsort(([1, 2], [3, 4, 5]))
    with pytest.raises(np.exceptions.AxisError):
        lt.lexsort(([1, 2],), axis=2)


@pytest.mark.parametrize("dtype", FEW)
@pytest.mark.parametrize("kth", [0, -1, 3, [1, 4], (2,), np.asarray([0, 5])], ids=str)
def test_partition(tier: str, dtype: str, kth: Any) -> None:
    x = sample(dtype, (4, 6), specials=(np.nan,))
    t = lt.asarray(x)
    for axis in (-1, 0, None):
        if axis == 0 and np.max(kth) >= 4:
            continue
        assert_same(lt.partition(t, kth, axis), np.partition(x, kth, axis))
        assert_same(lt.argpartition(t, kth, axis=axis), np.argpartition(x, kth, axis=axis))


@pytest.mark.parametrize("function", [lt.partition, lt.argpartition])
def test_wrong_partitions(function: Any) -> None:
    for kth, error, text in [
        (5, ValueError, r"kth\(=5\) out of bounds \(3\)"),
        (1.0, TypeError, "kth must be integers"),
        (True, ValueError, "kth must be integers"),
        ([0, lt.asarray(1.0)], TypeError, "kth must be integers"),
        ([], TypeError, "kth must be integers"),
    ]:
        with pytest.raises(error, match=text):
            function([3, 1, 2], kth)
    with pytest.raises(ValueError, match="introselect"):
        function([3, 1, 2], 1, kind="quick")
    with pytest.raises(ValueError, match="no fields"):
        function([3, 1, 2], 1, order="a")


def test_partitions_of_one_number() -> None:
    with pytest.raises(np.exceptions.AxisError):
        lt.partition(3, 0)
    assert_same(lt.argpartition(3, 0), np.argpartition(3, 0))


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(tier: str, side: str) -> None:
    x, values = np.sort(sample("float64", (20,))), sample("float64", (3, 4), 1)
    assert_same(lt.searchsorted(lt.asarray(x), lt.asarray(values), side=side), np.searchsorted(x, values, side=side))
    assert_same(lt.searchsorted(lt.asarray(x), 1.5, side=side), np.searchsorted(x, 1.5, side=side))
    assert_same(lt.searchsorted(a=x, v=values[::-1, ::2], side=side), np.searchsorted(x, values[::-1, ::2], side=side))
    shuffled = x[::-1].copy()
    sorter = np.argsort(shuffled)
    assert_same(lt.searchsorted(shuffled, values, side, sorter), np.searchsorted(shuffled, values, side, sorter))
    assert_same(lt.searchsorted([], values, side), np.searchsorted([], values, side))


def test_wrong_searches() -> None:
    with pytest.raises(ValueError, match="side"):
        lt.searchsorted([1, 2], 1, side="middle")
    with pytest.raises(ValueError, match="one-dimensional"):
        lt.searchsorted(3, 1)
    with pytest.raises(TypeError, match="integers"):
        lt.searchsorted([1, 2], 1, sorter=[0.0, 1.0])
    with pytest.raises(ValueError, match="does not fit"):
        lt.searchsorted([1, 2], 1, sorter=[0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_sort_complex(tier: str, dtype: str) -> None:
    x = sample(dtype, (3, 5))
    assert_same(lt.sort_complex(lt.asarray(x)), np.sort_complex(x))


@pytest.mark.parametrize("axis", [0, -1, 1, -2, 10])
def test_axes_of_keys_without_any(axis: int) -> None:
    assert_agree(lambda xp, x: xp.lexsort((x, x), axis=axis), np.asarray(1))
