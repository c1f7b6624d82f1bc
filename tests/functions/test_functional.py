"""Functions of functions against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import FEW, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", FEW)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_apply_along_axis(tier: str, dtype: str, axis: int) -> None:
    x = sample(dtype, (2, 3, 4))
    t = lt.asarray(x)
    for function in (
        lambda v: v[::-1],
        lambda v: v[:2],
        lambda v: v[0],
        lambda v: v[:, None] == v[None, :],
        lambda v: v != v[0],
    ):
        assert_same(lt.apply_along_axis(function, axis, t), np.apply_along_axis(function, axis, x))
    assert_same(lt.apply_along_axis(lt.sort, axis, t), np.apply_along_axis(np.sort, axis, x))
    assert_same(lt.apply_along_axis(np.sort, axis, t), np.apply_along_axis(np.sort, axis, x))


def test_apply_along_axis_hands_arguments_on() -> None:
    x = np.arange(6).reshape(2, 3)
    assert_same(lt.apply_along_axis(lambda v, a, b: v * a + b, 1, x, 2, b=3), x * 2 + 3)
    assert_same(lt.apply_along_axis(lambda v: 1.5, 0, lt.asarray(x)), np.apply_along_axis(lambda v: 1.5, 0, x))
    assert_same(lt.apply_along_axis(lambda v: v + 1, 0, [1, 2]), np.asarray([2, 3]))
    with pytest.raises(ValueError, match="no slice"):
        lt.apply_along_axis(lt.sum, 1, lt.zeros((0, 3)))
    with pytest.raises(ValueError, match="returned arrays of shapes"):
        lt.apply_along_axis(lambda v, seen=[]: seen.append(0) or v[: len(seen)], 1, x)
    with pytest.raises(np.exceptions.AxisError):
        lt.apply_along_axis(lt.sum, 2, x)


@pytest.mark.recorded
def test_apply_along_axis_is_lazy() -> None:
    t = lt.zeros((2, 3)) + 1
    found = lt.apply_along_axis(lambda v: v * 2, 0, t)
    assert not t.is_ready()
    assert_same(found, np.full((2, 3), 2.0))


def test_apply_over_axes(tier: str) -> None:
    x = sample("float64", (2, 3, 4))
    t = lt.asarray(x)
    for axes in (0, [0, 2], (-1, 1), np.asarray([1])):
        assert_same(lt.apply_over_axes(lt.max, t, axes), np.apply_over_axes(np.max, x, axes))
        assert_same(lt.apply_over_axes(lambda v, axis: lt.sort(v, axis=axis), t, axes), np.apply_over_axes(np.sort, x, axes))
    with pytest.raises(ValueError, match="returned shape"):
        lt.apply_over_axes(lambda v, axis: v[0, 0], t, 0)
    with pytest.raises(np.exceptions.AxisError):
        lt.apply_over_axes(lt.sum, t, 3)


@pytest.mark.parametrize("dtype", ["int64", "float32"])
def test_piecewise(tier: str, dtype: str) -> None:
    x = sample(dtype, (3, 4))
    t = lt.asarray(x)
    cases: list[Any] = [
        (lambda v: [v < 0, v > 3], [lambda v: -v, lambda v: v * 2]),
        (lambda v: [v < 0, v < 3], [lambda v: -v, 1.5, lambda v: v * 2]),
        (lambda v: [v < 0], [1, 2]),
        (lambda v: [v < 0], [lambda v: v + 1]),
    ]
    for conditions, functions in cases:
        assert_same(lt.piecewise(t, conditions(t), functions), np.piecewise(x, conditions(x), functions))
    assert_same(lt.piecewise(t[0], t[0] < 0, [lambda v: v + 1]), np.piecewise(x[0], x[0] < 0, [lambda v: v + 1]))
    both = np.stack([x < 0, x > 3])
    assert_same(lt.piecewise(t, lt.asarray(both), [1, 2]), np.piecewise(x, both, [1, 2]))
    assert_same(lt.piecewise(t, [t > 0], [lambda v, a, b: v * a + b], 2, b=3), np.where(x > 0, x * 2 + 3, 0).astype(dtype))


def test_piecewise_of_one_value() -> None:
    for value in (-2.0, 3.0):
        assert_same(
            lt.piecewise(value, [value < 0, value > 0], [lambda v: -v, lambda v: v * 2]),
            np.piecewise(value, [value < 0, value > 0], [lambda v: -v, lambda v: v * 2]),
        )
    assert_same(lt.piecewise([1.0, 2.0], [True, False], [5, 6]), np.piecewise([1.0, 2.0], [True, False], [5, 6]))
    with pytest.raises(ValueError, match="either 1 or 2 functions"):
        lt.piecewise([1.0], [[True]], [])


@pytest.mark.recorded
def test_piecewise_is_lazy() -> None:
    t = lt.zeros(3) + 1
    lt.piecewise(t, [t > 0], [lambda v: v * 2])
    assert not t.is_ready()


def test_vectorize() -> None:
    def clipped(a: float, b: float = 0) -> float:
        """Whichever is larger."""
        return a if a > b else b

    x = sample("float64", (3, 4))
    t = lt.asarray(x)
    ours, theirs = lt.vectorize(clipped), np.vectorize(clipped)
    assert ours.__doc__ == theirs.__doc__ == "Whichever is larger."
    assert ours.__name__ == "clipped"
    assert_same(ours(t), theirs(x))
    assert_same(ours(t, b=lt.asarray([1.0, 2.0, 3.0, 4.0])), theirs(x, b=np.asarray([1.0, 2.0, 3.0, 4.0])))
    assert_same(lt.vectorize(clipped, otypes=["f4"])(t, 1), np.vectorize(clipped, otypes=["f4"])(x, 1))
    assert_same(lt.vectorize(clipped, excluded={"b"}, cache=True)(t, b=2), np.vectorize(clipped)(x, b=2))
    for actual, expected in zip(lt.vectorize(lambda v: (v, v > 0))(t), np.vectorize(lambda v: (v, v > 0))(x), strict=True):
        assert_same(actual, expected)


def test_vectorize_as_a_decorator() -> None:
    @lt.vectorize(otypes=[np.int64])
    def double(v: int) -> int:
        return v * 2

    assert_same(double(lt.asarray([1, 2])), np.asarray([2, 4]))
    inner = lt.vectorize(np.dot, signature="(n),(n)->()")
    x = sample("float64", (3, 4))
    assert_same(inner(lt.asarray(x), x[0]), np.vectorize(np.dot, signature="(n),(n)->()")(x, x[0]))
    with lt.config.override(strict=True), pytest.raises(lt.errors.FallbackError, match="vectorize"):
        double(lt.asarray([1]))
