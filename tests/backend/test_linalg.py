"""Products, matrix functions and norms against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from comparison import DTYPES, LAYOUTS, assert_same, sample

import lazytensor as lt

SMALL = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4))]
PAIRS = [*SMALL, ((5, 2, 3), (3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3))]
SCALED = [((), (3,)), ((2,), ())]
MANY = [((2, 3, 4), (4,)), ((2, 3, 4), (5, 4, 2)), ((4,), (5, 4, 2))]


@pytest.mark.parametrize("shapes", PAIRS, ids=str)
def test_matmul(tier: str, shapes: Any) -> None:
    for dtype in ("bool", "int32", "uint8", "float32", "float64", "complex64"):
        x, y = (sample(dtype, shape, seed, low=0, high=3) for seed, shape in enumerate(shapes))
        assert_same(lt.matmul(lt.asarray(x), lt.asarray(y)), np.matmul(x, y), 8, 30)
        assert_same(lt.asarray(x) @ y, x @ y, 8, 30)


@pytest.mark.parametrize("layout", ["transposed", "reversed"])
def test_matmul_layouts(tier: str, layout: str) -> None:
    x, y = sample("float64", (4, 4)), sample("float64", (4, 4), 1)
    change = LAYOUTS[layout]
    assert_same(change(lt.asarray(x)) @ lt.asarray(y), change(x) @ y, 8, 1000)
    assert_same((lt.asarray(x) + 1) @ change(lt.asarray(y)), (x + 1) @ change(y), 8, 1000)


@pytest.mark.parametrize("shapes", [*SCALED, *SMALL, *MANY], ids=str)
def test_dot(tier: str, shapes: Any) -> None:
    for dtype in ("int64", "float64", "complex128"):
        x, y = (sample(dtype, shape, seed) for seed, shape in enumerate(shapes))
        assert_same(lt.dot(lt.asarray(x), lt.asarray(y)), np.dot(x, y), 8, 1000)


def test_products(tier: str) -> None:
    for dtype in DTYPES[1:]:
        x, y = sample(dtype, (2, 3, 4), low=-3, high=3), sample(dtype, (4, 3, 5), 1, low=-3, high=3)
        a, b = lt.asarray(x), lt.asarray(y)
        for axes in (0, 1, ([1], [1]), ([2, 1], [0, 1]), (-1, 0)):
            assert_same(lt.tensordot(a, b, axes=axes), np.tensordot(x, y, axes=axes), 8, 200)
        z = sample(dtype, (3, 4), 2, low=-3, high=3)
        assert_same(lt.vecdot(a, z), np.vecdot(x, z), 8, 100)
        assert_same(lt.vecdot(a, x, axis=0), np.vecdot(x, x, axis=0), 8, 100)
        assert_same(lt.outer(a[0, 0], z), np.outer(x[0, 0], z), 1)
        assert_same(lt.inner(a, z), np.inner(x, z), 8, 100)
        assert_same(lt.vdot(z, z), np.vdot(z, z), 8, 200)


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk->ik", ((2, 3), (3, 4))),
        ("ii", ((3, 3),)),
        ("ij->ji", ((2, 3),)),
        ("...ij,...jk", ((5, 2, 3), (3, 4))),
        ("i,j,k->kji", ((2,), (3,), (4,))),
    ],
)
def test_einsum(tier: str, subscripts: str, shapes: Any) -> None:
    for dtype in ("int64", "float32", "complex128"):
        operands = [sample(dtype, shape, seed) for seed, shape in enumerate(shapes)]
        found = lt.einsum(subscripts, *[lt.asarray(operand) for operand in operands])
        assert_same(found, np.einsum(subscripts, *operands), 16, 1000)


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64", "complex64"])
def test_matrix_functions(tier: str, dtype: str) -> None:
    for shape in ((3, 3), (2, 4, 4), (0, 0)):
        x = sample(dtype, shape, low=0, high=4) + 9 * np.eye(shape[-1], dtype=dtype)
        t = lt.asarray(x)
        assert_same(lt.linalg.inv(t), np.linalg.inv(x), 50, 1)
        y = sample(dtype, (*shape[:-1], 2), 1)
        assert_same(lt.linalg.solve(t, lt.asarray(y)), np.linalg.solve(x, y), 50, 10)
        positive = x @ np.swapaxes(x, -1, -2).conj()
        assert_same(lt.linalg.cholesky(lt.asarray(positive)), np.linalg.cholesky(positive), 50, 100)
        assert_same(lt.linalg.cholesky(positive, upper=True), np.linalg.cholesky(positive, upper=True), 50, 100)
    assert_same(lt.linalg.solve(lt.eye(3), [1, 2, 3]), np.asarray([1.0, 2.0, 3.0]))


def test_singular_matrices_fail_at_the_wait(tier: str) -> None:
    singular = lt.zeros((3, 3))
    for made in (lt.linalg.inv(singular), lt.linalg.solve(singular, lt.ones(3)), lt.linalg.cholesky(singular - 1)):
        with pytest.raises(np.linalg.LinAlgError):
            made.wait()
        with pytest.raises(np.linalg.LinAlgError):
            (made + 1).wait()
    assert (singular + 1).sum().item() == 9


def test_diagonals(tier: str) -> None:
    x = sample("float64", (4, 5))
    t = lt.asarray(x)
    for offset in (-9, -2, 0, 3, 9):
        assert_same(lt.linalg.diagonal(t, offset=offset), np.linalg.diagonal(x, offset=offset))
        assert_same(lt.linalg.trace(t, offset=offset), np.linalg.trace(x, offset=offset), 4, 10)
    stack = sample("int8", (2, 3, 4))
    assert_same(lt.linalg.diagonal(stack), np.linalg.diagonal(stack))
    assert_same(lt.linalg.trace(stack), np.linalg.trace(stack))
    lt.linalg.diagonal(t)[...] = 0
    assert_same(t, x - np.eye(4, 5) * x)


@pytest.mark.parametrize("order", [None, 1, 2, 3, 0.5, 0, np.inf, -np.inf])
def test_vector_norms(tier: str, order: Any) -> None:
    for dtype in ("int32", "float32", "complex128"):
        x = sample(dtype, (3, 4))
        for axis in (0, -1):
            expected = np.linalg.norm(x, ord=order, axis=axis)
            assert_same(lt.linalg.norm(lt.asarray(x), ord=order, axis=axis), expected, 16)


@pytest.mark.parametrize("order", ["fro", 1, -1, np.inf, -np.inf])
def test_matrix_norms(tier: str, order: Any) -> None:
    x = sample("float64", (2, 3, 4))
    assert_same(lt.linalg.matrix_norm(lt.asarray(x), ord=order), np.linalg.matrix_norm(x, ord=order), 8)
    assert_same(lt.linalg.norm(x, order, (0, 2), True), np.linalg.norm(x, order, (0, 2), True), 8)
    assert_same(lt.linalg.vector_norm(x), np.linalg.vector_norm(x), 8)


def test_errors() -> None:
    x = lt.zeros((2, 3))
    for call, error, match in [
        (lambda: lt.matmul(x, x), ValueError, "matmul"),
        (lambda: lt.matmul(x, 1), ValueError, "matmul"),
        (lambda: lt.tensordot(x, x, axes=([0], [1])), ValueError, "tensordot"),
        (lambda: lt.tensordot(x, x, axes=3), ValueError, "tensordot"),
        (lambda: lt.linalg.inv(x), np.linalg.LinAlgError, "inv"),
        (lambda: lt.linalg.solve(lt.eye(3), x), ValueError, "solve"),
        (lambda: lt.einsum("ij,jk", x, x), ValueError, "einsum"),
        (lambda: lt.linalg.norm(x, ord="nuc"), ValueError, "ord"),
        (lambda: lt.linalg.diagonal(lt.zeros(3)), ValueError, "two"),
    ]:
        with pytest.raises(error, match=match):
            call()
