"""Counting in bins, against NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt

KINDS = ["bool", "int8", "uint64", "float32", "float64"]


def oracle(name: str, *arguments: Any, **keywords: Any) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of booleans
        return getattr(np, name)(*arguments, **keywords)


def assert_all(found: Any, expected: Any) -> None:
    """Counts and edges, these in lists for several dimensions."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        if isinstance(other, np.ndarray):
            assert_same(one, other)
        else:
            assert_all(one, other)


BINS: list[Any] = [10, 3, [-5, 0.5, 0.5, 7], np.asarray([-3, 0, 3], np.int32), [1.0], []]
RANGES: list[Any] = [None, (-3, 3), (2, 2), (np.float64(-1), 4.5)]


@pytest.mark.parametrize("dtype", KINDS)
def test_histogram(tier: str, dtype: str) -> None:
    for shape in [(40,), (5, 6), (), (0,)]:
        x = sample(dtype, shape)
        for bins in BINS:
            for limits in RANGES if np.ndim(bins) == 0 else RANGES[:1]:
                expected = oracle("histogram", x, bins, limits)
                assert_all(lt.histogram(lt.asarray(x), bins, limits), expected)
                assert_same(lt.histogram_bin_edges(lt.asarray(x), bins, limits), expected[1])


@pytest.mark.parametrize("dtype", ["bool", "int32", "uint8", "float32", "float64", "complex64"])
def test_weights(dtype: str) -> None:
    x, w = sample("float64", (30,)), sample(dtype, (30,), seed=1, low=0, high=9)
    t, v = lt.asarray(x), lt.asarray(w)
    for bins in (5, [-5, 0, 5, 7])[: 1 if dtype == "bool" else 2]:
        assert_all(lt.histogram(t, bins, weights=v), np.histogram(x, bins, weights=w))
        if dtype != "complex64":
            assert_all(lt.histogram(t, bins, (-9, 9), True, v), np.histogram(x, bins, (-9, 9), True, w))
    assert_all(lt.histogram(t, lt.asarray([-5.0, 0.0, 1.0]), density=True), np.histogram(x, [-5.0, 0.0, 1.0], density=True))


@pytest.mark.parametrize("rule", ["auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt"])
def test_rules(rule: str) -> None:
    for dtype in ("float64", "int16"):
        x = sample(dtype, (60,))
        assert_all(lt.histogram(lt.asarray(x), rule, (-5, 8)), oracle("histogram", x, rule, (-5, 8)))
        assert_same(lt.histogram_bin_edges(lt.asarray(x), rule), oracle("histogram_bin_edges", x, rule))
    with pytest.raises(TypeError, match="weighted"):
        lt.histogram(lt.asarray(x), rule, weights=x)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    x = sample("float64", (5, 6))
    y, t = LAYOUTS[layout](x), LAYOUTS[layout](lt.asarray(x))
    assert_all(lt.histogram(t, 4), np.histogram(y, 4))
    assert_same(lt.digitize(t, [-5, 0, 5]), np.digitize(y, [-5, 0, 5]))


@pytest.mark.recorded
def test_histogram_is_lazy() -> None:
    with lt.config.override(background=False):
        t = lt.asarray(sample("float64", (30,))) * 2
        counts, edges = lt.histogram(t, 5, density=True)
        more = lt.histogramdd([t, t], 3)[0]
        assert not any(item.is_ready() for item in (t, counts, edges, more))


def test_histogram_errors() -> None:
    t = lt.asarray([1.0, 2.0])
    with pytest.raises(ValueError, match="bins must be positive"):
        lt.histogram(t, 0)
    with pytest.raises(ValueError, match="increase monotonically"):
        lt.histogram(t, [2, 1])
    with pytest.raises(ValueError, match="one-dimensional"):
        lt.histogram(t, [[2, 1]])
    with pytest.raises(TypeError, match="bins must be an integer"):
        lt.histogram(t, 2.5)
    with pytest.raises(ValueError, match="larger than min"):
        lt.histogram(t, 2, (2, 1))
    with pytest.raises(ValueError, match="not finite"):
        lt.histogram(t, 2, (0, np.nan))
    with pytest.raises(ValueError, match="shape of the array"):
        lt.histogram(t, 2, weights=[1, 2, 3])
    with pytest.raises(TypeError, match="as weights"):
        lt.histogram(t, [1, 2], weights=[True, False])
    with pytest.raises(TypeError, match="expects integer or real"):
        lt.histogram(lt.asarray([1j]))
    for late in (lt.histogram(lt.asarray([1, np.nan]))[0], lt.histogram(t, lt.asarray([2, 1]))[0]):
        with pytest.raises(ValueError, match=r"finite|monotonically"):
            late.wait()


