"""Medians, quantiles and ranges against NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt
from lazytensor.functions.order_statistics import METHODS

DTYPES = ["int8", "uint64", "float32", "float64"]
QUANTILES = ["quantile", "percentile", "nanquantile", "nanpercentile"]


def oracle(name: str, *arguments: Any, **keywords: Any) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(getattr(np, name)(*arguments, **keywords))


def holes(dtype: str, shape: tuple[int, ...], name: str) -> Any:
    x = sample(dtype, shape)
    if x.dtype.kind in "fc" and x.size:
        x.reshape(-1)[::4] = np.nan
        if name.startswith("nan") and x.ndim > 1:
            x[0, 0] = np.nan
    return x


@pytest.mark.parametrize("name", ["median", "nanmedian", "ptp"])
def test_medians(tier: str, name: str) -> None:
    compiled = tier == "compile"
    for dtype in ("int8", "float32") if compiled else [*DTYPES, *([] if name == "ptp" else ["bool", "complex128"])]:
        for shape in ((), (7,), (2, 3, 4)) if compiled else ((), (7,), (4, 5), (2, 3, 4)):
            x = holes(dtype, shape, name)
            t = lt.asarray(x)
            for axis in (None, -1, (0, -1)) if len(shape) > 1 else (None,):
                for keepdims in (False, True):
                    found = getattr(lt, name)(t, axis=axis, keepdims=keepdims)
                    assert_same(found, oracle(name, x, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_empty_medians(name: str) -> None:
    for dtype in ("float32", "int8"):
        for shape, axis in [((0,), None), ((0, 3), 0), ((0, 3), 1), ((2, 0), (0, 1)), ((2, 3), ())]:
            x = np.ones(shape, dtype)
            assert_same(getattr(lt, name)(lt.asarray(x), axis=axis), oracle(name, x, axis=axis))
    with pytest.raises(ValueError, match="zero-size"):
        lt.ptp(lt.zeros(0))


@pytest.mark.parametrize("name", QUANTILES)
@pytest.mark.parametrize("method", METHODS)
def test_methods(name: str, method: str) -> None:
    scale = 100 if "percentile" in name else 1
    for dtype in DTYPES:
        x = holes(dtype, (4, 9), name)
        for q in (0.3 * scale, [0.0, 0.5 * scale, scale]):
            found = getattr(lt, name)(lt.asarray(x), q, axis=1, method=method)
            assert_same(found, oracle(name, x, q, axis=1, method=method))


@pytest.mark.parametrize("name", QUANTILES)
def test_quantiles(tier: str, name: str) -> None:
    for dtype in ("int64", "float32"):
        x = holes(dtype, (3, 4, 5), name)
        t = lt.asarray(x)
        # NumPy's nanquantile mixes up the axes of a two-dimensional q.
        many = [0.1, 0.2] if name.startswith("nan") else [[0.1, 0.2], [0.3, 0.4]]
        for q in (0, 1.0, np.float64(0.5), np.float32(0.25), many, np.asarray([0.5], "f4")):
            for axis in (None, 0, (2, 0), ()):
                for keepdims in (False, True):
                    found = getattr(lt, name)(t, q, axis=axis, keepdims=keepdims)
                    expected = oracle(name, x, q, axis=axis, keepdims=keepdims)
                    # NumPy's dtype is another where the first slice has nothing but NaNs.
                    usual = oracle(name, np.ones(3, dtype), q).dtype
                    assert_same(found, expected.astype(usual), 0 if expected.dtype == usual else 2**30)
    assert_same(getattr(lt, name)(t[1:], lt.asarray([0.5, 0.25]), 2), oracle(name, x[1:], [0.5, 0.25], 2))
    out = lt.zeros((3, 4), dtype="float32")
    assert getattr(lt, name)(t, 0.5, axis=2, out=out) is out
    assert_same(out, oracle(name, x, 0.5, axis=2))


@pytest.mark.parametrize("name", QUANTILES)
def test_weighted_quantiles(name: str) -> None:
    for dtype in ("int64", "float64"):
        x = holes(dtype, (3, 5, 4), name)
        x[0] = 1  # NumPy has no answer for weights of nothing
        t = lt.asarray(x)
        q = [20, 60] if "percentile" in name else [0.2, 0.6]
        cases: list[tuple[Any, Any]] = [(x.shape, 1), (x.shape, None), ((5,), 1), (x.shape, (0, 2))]
        for shape, axis in cases[: 2 if name.startswith("nan") else 4]:  # NumPy's own fails for the others
            w = np.random.default_rng(0).uniform(0, 2, shape)
            found = getattr(lt, name)(t, q, axis, weights=lt.asarray(w), method="inverted_cdf")
            assert_same(found, oracle(name, x, q, axis, weights=w, method="inverted_cdf"))
    found = lt.quantile(t, 0.5, (2, 0), weights=np.ones((4, 3)), method="inverted_cdf")
    assert_same(found, oracle("quantile", x, 0.5, (2, 0), method="inverted_cdf"))


@pytest.mark.parametrize("name", ["quantile", "nanquantile", "median", "nanmedian", "ptp"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(name: str, layout: str) -> None:
    x = holes("float64", (5, 6), name)
    y, t = LAYOUTS[layout](x), LAYOUTS[layout](lt.asarray(x))
    q = (0.3,) if "quantile" in name else ()
    assert_same(getattr(lt, name)(t, *q, axis=-1), oracle(name, y, *q, axis=-1))


def test_quantiles_of_nothing() -> None:
    with pytest.raises(IndexError, match="zero elements"):
        lt.quantile(lt.zeros((3, 0)), 0.5, axis=1)
    assert lt.quantile(lt.zeros((3, 0)), [0.5, 0.1], axis=0).shape == (2, 0)
    assert_same(lt.nanquantile(lt.zeros((3, 0)), 0.5, axis=1), np.full(3, np.nan))
    assert_same(lt.nanquantile(lt.full((2, 3), np.nan), [0.1, 0.5], axis=1), np.full((2, 2), np.nan))


def test_errors() -> None:
    t = lt.asarray([1.0, 2.0])
    with pytest.raises(ValueError, match=r"quantile: q must be in the range \[0, 1\]"):
        lt.quantile(t, 2)
    with pytest.raises(ValueError, match="range"):
        lt.percentile(t, [0, 101])
    late = lt.quantile(t, lt.asarray(2.0))
    with pytest.raises(ValueError, match="range"):
        late.wait()
    with pytest.raises(ValueError, match="not a method"):
        lt.quantile(t, 0.5, method="best")
    with pytest.raises(ValueError, match="inverted_cdf"):
        lt.quantile(t, 0.5, weights=[1, 2])
    with pytest.raises(ValueError, match="weights of shape"):
        lt.quantile(lt.zeros((2, 3)), 0.5, axis=0, weights=[1, 2, 3], method="inverted_cdf")
    with pytest.raises(TypeError, match="axis must be given"):
        lt.quantile(lt.zeros((2, 3)), 0.5, weights=[1, 2, 3], method="inverted_cdf")
    with pytest.raises(TypeError, match="real"):
        lt.quantile(lt.zeros(3, dtype="complex64"), 0.5)
    with pytest.raises(TypeError, match="quantile"):
        lt.quantile(lt.zeros(3, dtype="bool"), 0.5)
    with pytest.raises(np.exceptions.AxisError):
        lt.median(t, axis=1)
    with pytest.raises(TypeError, match="subtract"):
        lt.ptp(lt.asarray([True]))
