"""The random number generator: the published known answers, what an element depends on, and the distributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from vector_kernels import DTYPES, callable_of, evaluate

from lazytensor.compiler.ops import sources
from lazytensor.compiler.ops.row import Op
from lazytensor.core.handle import wrap
from lazytensor.core.record import record

# From the authors' Random123 (kat_vectors): counter, key, output of philox4x32 with ten rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
FILLERS = [("bits", "u64"), ("uniform", "f32"), ("uniform", "f64"), ("normal", "f32"), ("normal", "f64")]


def fill(name: str, suffix: str, seed: int, draw: int, start: int, stop: int) -> np.ndarray[Any, Any]:
    """Blocks start to stop of a stream."""
    source = f"""
def kernel(block, start, stop, memory):
    for number in range(start, stop):
        fill_{name}_{suffix}(pointer(block, 0, {suffix}, (number - start) * 1024), number, word(block, 1), word(block, 2))
"""
    out = np.empty((stop - start) * 1024, DTYPES[suffix])
    block = np.array([out.ctypes.data, np.uint64(seed).astype(np.int64), draw], np.int64)
    callable_of(source)[1](block, start, stop)
    return out


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers(counter: tuple[int, ...], key: tuple[int, ...], answer: tuple[int, ...]) -> None:
    position, draw, seed = (np.array([low | high << 32], np.uint64) for low, high in (counter[:2], counter[2:], key))
    source = """
def kernel(block, start, stop, memory):
    words = philox_words(word(block, 1), word(block, 2), word(block, 3))
    out = pointer(block, 0, u64, 0)
    out[0], out[1], out[2], out[3] = words
"""
    out = np.empty(4, np.uint64)
    words = (array.view(np.int64)[0] for array in (position, draw, seed))
    callable_of(source)[1](np.array([out.ctypes.data, *words], np.int64), 0, 1)
    assert tuple(out.tolist()) == answer


@pytest.mark.parametrize(("name", "suffix"), FILLERS)
def test_an_element_depends_on_seed_draw_and_index(name: str, suffix: str) -> None:
    whole = fill(name, suffix, 2**63 + 5, 3, 0, 8)
    assert np.array_equal(whole[3 * 1024 : 5 * 1024], fill(name, suffix, 2**63 + 5, 3, 3, 5))
    for seed, draw in ((2**63 + 6, 3), (5, 3), (2**63 + 5, 4)):
        assert (fill(name, suffix, seed, draw, 0, 8) != whole).mean() > 0.99
    assert np.unique(whole).size > 0.99 * whole.size


@pytest.mark.parametrize(("name", "suffix"), FILLERS[1:])
def test_distribution(name: str, suffix: str) -> None:
    from scipy import stats

    x = fill(name, suffix, 42, 0, 0, 1000).astype(np.float64)
    mean, variance, kurtosis = (0.5, 1 / 12, -1.2) if name == "uniform" else (0.0, 1.0, 0.0)
    assert abs(x.mean() - mean) < 5 * np.sqrt(variance / x.size)
    assert abs(x.var() - variance) < 0.01 * variance
    assert abs(stats.kurtosis(x) - kurtosis) < 0.03
    assert stats.kstest(x[:200_000], "norm" if name == "normal" else "uniform").pvalue > 1e-3
    parts = x.reshape(-1, 1024)
    for distance in (1, 256, 512):
        assert abs(np.mean((parts[:, :-distance] - mean) * (parts[:, distance:] - mean)) / variance) < 0.01
    if name == "uniform":
        assert x.min() >= 0
        assert x.max() < 1
        bits = 24 if suffix == "f32" else 53
        assert np.array_equal(np.floor(x * 2.0**bits), x * 2.0**bits)


def test_bits_are_balanced() -> None:
    x = fill("bits", "u64", 42, 1, 0, 100)
    counts = [np.count_nonzero(x >> np.uint64(bit) & np.uint64(1)) for bit in range(64)]
    assert np.abs(np.array(counts) / x.size - 0.5).max() < 5 * 0.5 / np.sqrt(x.size)


def test_normal_tail() -> None:
    x = np.abs(fill("normal", "f64", 1, 2, 0, 2000))
    for limit, probability in ((3, 2.6998e-3), (4, 6.3342e-5)):
        expected = probability * x.size
        assert abs((x > limit).sum() - expected) < 6 * np.sqrt(expected)


def test_evaluate_casts_seeds() -> None:
    assert evaluate("mulhi_u64", np.array([2**63], np.uint64), np.array([4], np.uint64)).tolist() == [2]


@pytest.mark.parametrize("shape", [(), (5,), (3000,), (40, 70), (0, 3)])
@pytest.mark.parametrize(
    ("row", "dtype", "bound"),
    [
        (sources.random_bits, "u8", 0), (sources.random_uniform, "f4", 0), (sources.random_uniform, "f8", 0),
        (sources.random_normal, "f4", 3e-7), (sources.random_normal, "f8", 1e-15),
    ],
)  # fmt: skip
def test_the_reference_is_the_generator_of_the_kernels(row: Op, dtype: str, bound: float, shape: tuple[int, ...]) -> None:
    for seed, draw in ((0, 0), (7, 2**40 + 3), (2**63 - 1, 5)):
        made = wrap(record(row, (seed, draw), (shape, np.dtype(dtype)))).numpy()
        found = row.reference(seed, draw, shape, np.dtype(dtype))
        assert (found.shape, found.dtype) == (made.shape, made.dtype)
        np.testing.assert_allclose(found, made, rtol=bound, atol=bound)
