"""Differences, slopes, areas, interpolation, weighted means, covariance and convolution, against NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import LAYOUTS, assert_same, sample

import lazytensor as lt

KINDS = ["int8", "uint64", "float32", "float64", "complex64"]


def in_tiers(dtypes: list[str]) -> list[tuple[str, str]]:
    """Every dtype interpreted, and one compiled: the compositions are the same."""
    return [*(("interpret", dtype) for dtype in dtypes), ("compile", "float32")]


def oracle(name: str, *arguments: Any, **keywords: Any) -> Any:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return getattr(np, name)(*arguments, **keywords)


def test_ediff1d() -> None:
    for dtype in KINDS:
        for shape in [(0,), (1,), (3, 4)]:
            x = sample(dtype, shape)
            assert_same(lt.ediff1d(lt.asarray(x)), np.ediff1d(x))
            for ends in ({"to_end": x}, {"to_begin": x[:1]}, {"to_begin": x, "to_end": x}):
                assert_same(lt.ediff1d(lt.asarray(x), **ends), np.ediff1d(x, **ends))
    with pytest.raises(TypeError, match="same_kind"):
        lt.ediff1d([1, 2], to_end=1.5)


@pytest.mark.parametrize(("tier", "dtype"), in_tiers([*KINDS, "bool"]), indirect=["tier"])
def test_trapezoid(tier: str, dtype: str) -> None:
    y = sample(dtype, (3, 5), low=0)
    t = lt.asarray(y)
    line, grid = np.asarray([0.0, 1, 4, 5, 5.5]), sample("float64", (3, 5))
    for axis in (0, -1) if tier == "interpret" else (-1,):
        for arguments in ({}, {"dx": 0.5}, {"x": line[: y.shape[axis]]}, {"x": grid}):
            found = lt.trapezoid(t, axis=axis, **arguments)
            assert_same(found, oracle("trapezoid", y, axis=axis, **arguments), 16, 100)


def test_unwrap() -> None:
    for dtype in ("float32", "float64", "int8", "int64"):
        x = sample(dtype, (3, 9))
        for arguments in ({}, {"axis": 0}, {"discont": 5}, {"period": 4}, {"period": 5}, {"period": 3.5}):
            found = lt.unwrap(lt.asarray(x), **arguments)
            assert_same(found, np.unwrap(x, **arguments), 8, 20)
    assert_same(lt.unwrap(lt.asarray([0.0, np.pi, 2 * np.pi])), np.unwrap([0.0, np.pi, 2 * np.pi]))


@pytest.mark.parametrize(("tier", "dtype"), in_tiers(KINDS), indirect=["tier"])
def test_gradient(tier: str, dtype: str) -> None:
    x = sample(dtype, (4, 5))
    t = lt.asarray(x)
    uneven = np.asarray([0.0, 1.0, 1.5, 4.0, 6.0])
    for edge_order in (1, 2):
        cases: list[tuple[tuple[Any, ...], Any]] = [
            ((), None), ((), 1), ((2,), (1, 0)), ((2.0, 0.5), None), ((uneven,), 1), ((uneven[:4], 3), None),
            ((np.arange(5) * 2,), -1), ((np.float32(2),), 0),
        ]  # fmt: skip
        for spacing, axis in cases:
            expected = oracle("gradient", x, *spacing, axis=axis, edge_order=edge_order)
            found = lt.gradient(t, *spacing, axis=axis, edge_order=edge_order)
            assert isinstance(found, tuple) == isinstance(expected, tuple)
            for one, other in zip(found, expected, strict=True) if isinstance(expected, tuple) else [(found, expected)]:
                assert_same(one, other, 16, 20)
    assert_same(lt.gradient(t, lt.asarray(uneven), axis=1), oracle("gradient", x, uneven, axis=1), 16, 20)


def test_gradient_errors() -> None:
    t = lt.zeros((3, 2))
    with pytest.raises(ValueError, match="too short"):
        lt.gradient(t, edge_order=2)
    with pytest.raises(ValueError, match="edge_order"):
        lt.gradient(t, edge_order=3)
    with pytest.raises(TypeError, match="spacing"):
        lt.gradient(t, 1, 2, 3)
    with pytest.raises(ValueError, match="positions"):
        lt.gradient(t, [1, 2], axis=0)
    with pytest.raises(TypeError, match="subtract"):
        lt.gradient(lt.asarray([True, False]))


def test_interp(tier: str) -> None:
    x = np.asarray([[-1.0, 0.0, 0.3, 2.5], [3.0, 9.0, np.nan, 1.0]])
    xp = np.asarray([0, 1, 3])
    for fp in (np.asarray([3, 1, 2]), np.asarray([3, 1, 2], "f4"), np.asarray([1j, 2, 3 - 1j])):
        for arguments in ({}, {"left": -1.0}, {"left": -7, "right": 8.5}, {"period": 2.5}, {"period": -4}):
            for points in (x, x.astype("f4"), np.arange(3)):
                assert_same(lt.interp(lt.asarray(points), xp, fp, **arguments), np.interp(points, xp, fp, **arguments))
    with pytest.raises(ValueError, match="one length"):
        lt.interp(x, [1, 2], [1])
    with pytest.raises(ValueError, match="empty"):
        lt.interp(x, [], [])
    with pytest.raises(ValueError, match="non-zero"):
        lt.interp(x, [1], [1], period=0)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_sequences(tier: str, name: str, mode: str) -> None:
    for one, other in [
        ("bool", "bool"),
        ("int8", "uint8"),
        ("float32", "int8"),
        ("float64", "float32"),
        ("complex64", "complex64"),
    ]:
        for lengths in [(1, 1), (7, 3), (3, 7), (4, 4)]:
            x, y = (sample(dtype, (length,), seed=length) for dtype, length in zip((one, other), lengths, strict=True))
            assert_same(getattr(lt, name)(lt.asarray(x), lt.asarray(y), mode), getattr(np, name)(x, y, mode), 4, 100)
    assert_same(getattr(lt, name)(lt.arange(6)[::-2], [2]), getattr(np, name)(np.arange(6)[::-2], [2]))
    with pytest.raises(ValueError, match="empty"):
        getattr(lt, name)([], [1], mode)
    with pytest.raises(ValueError, match="mode must be"):
        getattr(lt, name)([1], [1], "x")
    with pytest.raises(ValueError, match="one-dimensional"):
        getattr(lt, name)([[1]], [1])


# -- weighted means and covariance ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tier", "dtype"), in_tiers(["bool", *KINDS]), indirect=["tier"])
def test_average(tier: str, dtype: str) -> None:
    x = sample(dtype, (3, 4, 5))
    t = lt.asarray(x)
    cases: list[tuple[Any, Any]] = [(None, None), (1, None), (0, (3,)), (None, (3, 4, 5)), ((2, 0), (5, 3)), (-1, (3, 4, 5))]
    for axis, shape in cases if tier == "interpret" else cases[2:3]:
        w = None if shape is None else sample("float32", shape, low=1)
        for keepdims in (False, True):
            expected = oracle("average", x, axis, w, True, keepdims=keepdims)
            found = lt.average(t, axis, w, True, keepdims=keepdims)
            shapes = np.broadcast_shapes(expected[1].shape, found[1].shape)
            assert_same(found[0], expected[0], 64, 20)
            np.testing.assert_allclose(np.broadcast_to(found[1].numpy(), shapes), expected[1], rtol=1e-5)
            assert found[1].shape == expected[1].shape
            assert_same(lt.average(t, axis, w, keepdims=keepdims), expected[0], 64, 20)
    with pytest.raises(ValueError, match="weights of shape"):
        lt.average(t, 0, [1, 2])
    with pytest.raises(TypeError, match="axis must be given"):
        lt.average(t, weights=[1, 2, 3])
    assert np.isnan(lt.average([1.0, -1.0], weights=[0, 0]).item())


COVARIANCES: list[dict[str, Any]] = [
    {},
    {"rowvar": False},
    {"bias": True},
    {"ddof": 0},
    {"ddof": 9},
    {"fweights": [1, 2, 3, 0, 1, 2]},
    {"aweights": [1, 0.5, 2, 3, 0.5, 1]},
    {"fweights": [1, 2, 3, 0, 1, 2], "aweights": [1, 0.5, 2, 3, 0.5, 1], "ddof": 2},
    {"aweights": [1, 0.5, 2, 3, 0.5, 1], "ddof": 0},
    {"dtype": "float32"},
]


@pytest.mark.parametrize("arguments", COVARIANCES)
def test_cov(arguments: dict[str, Any]) -> None:
    for dtype in ("int8", "float32", "complex128"):
        if "dtype" in arguments and dtype == "complex128":
            continue
        for shape in [(6, 6), (6,)]:
            x, y = sample(dtype, shape), sample(dtype, (6,), seed=5)
            t = lt.asarray(x)
            ulp = 64
            assert_same(lt.cov(t, **arguments), oracle("cov", x, **arguments), ulp, 100)
            if arguments.get("rowvar", True):
                assert_same(lt.cov(t, y, **arguments), oracle("cov", x, y, **arguments), ulp, 100)
            assert_same(lt.cov(t, t, **arguments), oracle("cov", x, x, **arguments), ulp, 100)


def test_corrcoef(tier: str) -> None:
    for dtype in ("float32", "int8", "complex128"):
        x = sample(dtype, (3, 7))
        for arguments in ({}, {"rowvar": False}, {"y": x[0]}, {"dtype": "complex64"}):
            if tier == "compile" and arguments:
                continue
            if "y" in arguments or "rowvar" not in arguments:
                found = lt.corrcoef(lt.asarray(x), **arguments)
                assert_same(found, oracle("corrcoef", x, **arguments), 64, 1)
    assert_same(lt.corrcoef(lt.asarray(x), rowvar=False), oracle("corrcoef", x, rowvar=False), 256, 1)
    assert_same(lt.corrcoef([1.0, 2.0, 4.0]), np.asarray(1.0))


def test_cov_errors() -> None:
    with pytest.raises(ValueError, match="two dimensions"):
        lt.cov(lt.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="ddof must be"):
        lt.cov(lt.zeros((2, 2)), ddof=1.5)
    with pytest.raises(ValueError, match="negative"):
        lt.cov(lt.zeros((2, 2)), aweights=[1, -1])
    with pytest.raises(TypeError, match="integer"):
        lt.cov(lt.zeros((2, 2)), fweights=[1, 1.5])
    with pytest.raises(RuntimeError, match="observations"):
        lt.cov(lt.zeros((2, 2)), aweights=[1, 1, 1])
    assert lt.cov(lt.zeros((0, 3))).shape == (0, 0)


def test_weights_in_tensors_are_checked_when_they_are_computed(tier: str) -> None:
    x = lt.asarray(sample("float64", (2, 3)))
    for which, weights in (("fweights", [1.0, -1.0, 1.0]), ("aweights", [1.0, 2.0, -0.5])):
        found = lt.cov(x, **{which: lt.asarray(weights) * 1})
        with pytest.raises(ValueError, match=f"cov: {which} cannot be negative"):
            found.wait()
    assert_agree(lambda xp, x: xp.cov(x, x[:, :2], dtype="int8"), np.asarray([[1, 2, 3], [3, 2, 1]]))  # the shapes come first
    for dtype in ("int8", "uint64", "bool"):  # a mean is subtracted in place
        for name in ("cov", "corrcoef"):
            for xp in (np, lt):
                with pytest.raises(TypeError):
                    getattr(xp, name)(xp.asarray([[1, 2, 3], [3, 2, 1]]), dtype=dtype)
    with pytest.raises(TypeError, match="cov: fweights must be integer"):
        lt.cov(x, fweights=lt.asarray([1, 1.5, 2])).wait()
    assert_same(lt.cov(x, fweights=lt.asarray([1.0, 2.0, 3.0])), np.cov(x.numpy(), fweights=[1, 2, 3]), 4, 10)


@pytest.mark.parametrize("name", ["convolve", "correlate"])
@pytest.mark.parametrize("mode", [0, 1, np.int64(2), 3, -1, None, 1.0])
def test_modes_by_number(name: str, mode: Any) -> None:
    assert_agree(lambda xp, x, y: getattr(xp, name)(x, y, mode), np.arange(5.0), np.arange(3.0))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout: str) -> None:
    x = sample("float64", (5, 6))
    y, t = LAYOUTS[layout](x), LAYOUTS[layout](lt.asarray(x))
    assert_same(lt.trapezoid(t, axis=0), np.trapezoid(y, axis=0), 8, 20)
    assert_same(lt.unwrap(t), np.unwrap(y), 8, 20)
    assert_same(lt.ediff1d(t), np.ediff1d(y))
    assert_same(lt.average(t, 0), np.average(y, 0), 8, 20)
    assert_same(lt.interp(t, [-5, 0, 5], [1, 2, 5]), np.interp(y, [-5, 0, 5], [1, 2, 5]))
    if y.ndim == 2:
        assert_same(lt.cov(t), np.cov(y), 32, 100)
        for one, other in zip(lt.gradient(t), np.gradient(y), strict=True):
            assert_same(one, other, 8)
