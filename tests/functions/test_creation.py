"""Creation functions against NumPy, bit for bit."""

from __future__ import annotations

import array
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import DTYPES, SHAPES, assert_same, sample

import lazytensor as lt


@pytest.mark.parametrize("dtype", DTYPES)
def test_constants(tier: str, dtype: str) -> None:
    for shape in [*SHAPES, 4]:
        assert_same(lt.zeros(shape, dtype=dtype), np.zeros(shape, dtype))
        assert_same(lt.ones(shape, dtype=dtype), np.ones(shape, dtype))
        assert_same(lt.full(shape, 1, dtype=dtype), np.full(shape, 1, dtype))
        assert lt.empty(shape, dtype=dtype).dtype == np.dtype(dtype)
    model = lt.zeros((2, 3), dtype=dtype)
    assert_same(lt.ones_like(model), np.ones((2, 3), dtype))
    assert_same(lt.zeros_like(model, dtype="float32", shape=(4,)), np.zeros(4, "float32"))
    assert_same(lt.full_like(model, 1), np.full((2, 3), 1, dtype))


def test_full(tier: str) -> None:
    for value in (True, 3, 2.5, 1 + 2j, np.float32(1.1), float("nan"), float("inf")):
        assert_same(lt.full((2, 2), value), np.full((2, 2), value))
    assert_same(lt.full((2, 3), [1, 2, 3]), np.full((2, 3), [1, 2, 3]))
    assert_same(lt.full(2, lt.asarray(1.5)), np.full(2, 1.5))
    assert_same(lt.full(3, 2.7, dtype="int64"), np.full(3, 2.7, dtype="int64"))
    assert_same(lt.full(3, 2**64 - 1, dtype="uint64"), np.full(3, 2**64 - 1, dtype="uint64"))
    with pytest.raises(OverflowError, match="300"):
        lt.full(3, 300, dtype="uint8")


def test_large_constants_take_no_memory() -> None:
    huge = lt.zeros((10**6, 10**6)) + lt.arange(10**6)
    assert huge.nbytes == 8 * 10**12


def test_created_scalars_mutate_and_results_do_not() -> None:
    for made in (lt.asarray(1.0), lt.zeros(()), lt.full((), 2.0), lt.copy(lt.ones(()))):
        made[()] = 5
        assert made.item() == 5
    with pytest.raises(TypeError, match="assignment"):
        lt.ones(3).sum()[()] = 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_asarray(tier: str, dtype: str) -> None:
    for shape in SHAPES:
        x = sample(dtype, shape)
        assert_same(lt.asarray(x), x)
        assert_same(lt.asarray(x.tolist(), dtype=dtype), np.asarray(x.tolist(), dtype=dtype))
        assert_same(lt.asarray(x[..., ::-1]) if x.ndim else lt.asarray(x), x[..., ::-1] if x.ndim else x)
        assert_same(lt.asarray(x, dtype="complex128"), x.astype("complex128"))
    assert_same(lt.asarray(x[0, 0, 0]), x[0, 0, 0])


def test_asarray_of_lists() -> None:
    assert_same(lt.asarray([[1, 2], [3, 4]]), np.asarray([[1, 2], [3, 4]]))
    assert_same(lt.asarray([True, 2, 3.5]), np.asarray([True, 2, 3.5]))
    assert_same(lt.asarray([]), np.asarray([]))
    x = lt.arange(3)
    assert_same(lt.asarray([x, x + 1]), np.asarray([[0, 1, 2], [1, 2, 3]]))
    assert_same(lt.asarray([x.sum(), 1.5]), np.asarray([3, 1.5]))
    assert_same(lt.asarray([x, [1, 2, 3]], dtype="float32"), np.asarray([[0, 1, 2], [1, 2, 3]], dtype="float32"))


def test_asarray_of_buffers() -> None:
    assert_same(lt.asarray(array.array("d", [1, 2])), np.asarray([1.0, 2.0]))
    assert_same(lt.asarray(memoryview(b"ab")), np.asarray([97, 98], dtype=np.uint8))
    assert_same(lt.from_dlpack(np.arange(3.0)), np.arange(3.0))
    assert_same(lt.asarray(np.arange(3, dtype=">i4")), np.arange(3, dtype="i4"))


def test_asarray_copies() -> None:
    x = np.arange(3.0)
    taken, shared = lt.asarray(x), lt.asarray(x, copy=False)
    x[0] = 9
    assert taken.tolist() == [0, 1, 2]
    assert shared.tolist() == [9, 1, 2]
    t = lt.arange(3)
    assert lt.asarray(t) is t
    assert lt.asarray(t, dtype="int64") is t
    copied = lt.array(t)
    copied[0] = 7
    assert t.tolist() == [0, 1, 2]
    for source, dtype in (([1], None), (x, "int8"), (t, "int8")):
        with pytest.raises(ValueError, match="without a copy"):
            lt.asarray(source, dtype, copy=False)
    assert lt.array([1, 2], ndmin=3).shape == (1, 1, 2)


