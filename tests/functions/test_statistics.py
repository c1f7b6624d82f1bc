"""Reductions and running sums against NumPy."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, FLOATS, LAYOUTS, SHAPES, assert_same, in_tiers, sample

import lazytensor as lt

AXES: list[Any] = [None, 0, -1, (0, 1), (), (0, 2)]


def _axes(shape: tuple[int, ...]) -> list[Any]:
    rank = len(shape)
    return [axis for axis in AXES if axis in (None, ()) or (max(axis) if isinstance(axis, tuple) else 0) < rank]


def _reference(name: str, x: Any, **arguments: Any) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of an empty mean, of no degrees of freedom
        if x.dtype in (np.float32, np.complex64) and name in ("sum", "prod", "mean", "var", "std"):
            wide = getattr(np, name)(x.astype(np.result_type(x, np.float64)), **arguments)
            return np.asarray(wide).astype(np.float32 if name in ("var", "std") else x.dtype)
        return getattr(np, name)(x, **arguments)


@pytest.mark.parametrize("name", ["sum", "prod", "any", "all", "count_nonzero"])
def test_reductions(tier: str, name: str) -> None:
    # tests/compiler/test_reductions_rows.py compiles all rows of all dtypes.
    for dtype in DTYPES if tier == "interpret" else ("bool", "float32"):
        every = dtype == "float32" and (tier == "interpret" or name == "sum")
        for shape in SHAPES if every else [(), (3, 0, 2), (3, 5)]:
            x = sample(dtype, shape, low=-2, high=2)
            t = lt.asarray(x)
            for axis in _axes(shape) if every else (None, -1) if shape else (None,):
                for keepdims in (False, True):
                    expected = _reference(name, x, axis=axis, keepdims=keepdims)
                    assert_same(getattr(lt, name)(t, axis=axis, keepdims=keepdims), np.asarray(expected), 16, 20)


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax"])
def test_extremes(tier: str, name: str) -> None:
    for dtype in DTYPES if tier == "interpret" else ("int8", "float64"):
        if dtype.startswith("complex"):
            continue
        for shape in [(), (1,), (7,), (3, 5), (2, 3, 4), (0, 3)] if dtype == "float64" else [(3, 5)]:
            x = sample(dtype, shape, specials=(np.nan,) if shape == (3, 5) else ())
            t = lt.asarray(x)
            for axis in (None, *range(-len(shape), 0)):
                if 0 in (shape if axis is None else (shape[axis],)):
                    with pytest.raises(ValueError, match=name):
                        getattr(lt, name)(t, axis=axis)
                    continue
                for keepdims in (False, True):
                    expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
                    assert_same(getattr(lt, name)(t, axis=axis, keepdims=keepdims), expected)
    x = sample("float64", (2, 3, 4))
    if not name.startswith("arg"):
        assert_same(getattr(lt, name)(lt.asarray(x), axis=(0, 2)), getattr(np, name)(x, axis=(0, 2)))


NAMES = ["sum", "max", "argmax", "var", "cumsum"]


@in_tiers(("name", "layout"), itertools.product(NAMES, LAYOUTS), itertools.product(["sum", "argmax"], LAYOUTS))
def test_layouts(tier: str, name: str, layout: str) -> None:
    x = sample("float64", (5, 6))
    y, t = LAYOUTS[layout](x), LAYOUTS[layout](lt.asarray(x))
    for axis in (None, 0, -1):
        assert_same(getattr(lt, name)(t, axis=axis), getattr(np, name)(y, axis=axis), 16, 100)


@pytest.mark.parametrize("name", ["mean", "var", "std"])
def test_moments(tier: str, name: str) -> None:
    for dtype in DTYPES if tier == "interpret" else ("int8", "float32", "complex64"):
        for shape in SHAPES if dtype == "float32" else [(3, 0, 2), (3, 5)]:
            x = sample(dtype, shape)
            t = lt.asarray(x)
            for axis in (None, -1) if shape else (None,):
                if x.size == 0:
                    found = getattr(lt, name)(t, axis=axis)
                    assert np.isnan(found.numpy()).all()
                    continue
                for keepdims in (False, True):
                    expected = _reference(name, x, axis=axis, keepdims=keepdims)
                    assert_same(getattr(lt, name)(t, axis=axis, keepdims=keepdims), np.asarray(expected), 32, 20)


@pytest.mark.parametrize("dtype", FLOATS)
def test_corrections(tier: str, dtype: str) -> None:
    x = sample(dtype, (4, 9))
    t = lt.asarray(x)
    for correction in (0, 1, 1.5, 9, 12):
        expected = _reference("var", x, axis=1, ddof=correction)
        assert_same(lt.var(t, axis=1, correction=correction), expected, 32)
        assert_same(t.var(axis=1, ddof=correction), expected, 32)
        assert_same(lt.std(t, axis=1, ddof=correction), _reference("std", x, axis=1, ddof=correction), 32)
    with pytest.raises(ValueError, match="one argument"):
        lt.var(t, ddof=1, correction=1)
    assert_same(lt.var(t, axis=0, mean=lt.mean(t, axis=0, keepdims=True)), _reference("var", x, axis=0), 32)


def test_dtypes(tier: str) -> None:
    x = sample("int8", (100,), low=100, high=127)
    t = lt.asarray(x)
    for dtype in ("int8", "int32", "uint8", "float32", "float64", "complex64"):
        assert_same(lt.sum(t, dtype=dtype), np.sum(x, dtype=dtype))
        assert_same(lt.cumsum(t, dtype=dtype), np.cumsum(x, dtype=dtype))
    assert_same(lt.mean(t, dtype="float32"), np.mean(x, dtype="float32"), 4)
    assert lt.sum(lt.ones(3, dtype="float32")).dtype == np.float32


def test_large(tier: str) -> None:
    x = sample("float32", (300_001,))
    exact = x.astype("float64")
    t = lt.asarray(x)
    assert_same(t.sum(), exact.sum().astype("float32"), 2)
    assert_same(t.mean(), exact.mean().astype("float32"), 2)
    assert_same(t.var(), exact.var().astype("float32"), 4)
    assert_same((t * 2).max(), (x * 2).max())
    y = sample("float64", (1000, 70))
    for axis in (0, 1):
        assert_same(lt.sum(lt.asarray(y), axis=axis), y.sum(axis=axis), 64, 100)


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
def test_scans(tier: str, name: str) -> None:
    for dtype in DTYPES:
        x = sample(dtype, (3, 4), low=-2, high=2)
        for axis in (0, -1):
            for initial in (False, True):
                expected = getattr(np, name)(x, axis=axis, include_initial=initial)
                assert_same(getattr(lt, name)(lt.asarray(x), axis=axis, include_initial=initial), expected, 8, 1)
    with pytest.raises(ValueError, match="axis"):
        getattr(lt, name)(lt.zeros((2, 2)))
    assert_same(getattr(lt, name)(lt.zeros(0)), np.zeros(0))
    assert_same(lt.cumprod(lt.asarray([[1, 2], [3, 4]])), np.cumprod([[1, 2], [3, 4]]))


MASKED = ["sum", "prod", "mean", "var", "std", "any", "all", "max", "min"]


@pytest.mark.parametrize("name", MASKED)
def test_masks(tier: str, name: str) -> None:
    initial: dict[str, Any] = {"initial": 1} if name in ("max", "min") else {}
    for dtype in ("bool", "int8", "float32", "complex64") if tier == "interpret" else ("float32",):
        if dtype.startswith("complex") and name in ("max", "min"):
            continue
        x = sample(dtype, (3, 5), low=-2, high=2)
        t = lt.asarray(x)
        for where in (sample("bool", (3, 5), seed=2), np.asarray([True, False, True, True, False]), np.asarray(True)):
            for axis, keepdims in [(None, False), (0, False), (1, True)]:
                found = getattr(lt, name)(t, axis=axis, keepdims=keepdims, where=where, **initial)
                expected = _reference(name, x, axis=axis, keepdims=keepdims, where=where, **initial)
                assert_same(found, np.asarray(expected), 32, 4)
    nothing = getattr(lt, name)(t, where=lt.zeros((3, 5), dtype=bool), **initial)
    assert_same(nothing, np.asarray(_reference(name, x, where=np.zeros((3, 5), bool), **initial)))


def test_mask_errors() -> None:
    x = lt.zeros((2, 3))
    with pytest.raises(ValueError, match="max: has no identity"):
        lt.max(x, where=x > 1)
    with pytest.raises(TypeError, match="where must be boolean"):
        lt.sum(x, where=np.asarray([1, 0, 1]))
    with pytest.raises(ValueError, match="where of shape"):
        lt.any(x, where=np.ones((4, 2, 3), bool))
    with pytest.raises(ValueError, match="mean"):
        lt.mean(x, where=[True, False])


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min"])
def test_initial(name: str) -> None:
    for dtype, initial in [
        ("int8", 3),
        ("int8", 1.5),
        ("float32", 2),
        ("float64", np.float32(0.5)),
        ("uint8", 9),
        ("bool", True),
    ]:
        x = sample(dtype, (3, 5), low=0, high=5)
        for axis in (None, 1):
            expected = getattr(np, name)(x, axis=axis, initial=initial)
            assert_same(getattr(lt, name)(lt.asarray(x), axis=axis, initial=initial), expected, 16, 4)
    empty = np.zeros((0, 3))
    for axis, keepdims in [(None, False), (0, True), (1, False)]:
        expected = getattr(np, name)(empty, axis=axis, keepdims=keepdims, initial=4)
        assert_same(getattr(lt, name)(lt.asarray(empty), axis=axis, keepdims=keepdims, initial=4), expected)
    with pytest.raises(OverflowError):
        getattr(lt, name)(lt.ones(3, dtype="int8"), **({} if name in ("max", "min") else {"dtype": "int8"}), initial=300)
    with pytest.raises(ValueError, match="setting an array element"):
        getattr(lt, name)(lt.ones(3), initial=[1, 2])


@pytest.mark.parametrize("name", [*MASKED, "argmax", "argmin", "cumsum", "cumprod", "cumulative_sum", "cumulative_prod"])
def test_out(name: str) -> None:
    x = sample("float64", (3, 5))
    expected = np.asarray(getattr(np, name)(x, axis=0))
    out, array = lt.zeros(expected.shape, dtype=expected.dtype), np.zeros_like(expected)
    assert getattr(lt, name)(lt.asarray(x), axis=0, out=out) is out
    assert getattr(lt, name)(lt.asarray(x), axis=0, out=array) is array
    assert_same(out, expected, 32)
    np.testing.assert_array_equal(out.numpy(), array)
    with pytest.raises(ValueError, match=name.replace("cum", "")[:3]):
        getattr(lt, name)(lt.asarray(x), axis=0, out=lt.zeros(7))
    if name == "mean":
        assert lt.mean(lt.asarray([1, 2]), out=lt.zeros((), dtype=int)).item() == 1
    if name.startswith("arg"):
        with pytest.raises(TypeError, match="safe"):
            getattr(lt, name)(lt.asarray(x), 0, lt.zeros(5, dtype="float32"))


def test_positional_parameters() -> None:
    x = sample("float64", (3, 5))
    t, w = lt.asarray(x), sample("bool", (3, 5))
    assert_same(lt.sum(t, 1, "float32", None, True, 2, w), np.sum(x, 1, "float32", None, True, 2, w), 8, 4)
    assert_same(lt.max(t, 1, None, True, 2, w), np.max(x, 1, None, True, 2, w))
    assert_same(lt.any(t, 1, None, True), np.any(x, 1, None, True))
    assert_same(lt.mean(t, 1, "float32", None, True), np.mean(x, 1, "float32", None, True), 8, 4)
    assert_same(lt.std(t, 1, "float64", None, 2, True), np.std(x, 1, "float64", None, 2, True), 32)
    assert_same(lt.cumsum(t, 1, "int64"), np.cumsum(x, 1, "int64"))
    assert lt.amax is lt.max
    assert lt.amin is lt.min


def test_errors() -> None:
    x = lt.zeros((2, 3))
    with pytest.raises(np.exceptions.AxisError, match="sum"):
        lt.sum(x, axis=2)
    with pytest.raises(ValueError, match="repeated"):
        lt.sum(x, axis=(0, 0))
    with pytest.raises(TypeError, match="not supported"):
        lt.sum(x, dtype="float16")


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_signs_of_zero_in_sums_and_products(tier: str, dtype: str) -> None:
    zero = np.array(-0.0).astype(dtype) if dtype[0] == "f" else np.array(complex(-0.0, -0.0)).astype(dtype)
    for shape, axis in (((1,), None), ((3,), None), ((300,), None), ((3, 4), 1), ((40, 7), 0), ((0,), None), ((0, 3), 0)):
        x = np.full(shape, zero)
        t = lt.asarray(x)
        mask = np.arange(x.size).reshape(shape) % 2 == 0
        for initial in (0.0, -0.0, 1.0, -1.0):
            for where in (True, mask):
                for name in ("sum", "prod"):
                    expected = np.asarray(getattr(np, name)(x, axis=axis, initial=initial, where=where))
                    for start in (initial, lt.asarray(initial, dtype=dtype)):
                        found = getattr(lt, name)(t, axis=axis, initial=start, where=where).numpy()
                        np.testing.assert_array_equal(found, expected)
                        np.testing.assert_array_equal(np.signbit(found.real), np.signbit(expected.real))
                        np.testing.assert_array_equal(np.signbit(found.imag), np.signbit(expected.imag))


def test_overflowing_products_of_complex_numbers(tier: str) -> None:
    parts = np.array([0.0, -1.0, 2.5, 1e30, 3e38, -1.5e19, np.inf, np.nan], np.float32)
    z = (parts[:, None] + np.zeros(8, np.float32)).ravel() + 0j
    z = z.astype(np.complex64)
    z.imag = np.tile(parts, 8)
    x, y = np.repeat(z, 64), np.tile(z, 64)
    with np.errstate(all="ignore"):
        expected = [x * y, x * y * x, np.square(z), np.prod([x, y], axis=0), np.prod([x, y, x], axis=0)]
    t, u = lt.asarray(x), lt.asarray(y)
    found = [t * u, t * u * t, lt.square(lt.asarray(z)), lt.stack([t, u]).prod(0), lt.stack([t, u, t]).prod(0)]
    for want, have in zip(expected, found, strict=True):
        for name in ("real", "imag"):
            np.testing.assert_allclose(getattr(have.numpy(), name), getattr(want, name), rtol=1e-5)
