"""Distinct values and set operations against NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, FEW, LAYOUTS, assert_same, sample

import lazytensor as lt


def same_parts(ours: Any, theirs: Any) -> None:
    for actual, expected in zip(ours, theirs, strict=True):
        assert_same(actual, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_unique(tier: str, dtype: str) -> None:
    for shape in ((), (0,), (7,), (3, 5)):
        x = sample(dtype, shape, low=-3, high=3, specials=(np.nan, np.nan))
        t = lt.asarray(x)
        assert_same(lt.unique(t), np.unique(x))
        for flags in itertools.product((False, True), repeat=3):
            for equal_nan in (False, True):
                ours, theirs = lt.unique(t, *flags, equal_nan=equal_nan), np.unique(x, *flags, equal_nan=equal_nan)
                same_parts(ours if any(flags) else (ours,), theirs if any(flags) else (theirs,))


def test_unique_slices(tier: str) -> None:
    x = np.asarray([[1, 2, 1], [1, 2, 1], [0, 5, 0]])
    t = lt.asarray(x)
    for axis in (0, 1, -1):
        assert_same(lt.unique(t, axis=axis), np.unique(x, axis=axis))
        same_parts(lt.unique(t, True, True, True, axis), np.unique(x, True, True, True, axis))
    assert_same(lt.unique(t.T, axis=0, sorted=False), np.unique(x.T, axis=0))
    with pytest.raises(np.exceptions.AxisError):
        lt.unique(t, axis=2)


@pytest.mark.parametrize("dtype", FEW)
@pytest.mark.parametrize("layout", ["contiguous", "transposed", "strided"])
def test_standard_forms(tier: str, dtype: str, layout: str) -> None:
    base = sample(dtype, (3, 4), low=-2, high=2, specials=(np.nan, np.nan))
    x, t = LAYOUTS[layout](base), LAYOUTS[layout](lt.asarray(base))
    for name in ("unique_all", "unique_counts", "unique_inverse"):
        ours, theirs = getattr(lt, name)(t), getattr(np, name)(x)
        assert type(ours)._fields == type(theirs)._fields
        same_parts(ours, theirs)
    assert_same(lt.unique_values(t), np.sort(np.unique_values(x)))
    found = lt.unique_inverse(t)
    np.testing.assert_array_equal(found.values.numpy()[found.inverse_indices.numpy()], x)


def test_standard_forms_of_scalars() -> None:
    same_parts(lt.unique_all(lt.asarray(5)), np.unique_all(np.asarray(5)))
    assert lt.unique_all(lt.asarray(5)).inverse_indices.shape == ()
    assert lt.unique_values(lt.asarray([np.nan, np.nan])).shape == (2,)


@pytest.mark.parametrize("name", ["intersect1d", "union1d", "setdiff1d", "setxor1d"])
def test_two_arrays(tier: str, name: str) -> None:
    ours, theirs = getattr(lt, name), getattr(np, name)
    for dtypes in (("int64", "int64"), ("uint8", "float32"), ("float64", "float64"), ("complex64", "bool")):
        x = sample(dtypes[0], (4, 5), low=-4, high=4, specials=(np.nan, 1, 2))
        y = sample(dtypes[1], (9,), seed=3, low=-4, high=4, specials=(2, 1, np.nan))
        assert_same(ours(lt.asarray(x), lt.asarray(y)), theirs(x, y))
        assert_same(ours(lt.asarray(x).T, y[::-2]), theirs(x.T, y[::-2]))
        assert_same(ours(lt.asarray(x), []), theirs(x, []))
        if name != "union1d":
            first, second = np.unique(x), np.unique(y)[::-1].copy()
            assert_same(ours(lt.asarray(first), second, assume_unique=True), theirs(first, second, assume_unique=True))
    assert_same(ours([1, 2, 2], 2), theirs([1, 2, 2], 2))


def test_positions_of_common_values() -> None:
    x, y = np.asarray([3, 1, 3, 7]), np.asarray([[7, 9], [3, 3]])
    same_parts(lt.intersect1d(lt.asarray(x), y, return_indices=True), np.intersect1d(x, y, return_indices=True))


def test_isin(tier: str) -> None:
    x, among = sample("int64", (4, 5)), np.asarray([[1, -3], [7, 1]])
    t = lt.asarray(x)
    assert_same(lt.isin(t, among), np.isin(x, among))
    assert_same(lt.isin(t, lt.asarray(among), invert=True), np.isin(x, among, invert=True))
    assert_same(lt.isin(t, among, True, True, kind="sort"), np.isin(x, among, invert=True))
    assert_same(lt.isin(t.T, among[0], kind="table"), np.isin(x.T, among[0]))
    assert_same(lt.isin(x, 3), np.isin(x, 3))
    assert_same(lt.isin(3, x), np.isin(3, x))
    assert_same(lt.isin(x, []), np.isin(x, []))
    assert_same(lt.isin(x, [], invert=True), np.isin(x, [], invert=True))
    assert_same(lt.isin(x, [0.5, 2.0]), np.isin(x, [0.5, 2.0]))
    assert_same(lt.isin([np.nan, 1.0], [np.nan, 1.0]), np.isin([np.nan, 1.0], [np.nan, 1.0]))
    assert_same(lt.isin(sample("bool", (3,)), [True]), np.isin(sample("bool", (3,)), [True]))
    with pytest.raises(ValueError, match="kind"):
        lt.isin(x, 3, kind="hash")