@pytest.mark.parametrize(
    "value", ["text", b"bytes", object(), [None], np.asarray(["a"]), np.asarray("2020-01-01", dtype="M8[D]")]
)
def test_unsupported_data(value: Any) -> None:
    with pytest.raises(TypeError, match="not supported"):
        lt.asarray(value)


def test_unsupported_dtypes() -> None:
    for make in (lambda d: lt.zeros(3, dtype=d), lambda d: lt.asarray([1], dtype=d), lambda d: lt.arange(3, dtype=d)):
        with pytest.raises(TypeError, match="not supported"):
            make("float16")
    with pytest.raises(OverflowError):
        lt.asarray(2**70)
    with pytest.raises(ValueError, match="negative"):
        lt.zeros((2, -1))


@pytest.mark.parametrize(
    "bounds",
    [
        (5,), (0,), (-3,), (2, 9, 3), (9, 2, -3), (0, 1, 0.1), (0.1, 50.3, 0.37), (1.5,), (1e-20, 1e10, 1e9), (10, 0, -0.7),
        (3.0, 3.0), (0, 1000, 7), (-5.5, 5), (1, 2, 1e-3), (np.float32(0.1), np.float32(3), np.float32(0.3)), (-0.0, 3.0, 1.0),
    ],
    ids=str,
)  # fmt: skip
def test_arange(tier: str, bounds: Any) -> None:
    assert_same(lt.arange(*bounds), np.arange(*bounds))
    for dtype in ("float32", "float64", "int64", "int16"):
        if dtype != "int16" or max(bounds) < 2**15:
            assert_same(lt.arange(*bounds, dtype=dtype), np.arange(*bounds, dtype=dtype))


def test_arange_arguments() -> None:
    assert_same(lt.arange(lt.asarray(4)), np.arange(4))
    assert_same(lt.arange(2, stop=None), np.arange(2))
    assert_same(lt.arange(1, step=2, stop=8), np.arange(1, 8, 2))
    assert_same(lt.arange(5, 0, -1, dtype="uint8"), np.arange(5, 0, -1, dtype="uint8"))
    assert_same(lt.arange(0, 3, 1 + 0j), np.arange(0, 3, 1 + 0j))
    with pytest.raises(ZeroDivisionError):
        lt.arange(0, 5, 0)
    with pytest.raises(ValueError, match="length"):
        lt.arange(0, float("inf"))
    with pytest.raises(TypeError):
        lt.arange("a")


@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize("bounds", [(0, 1), (2.5, -7.3), (0.1, 0.7), (3, 3), (0, 5e-324), (-1e300, 1e300)], ids=str)
def test_linspace(tier: str, bounds: Any, endpoint: bool) -> None:
    for count in (0, 1, 2, 5, 50, 333):
        for dtype in (None, "float32", "int64"):
            if dtype is not None and abs(bounds[0]) > 1e18:
                continue
            assert_same(lt.linspace(*bounds, count, endpoint, dtype=dtype), np.linspace(*bounds, count, endpoint, dtype=dtype))


def test_linspace_of_arrays(tier: str) -> None:
    start, stop = sample("float64", (3, 1)), sample("float64", (4,), 1)
    assert_same(lt.linspace(start, lt.asarray(stop), 7), np.linspace(start, stop, 7))
    assert_same(lt.linspace(start, stop, 7, axis=-1), np.linspace(start, stop, 7, axis=-1))
    assert_same(lt.linspace(np.float32(0), np.float32(1), 7), np.linspace(np.float32(0), np.float32(1), 7))
    assert_same(lt.linspace(0, 1 + 1j, 5), np.linspace(0, 1 + 1j, 5), 1)
    made, step = lt.linspace(0, 1, 5, retstep=True)
    assert step == 0.25
    assert made.shape == (5,)


LOGARITHMIC: list[Any] = [
    lambda xp: xp.logspace(0, 3),
    lambda xp: xp.logspace(2.0, 3.0, 4, False),
    lambda xp: xp.logspace(0, 3, 4, True, 2, int),
    lambda xp: xp.logspace(0, 2, 4, base=np.asarray([2.0, 3.0])),
    lambda xp: xp.logspace(0, 2, 4, base=np.asarray([2.0, 3.0]), axis=-1),
    lambda xp: xp.logspace(np.asarray([0.0, 1.0]), 3, 4),
    lambda xp: xp.geomspace(1, 1000),
    lambda xp: xp.geomspace(1000, 1, 5, False),
    lambda xp: xp.geomspace(-1000, -1, 4),
    lambda xp: xp.geomspace(1j, 1000j, 4),
    lambda xp: xp.geomspace(-1 + 0j, 1 + 0j, 5),
    lambda xp: xp.geomspace(1, 256, 9, True, int),
    lambda xp: xp.geomspace(2.0, 5.0, 0),
    lambda xp: xp.geomspace(2.0, 5.0, 1),
    lambda xp: xp.geomspace(np.float32(1), np.float32(9), 3, dtype="float32"),
    lambda xp: xp.geomspace(np.asarray([2.0, -3.0]), np.asarray([4.0, -9.0]), 4, axis=-1),
    lambda xp: xp.geomspace(0, 3),
]


