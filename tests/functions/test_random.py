"""Random numbers: reproducible, of the right shape and distribution, the same in both tiers."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import lazytensor as lt

MAKERS = {
    "random": lambda rng, **kw: rng.random(**kw),
    "uniform": lambda rng, **kw: rng.uniform(-2, 3, **kw),
    "normal": lambda rng, **kw: rng.normal(1, 2, **kw),
    "standard_normal": lambda rng, **kw: rng.standard_normal(**kw),
    "integers": lambda rng, **kw: rng.integers(10, 20, **kw),
}


@pytest.mark.parametrize("name", MAKERS)
def test_reproducible(tier: str, name: str) -> None:
    first, second, other = (lt.random.default_rng(seed) for seed in (7, 7, 8))
    # Compared by NumPy: comparisons would be compiled with what makes the numbers.
    a, b, c, d, e = (MAKERS[name](rng, size=1500).numpy() for rng in (first, first, second, second, other))
    assert (a != b).any()
    assert np.array_equal(a, c)
    assert np.array_equal(b, d)
    assert (a != e).any()


@pytest.mark.parametrize("name", MAKERS)
def test_shapes(tier: str, name: str) -> None:
    rng = lt.random.default_rng(1)
    for size, shape in [(None, ()), (3, (3,)), ((), ()), ((2, 3), (2, 3)), ((0, 4), (0, 4))]:
        made = MAKERS[name](rng, size=size)
        assert made.shape == shape
        assert made.numpy().shape == shape
        assert made.dtype == (np.int64 if name == "integers" else np.float64)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_distributions(tier: str, dtype: str) -> None:
    rng = lt.random.default_rng(3)
    count = 100_000
    uniform, normal = rng.random(count, dtype=dtype).numpy(), rng.standard_normal(count, dtype=dtype).numpy()
    assert uniform.dtype == normal.dtype == np.dtype(dtype)
    assert 0 <= uniform.min().item() < 1e-3
    assert 1 - 1e-3 < uniform.max().item() < 1
    assert abs(uniform.mean().item() - 0.5) < 0.005
    assert abs(uniform.var().item() - 1 / 12) < 0.002
    assert abs(normal.mean().item()) < 0.015
    assert abs(normal.std().item() - 1) < 0.01
    scaled = rng.normal(5, 3, count, dtype=dtype).numpy()
    assert abs(scaled.mean().item() - 5) < 0.05
    assert abs(scaled.std().item() - 3) < 0.03
    assert scaled.dtype == np.dtype(dtype)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_integers(tier: str, dtype: str) -> None:
    rng = lt.random.default_rng(4)
    least, most = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    whole = rng.integers(least, most, 4000, dtype=dtype, endpoint=True).numpy()
    assert whole.dtype == np.dtype(dtype)
    middle = least / 2 + most / 2
    assert 0.4 < np.mean(whole.astype(float) > middle) < 0.6
    if dtype == "bool":
        return
    small = rng.integers(most - 3, most, 1000, dtype=dtype).numpy()
    assert set(small.tolist()) == {most - 3, most - 2, most - 1}
    counts = np.bincount(rng.integers(5, size=10_000, dtype=dtype).numpy(), minlength=5)
    assert counts.min() > 1800
    assert counts.size == 5


def test_array_parameters(tier: str) -> None:
    rng = lt.random.default_rng(5)
    low, high = np.asarray([0, 100, -50]), lt.asarray([[10], [200]]) + 100
    made = rng.integers(low, high).numpy()
    assert made.shape == (2, 3)
    assert (made >= low).all()
    assert (made < high.numpy()).all()
    assert rng.integers(low, high, (4, 2, 3), endpoint=True).shape == (4, 2, 3)
    normal = rng.normal(lt.asarray([0.0, 1000.0]), [1e-3, 1.0], (500, 2))
    assert abs(normal.mean(axis=0).numpy() - [0, 1000]).max() < 1
    assert rng.uniform(np.zeros(3), 1.0, dtype="float32").dtype == np.float32
    with pytest.raises(ValueError, match="size"):
        rng.normal(np.zeros(3), size=(2, 2))


def test_errors() -> None:
    rng = lt.random.default_rng(6)
    calls: list[Any] = [
        (lambda: rng.integers(5, 5), ValueError, "low"),
        (lambda: rng.integers(0, 300, dtype="uint8"), ValueError, "high"),
        (lambda: rng.integers(-1, 3, dtype="uint8"), ValueError, "low"),
        (lambda: rng.integers(0, 3, dtype="float32"), TypeError, "integer"),
        (lambda: rng.random(3, dtype="int64"), TypeError, "float"),
        (lambda: rng.normal(0, -1), ValueError, "scale"),
        (lambda: rng.random((-1,)), ValueError, "negative"),
    ]
    for call, error, match in calls:
        with pytest.raises(error, match=match):
            call()


def test_module_functions() -> None:
    lt.random.seed(11)
    first = [lt.random.normal(size=4), lt.random.random(4), lt.random.integers(9, size=4), lt.random.uniform(size=4)]
    lt.random.seed(11)
    second = [lt.random.normal(size=4), lt.random.random(4), lt.random.integers(9, size=4), lt.random.uniform(size=4)]
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    rng = lt.random.default_rng([1, 2])
    assert lt.random.default_rng(rng) is rng
    again = pickle.loads(pickle.dumps(rng))
    assert again.random().item() == rng.random().item()


def test_used_twice_is_drawn_once(tier: str) -> None:
    x = lt.random.default_rng(2).random(2000)
    assert ((x - x) == 0).all()
    total, values = x.sum(), x.numpy()
    np.testing.assert_allclose(total.item(), values.sum())


@pytest.mark.parametrize("make", [np.random.PCG64, np.random.MT19937, np.random.default_rng, np.random.RandomState])
def test_seeds_of_numpys_kinds(make: Any) -> None:
    """By their next numbers: equal generators give equal streams, and one gives two streams that differ."""
    first, again, other = (lt.random.default_rng(make(seed)).random(5).numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()
    shared = make(3)
    np.testing.assert_array_equal(lt.random.Generator(shared).random(5).numpy(), first)
    assert (lt.random.Generator(shared).random(5).numpy() != first).all()


def test_integers_of_none_and_of_all(tier: str) -> None:
    """Bounds of an empty draw are not looked at; those of arrays reach to 2**64."""
    rng = lt.random.default_rng(5)
    for endpoint in (False, True):
        assert rng.integers(0, -10, (3, 0, 4), endpoint=endpoint).shape == (3, 0, 4)
        high = [2**64 - endpoint] * 2
        found = rng.integers([0, 2**63], high, size=(200, 2), dtype=np.uint64, endpoint=endpoint).numpy()
        assert found[:, 0].min() < 2**60
        assert found[:, 1].min() >= 2**63
        assert (found.max(0) > 2**63 + 2**62).all()
    with pytest.raises(ValueError, match="out of bounds for uint64"):
        rng.integers(0, [2**64 + 1], dtype=np.uint64)