# -- several dimensions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["int16", "float32", "float64"])
def test_histogramdd(tier: str, dtype: str) -> None:
    x = sample(dtype, (50, 3))
    t = lt.asarray(x)
    w = sample("float64", (50,), low=0)
    cases: list[dict[str, Any]] = [
        {"bins": 3},
        {"bins": (2, 3, 4)},
        {"bins": [2, [-5, 0, 5.5], 3], "range": [(-3, 3), None, None]},
        {"bins": 2, "range": [(1, 1), None, (np.float64(0), 5)]},
    ]
    for case in cases:
        for more in ({}, {"density": True}, {"weights": w}):
            assert_all(lt.histogramdd(t, **case, **more), oracle("histogramdd", x, **case, **more))
    columns = [x[:, 0], x[:, 1]]
    assert_all(lt.histogramdd([lt.asarray(column) for column in columns], 4), np.histogramdd(columns, 4))
    assert_all(lt.histogramdd(t[:, 0], 4), np.histogramdd(x[:, 0], 4))


def test_histogram2d() -> None:
    x, y, w = (sample("float64", (50,), seed=seed) for seed in range(3))
    cases: list[dict[str, Any]] = [
        {},
        {"bins": 3},
        {"bins": (3, [-5, 0, 5])},
        {"bins": [-5, 0, 3, 5]},
        {"bins": np.asarray([-5.0, 0, 3, 5])},
        {"bins": 3, "range": [(-1, 1), (-2, 2)], "density": True},
        {"bins": 3, "weights": w},
    ]
    for case in cases:
        assert_all(lt.histogram2d(lt.asarray(x), lt.asarray(y), **case), np.histogram2d(x, y, **case))
    with pytest.raises(ValueError, match="one length"):
        lt.histogram2d(x, y[1:])
    with pytest.raises(ValueError, match="dimension of bins"):
        lt.histogramdd(lt.zeros((4, 3)), bins=(1, 2))
    with pytest.raises(ValueError, match="per dimension"):
        lt.histogramdd(lt.zeros((4, 3)), range=[(0, 1)])
    with pytest.raises(ValueError, match="one weight a point"):
        lt.histogramdd(lt.zeros((4, 3)), weights=[1, 2])


# -- positions ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["bool", "int8", "float32", "float64"])
def test_digitize(tier: str, dtype: str) -> None:
    for shape in [(), (0,), (3, 5)]:
        x = sample(dtype, shape)
        bins: Any
        for bins in ([-5, 0, 5], [5.0, 0.0, 0.0, -5.0], [], [1]):
            for right in (False, True):
                assert_same(lt.digitize(lt.asarray(x), bins, right), np.digitize(x, bins, right))
    with pytest.raises(ValueError, match="one-dimensional"):
        lt.digitize(lt.asarray(x), [[1]])
    with pytest.raises(TypeError, match="digitize"):
        lt.digitize(lt.asarray([1j]), [1])
    late = lt.digitize(lt.asarray(x), [1, 3, 2])
    with pytest.raises(ValueError, match="monotonically"):
        late.wait()


def test_bincount() -> None:
    for dtype in ("int8", "uint8", "int64", "bool"):
        x = sample(dtype, (30,), low=0)
        w = sample("float32", (30,))
        assert_same(lt.bincount(lt.asarray(x)), np.bincount(x))
        assert_same(lt.bincount(lt.asarray(x), lt.asarray(w), 20), np.bincount(x, w, 20))
    assert_same(lt.bincount([], minlength=2), np.bincount([], minlength=2))
    for bad in ([-1], [1.5], [[1]]):
        with pytest.raises((ValueError, TypeError)):
            lt.bincount(lt.asarray(bad))
