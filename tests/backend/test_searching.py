"""Sorting, searching and sets against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from comparison import DTYPES, LAYOUTS, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", DTYPES)
def test_sort(tier: str, dtype: str) -> None:
    for shape in ((9,), (3, 5), (0,), (2, 0)):
        x = sample(dtype, shape, specials=(np.nan,))
        t = lt.asarray(x)
        for axis in (-1, 0, None):
            assert_same(lt.sort(t, axis=axis), np.sort(x, axis=axis))
            assert_same(lt.argsort(t, axis=axis), np.argsort(x, axis=axis, stable=True))


def test_descending_is_stable(tier: str) -> None:
    x = np.asarray([1, 3, 1, 3, 2])
    assert_same(lt.sort(x, descending=True), np.asarray([3, 3, 2, 1, 1]))
    assert_same(lt.argsort(x, descending=True), np.asarray([1, 3, 4, 0, 2]))


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(tier: str, side: str) -> None:
    x, values = np.sort(sample("float64", (20,))), sample("float64", (3, 4), 1)
    assert_same(lt.searchsorted(lt.asarray(x), lt.asarray(values), side=side), np.searchsorted(x, values, side=side))
    assert_same(lt.searchsorted(lt.asarray(x), 1.5, side=side), np.searchsorted(x, 1.5, side=side))
    order = np.argsort(-x)[::-1]
    assert_same(lt.searchsorted(x[::-1][order], values, side, sorter=None), np.searchsorted(x[::-1][order], values, side))
    shuffled = x[::-1].copy()
    sorter = np.argsort(shuffled)
    assert_same(lt.searchsorted(shuffled, values, side, sorter), np.searchsorted(shuffled, values, side, sorter))
    with pytest.raises(ValueError, match="side"):
        lt.searchsorted(x, values, side="middle")


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "strided"])
def test_nonzero(tier: str, layout: str) -> None:
    base = sample("int8", (4, 5), low=-1, high=1)
    x, t = LAYOUTS[layout](base), LAYOUTS[layout](lt.asarray(base))
    for ours, theirs in zip(lt.nonzero(t), np.nonzero(x), strict=True):
        assert_same(ours, theirs)
    assert_same(lt.argwhere(t), np.argwhere(x))
    assert_same(lt.flatnonzero(t), np.flatnonzero(x))
    with pytest.raises(ValueError, match="dimension"):
        lt.nonzero(lt.asarray(1))


def test_unique(tier: str) -> None:
    x = np.asarray([[3, 1, 2], [3, 3, 1]])
    t = lt.asarray(x)
    for ours, theirs in zip(lt.unique_all(t), np.unique_all(x), strict=True):
        assert_same(ours, theirs)
    assert_same(lt.unique_counts(t).counts, np.asarray([2, 1, 3]))
    assert_same(lt.unique_inverse(t).inverse_indices, np.unique_inverse(x).inverse_indices)
    assert_same(lt.unique_values(t), np.asarray([1, 2, 3]))
    assert_same(lt.unique(t), np.unique(x))
    assert lt.unique_values(lt.asarray([np.nan, np.nan])).shape == (2,)
    assert lt.unique(lt.asarray([np.nan, np.nan])).shape == (1,)
    _, counts = lt.unique(t, return_counts=True)
    assert_same(counts, np.asarray([2, 1, 3]))


def test_isin(tier: str) -> None:
    x, among = sample("int64", (4, 5)), np.asarray([1, -3, 7])
    assert_same(lt.isin(lt.asarray(x), among), np.isin(x, among))
    assert_same(lt.isin(lt.asarray(x), among, invert=True), np.isin(x, among, invert=True))
    assert_same(lt.isin(x, 3), np.isin(x, 3))
    assert_same(lt.isin(x, []), np.isin(x, []))
    assert_same(lt.isin(x, [0.5, 2.0]), np.isin(x, [0.5, 2.0]))
    assert_same(lt.isin([np.nan, 1.0], [np.nan, 1.0]), np.isin([np.nan, 1.0], [np.nan, 1.0]))


def test_take_along_axis(tier: str) -> None:
    x = sample("float32", (3, 4, 5))
    t = lt.asarray(x)
    for axis in (0, 1, -1):
        assert_same(lt.take_along_axis(t, lt.argsort(t, axis=axis), axis=axis), np.sort(x, axis=axis))
        best = lt.argmax(t, axis=axis, keepdims=True)
        assert_same(lt.take_along_axis(t, best, axis=axis), x.max(axis=axis, keepdims=True))
    assert_same(lt.take_along_axis(t, [3, 0], axis=None), np.take_along_axis(x, np.asarray([3, 0]), axis=None))
    with pytest.raises(ValueError, match="dimensions"):
        lt.take_along_axis(t, [0])
    with pytest.raises(IndexError, match="integers"):
        lt.take_along_axis(t, x)


def test_take(tier: str) -> None:
    x = sample("int32", (3, 4))
    t = lt.asarray(x)
    for axis in (None, 0, -1):
        for places in ([0, 2], [[1], [-1]], 1):
            assert_same(lt.take(t, places, axis=axis), np.take(x, places, axis=axis))
    with pytest.raises(IndexError):
        lt.take(t, [7], axis=0).wait()


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u1"])
def test_positions_in_large_arrays_are_looked_for_by_all_threads(name: str, dtype: str) -> None:
    draw = np.random.default_rng(1)
    for shape in [(1 << 19,), (1 << 19, 1), (3, 1 << 18), (1 << 18, 3), (70, 80, 90), (1, 400_000), (400_000, 1)]:
        x = draw.integers(0, 200, shape).astype(dtype)
        if x.dtype.kind == "f":
            x.flat[draw.integers(x.size, size=2)] = np.nan
        t = lt.asarray(x)
        function, expected = getattr(lt, name), getattr(np, name)
        for axis in (None, *range(-x.ndim, x.ndim)):
            for keepdims in (False, True):
                assert_same(function(t, axis=axis, keepdims=keepdims), expected(x, axis=axis, keepdims=keepdims))
        assert_same(function(t[::-1], axis=-1), expected(x[::-1], axis=-1))