@pytest.mark.parametrize("call", LOGARITHMIC)
def test_logarithmic_ranges(tier: str, call: Any) -> None:
    assert_agree(call, ulp=8)


KEYWORDS: list[Any] = [
    lambda xp: xp.arange(0, 5, 2, "float32"),
    lambda xp: xp.arange(start=1, stop=5),
    lambda xp: xp.array(object=[1, 2], dtype="float32", order="F", ndmin=3),
    lambda xp: xp.eye(3, 4, 1, int, "F"),
    lambda xp: xp.eye(N=3, M=2, k=-1),
    lambda xp: xp.tri(3, 4, 1, int),
    lambda xp: xp.tril(m=[[1, 2], [3, 4]], k=-1),
    lambda xp: xp.identity(3, None),
    lambda xp: xp.zeros(3, None, "F"),
    lambda xp: xp.full(shape=(2,), fill_value=3, dtype=None, order="C"),
    lambda xp: xp.zeros_like([[1, 2]], None, "F", False, (2,)),
    lambda xp: xp.full_like(a=[1, 2], fill_value=3.7),
    lambda xp: xp.full((2, 3), xp.asarray([[[1, 2, 3]]])),
    lambda xp: xp.full((3,), xp.ones((2, 3))),
    lambda xp: xp.full_like(xp.zeros(3), [[1, 2, 3]]),
    lambda xp: xp.empty_like(xp.zeros((2, 3), order="F"), shape=(2, 3, 4), order="A").strides,
    lambda xp: xp.ones_like(xp.zeros((2, 3)), shape=(2, 3, 4), order="A").strides,
    lambda xp: xp.linspace(start=0, stop=1, num=3),
    lambda xp: xp.linspace(0, 1, 3, True, False, "float32", 0),
]


@pytest.mark.parametrize("call", KEYWORDS)
def test_arguments_by_numpys_names(call: Any) -> None:
    assert_agree(call)


@pytest.mark.parametrize("k", [-2, 0, 1, 10])
def test_matrices(tier: str, k: int) -> None:
    for dtype in ("bool", "int8", "float32", "complex64"):
        assert_same(lt.eye(3, 4, k=k, dtype=dtype), np.eye(3, 4, k=k, dtype=dtype))
        for shape in ((3, 4), (2, 4, 3), (0, 3), (3,)):
            x = sample(dtype, shape)
            assert_same(lt.tril(lt.asarray(x), k), np.tril(x, k))
            assert_same(lt.triu(lt.asarray(x), k=k), np.triu(x, k))
    assert_same(lt.tri(3, 4, k), np.tri(3, 4, k))
    assert_same(lt.identity(2), np.identity(2))


@pytest.mark.parametrize("indexing", ["xy", "ij"])
@pytest.mark.parametrize("sparse", [True, False])
def test_meshgrid(tier: str, indexing: str, sparse: bool) -> None:
    axes = [np.arange(3), np.linspace(0, 1, 4), np.arange(2, dtype="float32")]
    for count in range(4):
        found = lt.meshgrid(*[lt.asarray(axis) for axis in axes[:count]], indexing=indexing, sparse=sparse)
        expected = np.meshgrid(*axes[:count], indexing=indexing, sparse=sparse)
        assert len(found) == len(expected)
        for ours, theirs in zip(found, expected, strict=True):
            assert_same(ours, theirs)


def test_diagonals_far_beyond_the_corners(tier: str) -> None:
    x = np.arange(12.0).reshape(3, 4)
    for k in (9, -9, 2**63, -(2**63) - 1, 10**30):
        near = max(-9, min(9, k))
        assert_same(lt.eye(3, 4, k=k), np.eye(3, 4, k=near))
        assert_same(lt.tri(3, 4, k), np.tri(3, 4, near))
        assert_same(lt.tril(lt.asarray(x), k), np.tril(x, near))
        assert_same(lt.triu(lt.asarray(x), k), np.triu(x, near))


@pytest.mark.parametrize("name", ["asarray", "array"])
def test_copy_is_no_text(name: str) -> None:
    assert_agree(lambda xp, x: getattr(xp, name)(x, copy="never"), np.arange(3))
