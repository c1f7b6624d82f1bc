"""Elementwise functions against NumPy: names, broadcasting, layouts, scalars; `test_elementwise_rows` has the values of every row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, FEW, FLOATS, LAYOUTS, SHAPES, assert_all_same, assert_same, sample

import lazytensor as lt
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.ops.table import ROWS

# Helpers without public names: of random integers, of frexp's two results, and of complex numbers from two parts.
PRIVATE = {"multiply_high", "frexp_mantissa", "frexp_exponent", "complex"}
ELEMENTWISE = [row for row in ROWS if row.kind is Kind.ELEMENTWISE and row.name not in PRIVATE]


@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
def test_every_row_is_bound_by_its_name(row: Any) -> None:
    found = [getattr(space, row.name) for space in (lt, lt.special) if hasattr(space, row.name)]
    assert found
    assert any(row.name in (function.__name__, getattr(function, "op", row).name) for function in found)


@pytest.mark.parametrize("name", ["exp", "negative", "isnan", "floor"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_unary_shapes(tier: str, name: str, layout: str) -> None:
    for shape in SHAPES:
        if not shape and layout != "contiguous":
            continue
        x = sample("float32", shape)
        change = LAYOUTS[layout]
        assert_same(getattr(lt, name)(change(lt.asarray(x))), getattr(np, name)(change(x)), 4)


@pytest.mark.parametrize(
    "shapes", [((3, 1), (1, 4)), ((), (5,)), ((0,), (1,)), ((2, 3, 4), (3, 1)), ((1,), (0, 3, 1)), ((2, 1, 1), (5, 1))], ids=str
)
@pytest.mark.parametrize("name", ["add", "less", "maximum"])
def test_broadcasting(tier: str, name: str, shapes: Any) -> None:
    x, y = (sample("float64", shape, seed) for seed, shape in enumerate(shapes))
    assert_same(getattr(lt, name)(lt.asarray(x), lt.asarray(y)), getattr(np, name)(x, y))
    if x.ndim:
        assert_same(getattr(lt, name)(lt.asarray(x)[..., ::-1], y), getattr(np, name)(x[..., ::-1], y))


@pytest.mark.parametrize("name", ["add", "multiply", "divide", "equal", "less"])
def test_mixed_dtypes(tier: str, name: str) -> None:
    pairs = []
    for first in DTYPES:
        x = sample(first, (4,))
        t = lt.copy(lt.asarray(x))  # a result, so that what reads it shares a kernel
        for second in ("bool", "int8", "uint64", "float32", "complex64"):
            y = sample(second, (4,), 1)
            with np.errstate(all="ignore"):
                expected = np.asarray(getattr(np, name)(x, y))
            if expected.dtype == np.float16:
                expected = np.divide(x, y, dtype=np.float32)
            if name == "less" and "complex" in first + second:
                continue
            pairs.append((getattr(lt, name)(t, lt.asarray(y)), expected))
    assert_all_same(pairs, 2)


@pytest.mark.parametrize("scalar", [True, 3, 2.5, 1 + 2j], ids=str)
def test_scalars_are_weak(tier: str, scalar: Any) -> None:
    pairs = []
    for dtype in DTYPES:
        x = sample(dtype, (5,))
        t = lt.copy(lt.asarray(x))
        pairs += [(t + scalar, x + scalar), (scalar * t, scalar * x), (lt.add(t, np.float32(2)), np.add(x, np.float32(2)))]
    assert_all_same(pairs, 1)


def test_scalar_ranges() -> None:
    x = lt.asarray([1, 2], dtype=lt.uint8)
    with pytest.raises(OverflowError, match="300"):
        x + 300
    # As NumPy until 2.4: since 2.5 it refuses them.
    assert_same(lt.where(lt.asarray([True, False]), x, 300), np.asarray([1, 44], np.uint8))
    assert (x < 300).all()
    assert not (x == -1).any()
    with pytest.raises(ValueError, match="negative integer powers"):
        lt.asarray([1, 2]) ** -1


@pytest.mark.parametrize("exponent", [2, 0.5, -1, 3, 2.0, 1, 0, -0.5, 1j], ids=str)
def test_pow(tier: str, exponent: Any) -> None:
    for dtype in ("int32", "uint8", "float32", "float64", "complex128"):
        if isinstance(exponent, int) and exponent < 0 and np.dtype(dtype).kind in "iu":
            continue
        x = sample(dtype, (9,), low=1)
        assert_same(lt.asarray(x) ** exponent, x**exponent, 4)
    assert_same(2 ** lt.arange(5), 2 ** np.arange(5))
    y = sample("float64", (9,), low=0.1)
    assert_same(lt.pow(y, y[::-1]), np.power(y, y[::-1]), 4)


@pytest.mark.parametrize("decimals", [0, 2, -1])
def test_round(tier: str, decimals: int) -> None:
    for dtype in ("int32", "float32", "float64", "complex128"):
        x = sample(dtype, (9,), low=-1000, high=1000)
        assert_same(lt.round(lt.asarray(x), decimals), np.round(x, decimals), 1)
    assert round(lt.asarray([2.5]), 0).item() == 2.0


def test_where(tier: str) -> None:
    condition = sample("bool", (3, 1))
    chosen = lt.copy(lt.asarray(condition))
    pairs = []
    for dtype in FEW if tier == "compile" else DTYPES:
        x, y = sample(dtype, (3, 4)), sample(dtype, (4,), 1)
        pairs.append((lt.where(chosen, lt.asarray(x), lt.asarray(y)), np.where(condition, x, y)))
        pairs.append((lt.where(chosen, x, 1), np.where(condition, x, 1)))
    assert_all_same(pairs)
    assert_same(lt.where(condition, 1.5, 2), np.where(condition, 1.5, 2))
    assert_same(lt.where(lt.asarray([1.0, 0.0]), 1, 2), np.where(np.asarray([1.0, 0.0]), 1, 2))


@pytest.mark.newest
@pytest.mark.parametrize("bounds", [(-2, 3), (None, 2), (1, None), (None, None), (1, 0)], ids=str)
def test_clip(tier: str, bounds: Any) -> None:
    for dtype in ("int8", "uint16", "float32", "float64"):
        if np.dtype(dtype).kind == "u" and bounds[0] == -2:
            continue
        x = sample(dtype, (11,))
        assert_same(lt.clip(lt.asarray(x), *bounds), np.clip(x, *bounds))
        assert_same(lt.asarray(x).clip(min=bounds[0], max=bounds[1]), np.clip(x, *bounds))
    low, high = sample("float64", (3, 1), 1), sample("float64", (4,), 2)
    assert_same(lt.clip(lt.zeros((3, 4)), low, high), np.clip(np.zeros((3, 4)), low, high))
    assert_same(lt.clip(lt.asarray([np.nan]), 0, 1), np.asarray([np.nan]))


def test_astype(tier: str) -> None:
    targets = FEW if tier == "compile" else DTYPES
    for source in FEW:
        x = sample(source, (3, 4), low=0)
        t = lt.copy(lt.asarray(x))
        results = [t.astype(target) for target in targets] + [lt.astype(t.T[::-1], target) for target in targets]
        lt.materialize(*results)
        for place, target in enumerate(targets):
            complex_to_real = x.dtype.kind == "c" and np.dtype(target).kind not in "cb"
            expected = (x.real if complex_to_real else x).astype(target)
            assert_same(results[place], expected)
            assert_same(results[place + len(targets)], expected.T[::-1])
    x = lt.ones(3)
    assert lt.astype(x, "float64", copy=False) is x
    assert lt.astype(x, "float64") is not x
    with pytest.raises(TypeError, match="astype"):
        lt.astype(x, "U5")


def test_aliases() -> None:
    for name, other in {
        "acos": "arccos", "asinh": "arcsinh", "atan2": "arctan2", "pow": "power", "abs": "absolute", "divide": "true_divide",
        "bitwise_invert": "invert", "bitwise_left_shift": "left_shift", "conj": "conjugate", "remainder": "mod",
    }.items():  # fmt: skip
        assert getattr(lt, name) is getattr(lt, other)


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"add: .*\(3,\).*\(4,\)"):
        lt.add(lt.zeros(3), lt.zeros(4))
    with pytest.raises(TypeError, match=r"bitwise_and.*float64"):
        lt.bitwise_and(lt.zeros(3), lt.zeros(3))
    with pytest.raises(TypeError, match="add"):
        lt.add(lt.zeros(3), object())
    with pytest.raises(TypeError, match="unsupported operand"):
        lt.zeros(3) + "a"


@pytest.mark.parametrize("dtype", FLOATS)
def test_expressions_fuse_to_the_same_values(tier: str, dtype: str) -> None:
    x, y = sample(dtype, (33,), low=0.5, high=3), sample(dtype, (33,), 1, low=0.5, high=3)
    a, b = lt.asarray(x), lt.asarray(y)
    assert_same((a * b + a) / b - a * 2, (x * y + x) / y - x * 2)
    assert_same(a * a - b * b, x * x - y * y)
