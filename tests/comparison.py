"""Sample arrays for comparisons with NumPy, and the comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.lib import NumpyVersion

import lazytensor as lt

# NumPy 2.5 refuses Python integers that `where` and `x.real = n` cut to the dtype until then; tensors cut them.
REFUSES_CUT_INTEGERS = NumpyVersion(np.__version__) >= "2.5.0"

DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
# One of every kind that kernels tell apart, where all dtypes would only cost time.
FEW = ["bool", "int8", "uint64", "float32", "float64", "complex64"]
SHAPES = [(), (0,), (1,), (7,), (3, 0, 2), (3, 5), (2, 3, 4)]
FLOATS = ["float32", "float64"]


def sample(dtype: Any, shape: tuple[int, ...], seed: int = 0, low: float = -10, high: float = 10, specials: Any = ()) -> Any:
    """Random values of the dtype between the bounds, with the special ones among them."""
    kind = np.dtype(dtype)
    rng = np.random.default_rng([seed, *shape])
    if kind.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        bottom, top = max(int(low), limits.min), min(int(high), limits.max)
        return rng.integers(bottom, top, shape, endpoint=True).astype(kind)
    found = np.asarray(rng.uniform(low, high, shape))
    if kind.kind == "c":
        found = found + 1j * rng.uniform(low, high, shape)
    flat = found.reshape(-1)
    for place, value in zip(rng.permutation(flat.size), specials, strict=False):
        flat[place] = value
    return found.astype(kind)


# The same index or method, on a tensor and on an array.
LAYOUTS = {
    "contiguous": lambda x: x,
    "transposed": lambda x: x.T,
    "reversed": lambda x: x[..., ::-1],
    "strided": lambda x: x[..., 1::2],
    "newaxis": lambda x: x[None, ..., None],
}


def assert_same(actual: Any, expected: Any, ulp: float = 0.0, scale: float = 0.0) -> None:
    """Shape, dtype and values agree; floats within `ulp` units, or that many units of `scale`, if given; NaNs are equal."""
    wanted = np.asarray(expected)
    assert type(actual).__name__ == "Tensor"
    assert actual.shape == wanted.shape
    assert actual.dtype == wanted.dtype
    found = actual.numpy()
    assert found.shape == wanted.shape
    assert found.dtype == wanted.dtype
    if wanted.dtype.kind not in "fc" or ulp == 0:
        np.testing.assert_array_equal(found, wanted)
        return
    unit = ulp * np.finfo(wanted.dtype).eps
    tiny = float(np.finfo(wanted.dtype).smallest_subnormal)
    np.testing.assert_allclose(found, wanted, rtol=unit, atol=max(unit * scale, ulp * tiny))


def assert_all_same(pairs: Any, ulp: float = 0.0, scale: float = 0.0) -> None:
    """`assert_same` of pairs of results and what is expected, which are computed together: they share kernels, and the time to compile
    them."""
    lt.materialize(*(actual for actual, _ in pairs))
    for actual, expected in pairs:
        assert_same(actual, expected, ulp, scale)


def in_tiers(names: str | tuple[str, ...], every: Any, compiled: Any) -> Any:
    """A test's parameters: all interpreted, some compiled. A kernel takes a second to compile, and what is left out has kernels of
    rows, dtypes and loops that are compiled elsewhere."""
    single = isinstance(names, str)
    cases = [
        (tier, *((case,) if single else case)) for tier, some in (("interpret", every), ("compile", compiled)) for case in some
    ]
    return pytest.mark.parametrize(("tier", *((names,) if single else names)), cases, indirect=["tier"], ids=str)
