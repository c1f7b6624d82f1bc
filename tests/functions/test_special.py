"""Special functions against SciPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.special
from comparison import FLOATS, assert_same, in_tiers, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("name", "low", "high"), [("erf", -3, 3), ("erfc", -3, 8), ("expit", -40, 40), ("logit", 0.001, 0.999)])
def test_unary(tier: str, name: str, low: float, high: float, dtype: str) -> None:
    x = sample(dtype, (7, 31), low=low, high=high)
    # SciPy's erfc is up to 63 units off where it is small; ours is not (mpmath).
    assert_same(getattr(lt.special, name)(lt.asarray(x)), getattr(scipy.special, name)(x), 64 if name == "erfc" else 16)


def test_logit_ends(tier: str) -> None:
    x = np.asarray([0.0, 1.0, 0.5, -1.0, 2.0, np.nan])
    assert_same(lt.special.logit(lt.asarray(x)), scipy.special.logit(x))


@in_tiers(
    ("axis", "dtype"), itertools.product([None, 0, -1, (0, 1)], FLOATS), [(None, "float64"), (0, "float64"), (-1, "float32")]
)
def test_softmax(tier: str, axis: Any, dtype: str) -> None:
    for offset in (0, 1000):
        x = sample(dtype, (4, 5)) + np.asarray(offset, dtype)
        t = lt.asarray(x)
        wide = x.astype("float64")
        for name in ("softmax", "log_softmax", "logsumexp"):
            expected = np.asarray(getattr(scipy.special, name)(wide, axis=axis)).astype(dtype)
            assert_same(getattr(lt.special, name)(t, axis=axis), expected, 16, 20)
    expected = scipy.special.logsumexp(wide, axis=axis, keepdims=True).astype(dtype)
    assert_same(lt.special.logsumexp(t, axis=axis, keepdims=True), expected, 16)


def test_logsumexp_edges(tier: str) -> None:
    low = np.full((2, 3), -np.inf)
    assert_same(lt.special.logsumexp(lt.asarray(low), axis=1), np.asarray([-np.inf, -np.inf]))
    assert lt.special.logsumexp(lt.asarray([np.inf, 1.0])).item() == np.inf
    x, b = np.asarray([1.0, np.inf, 3.0]), np.asarray([2.0, 0.0, 0.5])
    assert_same(lt.special.logsumexp(lt.asarray(x), b=b), np.asarray(scipy.special.logsumexp(x, b=b)), 4)
    assert lt.special.logsumexp(lt.arange(3)).dtype == np.float64


def test_xlogy(tier: str) -> None:
    x, y = np.asarray([0.0, 0.0, 2.0, 1.0, 0.0]), np.asarray([0.0, np.nan, 3.0, 0.0, np.inf])
    assert_same(lt.special.xlogy(lt.asarray(x), lt.asarray(y)), scipy.special.xlogy(x, y), 2)


@pytest.mark.parametrize("shape", [(70_000,), (300, 250), (1, 70_000)])
@pytest.mark.parametrize("name", ["erf", "erfc", "expit"])
def test_large_arrays_are_shared_between_threads(name: str, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    with lt.config.override(tier="interpret"):
        np.testing.assert_array_equal(getattr(lt.special, name)(x).numpy(), getattr(scipy.special, name)(x))
        t = lt.asarray(x)
        np.testing.assert_array_equal(
            getattr(lt.special, name)(t[:, ::-1] if t.ndim == 2 else t[::-1]).numpy(),
            getattr(scipy.special, name)(x[:, ::-1] if x.ndim == 2 else x[::-1]),
        )
