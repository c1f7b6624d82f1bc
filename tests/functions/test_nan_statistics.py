"""Reductions that pass over NaNs, against NumPy's, which warns where these do not."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt

REDUCTIONS = ["nansum", "nanprod", "nanmax", "nanmin", "nanmean", "nanvar", "nanstd"]
DTYPES = ["bool", "int8", "uint64", "float32", "float64", "complex128"]


def oracle(name: str, x: Any, **arguments: Any) -> Any:
    """NumPy's answer; sums of single precision in double, as here."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        if x.dtype == np.float32 and "dtype" not in arguments and not name.endswith(("max", "min")):
            return np.asarray(getattr(np, name)(x.astype(np.float64), **arguments)).astype(np.float32)
        return np.asarray(getattr(np, name)(x, **arguments))


def holes(dtype: str, shape: tuple[int, ...]) -> Any:
    """A sample with NaNs here and there, and nothing but NaNs in the first row."""
    x = sample(dtype, shape, low=-2, high=2)
    if x.dtype.kind in "fc" and x.ndim and x.size:
        x[sample("bool", shape, seed=1)] = np.nan
        x[0] = np.nan
    return x


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(tier: str, name: str) -> None:
    for dtype in DTYPES if tier == "interpret" else ["float32"]:
        if dtype == "complex128" and name.endswith(("max", "min")):
            continue
        for shape in [(3, 5), (2, 3, 4), ()] if tier == "interpret" else [(3, 5)]:
            x = holes(dtype, shape)
            t = lt.asarray(x)
            axes = (None, 0, -1, (0, 1)) if tier == "interpret" and shape else (-1,) if shape else (None,)
            for axis in axes:
                for keepdims in (False, True) if tier == "interpret" else (False,):
                    found = getattr(lt, name)(t, axis=axis, keepdims=keepdims)
                    assert_same(found, oracle(name, x, axis=axis, keepdims=keepdims), 32, 4)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(name: str, layout: str) -> None:
    x = holes("float64", (4, 6))
    y, t = LAYOUTS[layout](x), LAYOUTS[layout](lt.asarray(x))
    assert_same(getattr(lt, name)(t, axis=-1), oracle(name, y, axis=-1), 32, 4)


def test_empty() -> None:
    for name in ("nansum", "nanprod", "nanmean", "nanvar", "nanstd"):
        assert_same(getattr(lt, name)(lt.zeros((0, 3)), axis=0), oracle(name, np.zeros((0, 3)), axis=0))
    for name in ("nanmax", "nanmin", "nanargmax", "nanargmin"):
        with pytest.raises(ValueError, match="zero-size"):
            getattr(lt, name)(lt.zeros((0, 3)), axis=0)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_masks(name: str) -> None:
    x = holes("float64", (3, 5))
    t = lt.asarray(x)
    initial: dict[str, Any] = {"initial": -0.5} if name.endswith(("max", "min")) else {}
    for where in (np.asarray([True, False, True, True, False]), sample("bool", (3, 5), seed=3), np.zeros((3, 1), bool)):
        for axis in (None, 0, 1):
            expected = oracle(name, x, axis=axis, where=where, **initial)
            assert_same(getattr(lt, name)(t, axis=axis, where=lt.asarray(where), **initial), expected, 32, 4)
    if initial:
        assert_same(getattr(lt, name)(t, axis=1, initial=np.nan), oracle(name, x, axis=1, initial=np.nan))
        with pytest.raises(ValueError, match="initial value"):
            getattr(lt, name)(t, where=where)


def test_parameters() -> None:
    x = holes("float32", (3, 5))
    t = lt.asarray(x)
    for name in ("nansum", "nanprod"):
        assert_same(getattr(lt, name)(t, dtype="float64", initial=3), oracle(name, x, dtype="float64", initial=3), 8, 4)
    assert_same(lt.nanmean(t, dtype="float64"), oracle("nanmean", x, dtype="float64"), 8, 4)
    assert_same(lt.nanvar(t, axis=1, ddof=1), oracle("nanvar", x, axis=1, ddof=1), 32)
    assert_same(lt.nanstd(t, axis=1, correction=9), oracle("nanstd", x, axis=1, correction=9), 32)
    assert_same(lt.nanvar(t, axis=1, mean=np.zeros((3, 1), "f4")), oracle("nanvar", x, axis=1, mean=np.zeros((3, 1))), 32)
    with pytest.raises(TypeError, match="nanmean: dtype"):
        lt.nanmean(t, dtype="int64")
    with pytest.raises(ValueError, match="one argument"):
        lt.nanvar(t, ddof=1, correction=2)


@pytest.mark.parametrize("name", [*REDUCTIONS, "nancumsum", "nancumprod"])
def test_out(name: str) -> None:
    x = holes("float64", (3, 5))
    shape = (3, 5) if "cum" in name else (5,)
    out, array = lt.zeros(shape), np.zeros(shape)
    assert getattr(lt, name)(x, axis=0, out=out) is out
    assert getattr(lt, name)(lt.asarray(x), axis=0, out=array) is array
    expected = oracle(name, x, axis=0)
    assert_same(out, expected, 32, 4)
    np.testing.assert_array_equal(out.numpy(), array)


@pytest.mark.parametrize("name", ["nancumsum", "nancumprod"])
def test_scans(tier: str, name: str) -> None:
    for dtype in ("bool", "float64"):
        x = holes(dtype, (3, 5))
        for axis in (None, 0, -1):
            assert_same(getattr(lt, name)(lt.asarray(x), axis=axis), oracle(name, x, axis=axis), 8, 4)


@pytest.mark.parametrize("name", ["nanargmax", "nanargmin"])
def test_positions(tier: str, name: str) -> None:
    for dtype in ("bool", "int8", "float32", "complex64"):
        x = holes(dtype, (4, 5))
        x[:, 0] = x[3] = 1
        for axis in (None, 0, 1):
            for keepdims in (False, True):
                expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
                assert_same(getattr(lt, name)(lt.asarray(x), axis=axis, keepdims=keepdims), expected)
    nothing = getattr(lt, name)(lt.full((2, 2), np.nan), axis=0)
    with pytest.raises(ValueError, match="All-NaN"):
        nothing.wait()
    out = np.zeros(4, np.int64)
    assert getattr(lt, name)(lt.asarray(x), 1, out) is out


@pytest.mark.filterwarnings("ignore:Casting complex values")
@pytest.mark.parametrize("name", ["nanvar", "nanstd", "var", "std"])
def test_variances_in_the_dtype_asked_for(name: str) -> None:
    x, where = np.arange(9.0).reshape(3, 3), np.eye(3) < 1
    for keywords in ({}, {"where": where}):
        for dtype in ("complex64", "complex128", "float32"):
            assert_agree(lambda xp, a, d=dtype, k=keywords: getattr(xp, name)(a, axis=1, dtype=d, **k), x, ulp=4)
    counts = np.arange(9).reshape(3, 3) ** 2
    assert_same(getattr(lt, name)(counts, axis=1, dtype=int, where=where), getattr(np, name)(counts, axis=1, where=where), 4)
