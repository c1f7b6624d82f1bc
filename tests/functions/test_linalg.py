"""The namespace `lt.linalg` against NumPy's."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from comparison import LAYOUTS, assert_same, in_tiers, sample

import lazytensor as lt

FLOATING = ["int64", "float32", "float64", "complex64"]
SQUARE = [(3, 3), (2, 4, 4), (1, 1), (0, 0), (0, 2, 2), (2, 0, 0)]
ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]


def regular(dtype: str, shape: tuple[int, ...], seed: int = 0) -> Any:
    """Well-conditioned matrices."""
    return sample(dtype, shape, seed, low=0, high=4) + 9 * np.eye(shape[-1], dtype=dtype)


def hermitian(dtype: str, shape: tuple[int, ...]) -> Any:
    x = regular(dtype, shape)
    return x + np.swapaxes(x, -1, -2).conj()


def assert_parts(found: Any, expected: Any) -> None:
    """Both are tuples with the same field names, if any, and the same values."""
    assert isinstance(found, tuple)
    assert getattr(type(found), "_fields", None) == getattr(type(expected), "_fields", None)
    assert type(found).__name__ == type(expected).__name__
    assert len(found) == len(expected)
    for ours, numpys in zip(found, expected, strict=True):
        assert_same(ours, numpys, 50, 10)


def test_every_name_is_here_with_numpys_parameters() -> None:
    for name in np.linalg.__all__:
        assert name in lt.linalg.__all__
        if name == "LinAlgError":
            continue
        ours = inspect.signature(getattr(lt.linalg, name)).parameters
        for key, theirs in inspect.signature(getattr(np.linalg, name)).parameters.items():
            if theirs.kind is theirs.POSITIONAL_ONLY:
                continue
            assert key in ours, (name, key)
            assert ours[key].kind is theirs.kind or ours[key].kind is theirs.POSITIONAL_OR_KEYWORD, (name, key)
            same = ours[key].default == theirs.default
            assert same or (name, key) == ("pinv", "rtol"), (name, key)
    assert lt.linalg.LinAlgError is np.linalg.LinAlgError
    with pytest.raises(AttributeError, match="the nearest there is: svdvals"):
        lt.linalg.svdval  # noqa: B018


@pytest.mark.parametrize("dtype", FLOATING)
def test_systems(tier: str, dtype: str) -> None:
    for shape in SQUARE:
        x = regular(dtype, shape)
        t = lt.asarray(x)
        assert_same(lt.linalg.inv(t), np.linalg.inv(x), 50, 1)
        y = sample(dtype, (*shape[:-1], 2), 1)
        assert_same(lt.linalg.solve(t, lt.asarray(y)), np.linalg.solve(x, y), 50, 10)
        v = sample(dtype, shape[-1:], 2)
        assert_same(lt.linalg.solve(t, v), np.linalg.solve(x, v), 50, 10)
        assert_same(lt.linalg.det(t), np.linalg.det(x), 50, 1e4)
        assert_parts(lt.linalg.slogdet(t), np.linalg.slogdet(x))
        for power in (-2, -1, 0, 1, 2, 3, 5):
            assert_same(lt.linalg.matrix_power(t, power), np.linalg.matrix_power(x, power), 100, 1e5)
    assert_same(lt.linalg.solve(lt.eye(3), [1, 2, 3]), np.asarray([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("dtype", FLOATING)
def test_decompositions(tier: str, dtype: str) -> None:
    for shape in SQUARE:
        x, h = regular(dtype, shape), hermitian(dtype, shape)
        t, s = lt.asarray(x), lt.asarray(h)
        assert_same(lt.linalg.cholesky(s), np.linalg.cholesky(h), 50, 100)
        assert_same(lt.linalg.cholesky(s, upper=True), np.linalg.cholesky(h, upper=True), 50, 100)
        for triangle in ("L", "U", "u"):
            assert_parts(lt.linalg.eigh(t, triangle), np.linalg.eigh(x, triangle))
            assert_same(lt.linalg.eigvalsh(t, UPLO=triangle), np.linalg.eigvalsh(x, triangle), 50, 10)
        complex_ = np.result_type(x.dtype if dtype != "int64" else float, np.complex64)
        values, vectors = np.linalg.eig(x)
        assert_parts(lt.linalg.eig(t), np.linalg._linalg.EigResult(values.astype(complex_), vectors.astype(complex_)))
        assert_same(lt.linalg.eigvals(t), np.linalg.eigvals(x).astype(complex_), 50, 10)


RECTANGLES = [(3, 3), (4, 2), (2, 4), (2, 3, 2), (0, 3), (3, 0), (0, 3, 2)]


@pytest.mark.parametrize("dtype", FLOATING)
def test_orthogonal_factors(tier: str, dtype: str) -> None:
    for shape in RECTANGLES:
        x = sample(dtype, shape)
        t = lt.asarray(x)
        for mode in ("reduced", "complete", "raw"):
            assert_parts(lt.linalg.qr(t, mode), np.linalg.qr(x, mode))
        assert_same(lt.linalg.qr(t, mode="r"), np.linalg.qr(x, mode="r"), 50, 10)
        for full in (True, False):
            assert_parts(lt.linalg.svd(t, full), np.linalg.svd(x, full))
        assert_same(lt.linalg.svd(t, compute_uv=False), np.linalg.svd(x, compute_uv=False), 50, 10)
        assert_same(lt.linalg.svdvals(t), np.linalg.svdvals(x), 50, 10)
    h = hermitian(dtype, (2, 3, 3))
    assert_parts(lt.linalg.svd(lt.asarray(h), hermitian=True), np.linalg.svd(h, hermitian=True))
    assert_same(lt.linalg.svd(h, True, False, True), np.linalg.svd(h, True, False, True), 50, 10)


@pytest.mark.parametrize("layout", ["transposed", "reversed"])
def test_layouts(tier: str, layout: str) -> None:
    x = LAYOUTS[layout](regular("float64", (3, 3)))
    t = LAYOUTS[layout](lt.asarray(regular("float64", (3, 3))))
    for name in ("inv", "det", "eigvalsh", "svdvals", "cond", "pinv"):
        assert_same(getattr(lt.linalg, name)(t), getattr(np.linalg, name)(x), 50, 10)
    for name in ("qr", "svd", "eigh", "slogdet"):
        assert_parts(getattr(lt.linalg, name)(t), getattr(np.linalg, name)(x))


def test_stacks_shared_between_threads(tier: str) -> None:
    h = hermitian("float32", (150, 2, 12, 12))
    t = lt.asarray(h)
    for name in ("inv", "det", "cond", "cholesky", "svdvals", "eigvalsh"):
        assert_same(getattr(lt.linalg, name)(t), getattr(np.linalg, name)(h))
        assert_same(getattr(lt.linalg, name)(t[:1]), getattr(np.linalg, name)(h[:1]))
    assert_same(lt.linalg.eigvals(t), np.linalg.eigvals(h).astype(np.complex64))
    single = np.eye(200) + sample("float64", (200, 200), low=0, high=0.001)
    assert_same(lt.linalg.inv(lt.asarray(single)), np.linalg.inv(single), 100, 1)
    t[70, 1] = 0
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        lt.linalg.inv(t).wait()


def test_parts_are_independent(tier: str) -> None:
    x = regular("float64", (3, 3))
    u, s, vh = lt.linalg.svd(lt.asarray(x))
    s *= 2
    u[0] = 0
    expected = np.linalg.svd(x)
    assert_same(s, expected.S * 2, 50)
    assert_same(vh, expected.Vh, 50, 1)
    assert_same(u[1:], expected.U[1:], 50, 1)
    sign, logarithm = lt.linalg.slogdet(lt.asarray(x))
    before = logarithm
    logarithm += 1
    assert_same(before, np.linalg.slogdet(x).logabsdet, 50)
    assert_same(sign, np.linalg.slogdet(x).sign)


def test_factors_multiply_to_the_matrix(tier: str) -> None:
    for dtype in ("float32", "complex128"):
        x = sample(dtype, (2, 4, 3))
        u, s, vh = lt.linalg.svd(lt.asarray(x), full_matrices=False)
        assert_same(lt.matmul(u * s[:, None], vh), x, 100, 30)
        q, r = lt.linalg.qr(lt.asarray(x))
        assert_same(q @ r, x, 100, 30)
        h = hermitian(dtype, (4, 4))
        values, vectors = lt.linalg.eigh(lt.asarray(h))
        assert_same(vectors * values @ vectors.T.conj(), h, 100, 50)


@pytest.mark.parametrize("dtype", FLOATING)
def test_pinv_and_rank(dtype: str) -> None:
    for shape in RECTANGLES:
        x = sample(dtype, shape)
        t = lt.asarray(x)
        empty = np.zeros((*shape[:-2], shape[-1], shape[-2]), lt.linalg.pinv(t).dtype)
        assert_same(lt.linalg.pinv(t), np.linalg.pinv(x) if 0 not in shape[-2:] else empty, 200, 1)
        assert_same(lt.linalg.matrix_rank(t), np.linalg.matrix_rank(x))
    low = np.asarray([[1, 2, 3], [2, 4, 6], [0, 1, 1]]).astype(dtype)
    t = lt.asarray(low)
    assert_same(lt.linalg.matrix_rank(t), np.linalg.matrix_rank(low))
    assert lt.linalg.matrix_rank(t).item() == 2
    for rtol in (1e-3, 0.2, np.asarray(0.9), [0.1]):
        stack = low[None] if isinstance(rtol, list) else low
        assert_same(lt.linalg.pinv(stack, rtol=rtol), np.linalg.pinv(stack, rtol=rtol), 200, 1)
        assert_same(lt.linalg.pinv(stack, rtol), np.linalg.pinv(stack, rtol), 200, 1)
        assert_same(lt.linalg.matrix_rank(stack, rtol=rtol), np.linalg.matrix_rank(stack, rtol=rtol))
        assert_same(lt.linalg.matrix_rank(stack, rtol), np.linalg.matrix_rank(stack, rtol))
    # The array API's default; at NumPy's, a singular value that is zero but for rounding would count.
    assert_same(lt.linalg.pinv(t), np.linalg.pinv(low, rtol=3 * np.finfo(lt.linalg.pinv(t).dtype).eps), 200, 1)
    h = hermitian(dtype, (2, 3, 3))
    assert_same(lt.linalg.pinv(h, hermitian=True), np.linalg.pinv(h, hermitian=True), 200, 1)
    assert_same(lt.linalg.matrix_rank(h, hermitian=True), np.linalg.matrix_rank(h, hermitian=True))
    for vector in ([0, 0], [0, 2], 0, 5):
        assert lt.linalg.matrix_rank(vector).item() == np.linalg.matrix_rank(vector)


@pytest.mark.parametrize("dtype", FLOATING)
@pytest.mark.parametrize(
    "shapes", [((4, 2), (4,)), ((4, 2), (4, 3)), ((2, 4), (2,)), ((3, 3), (3, 2)), ((0, 2), (0,)), ((3, 2), (3, 0))]
)
def test_least_squares(tier: str, dtype: str, shapes: Any) -> None:
    x, y = (sample(dtype, shape, seed) for seed, shape in enumerate(shapes))
    for rcond in (None, 0.9):
        found, expected = lt.linalg.lstsq(lt.asarray(x), lt.asarray(y), rcond), np.linalg.lstsq(x, y, rcond)
        for ours, numpys in zip(found, expected, strict=True):
            assert_same(ours, numpys, 200, 100)


def test_tensor_systems(tier: str) -> None:
    x, y = regular("float64", (6, 6)), sample("float64", (2, 3))
    a = x.reshape(2, 3, 6)
    assert_same(lt.linalg.tensorinv(lt.asarray(a)), np.linalg.tensorinv(a), 50, 1)
    assert_same(lt.linalg.tensorinv(x, ind=1), np.linalg.tensorinv(x, ind=1), 50, 1)
    assert_same(lt.linalg.tensorsolve(lt.asarray(a), y), np.linalg.tensorsolve(a, y), 50, 10)
    moved = np.moveaxis(a, 2, 0)
    assert_same(lt.linalg.tensorsolve(moved, lt.asarray(y), axes=(0,)), np.linalg.tensorsolve(moved, y, axes=(0,)), 50, 10)


CHAINS = [
    ((3, 4), (4, 2)),
    ((3, 9), (9, 2), (2, 7)),
    ((3, 2), (2, 9), (9, 7)),
    ((5, 2), (2, 9), (9, 3), (3, 8)),
    ((4,), (4, 2), (2, 6), (6,)),
    ((4,), (4, 2), (2, 6)),
    ((4, 2), (2, 6), (6,)),
    ((3,), (3,)),
]


def test_compositions(tier: str) -> None:
    x = sample("float32", (2, 4, 3))
    assert_same(lt.linalg.pinv(lt.asarray(x)), np.linalg.pinv(x), 200, 1)
    assert_same(lt.linalg.matrix_rank(lt.asarray(x)), np.linalg.matrix_rank(x))


@pytest.mark.parametrize("shapes", CHAINS, ids=str)
def test_chains_of_matrices(tier: str, shapes: Any) -> None:
    for dtype in ("int32", "float64"):
        arrays = [sample(dtype, shape, seed, low=-3, high=3) for seed, shape in enumerate(shapes)]
        tensors = [lt.asarray(array) for array in arrays]
        expected = np.linalg.multi_dot(arrays)
        assert_same(lt.linalg.multi_dot(tensors), expected, 50, 1000)
        if np.shape(expected):
            out = lt.zeros(expected.shape, dtype=dtype)
            assert lt.linalg.multi_dot(tensors, out=out) is out
            assert_same(out, expected, 50, 1000)


@pytest.mark.recorded
def test_chains_take_the_cheapest_order() -> None:
    product = lt.linalg.multi_dot([lt.ones((1000, 2)), lt.ones((2, 1000)), lt.ones((1000, 2)), lt.ones((2, 3))])
    shapes, waiting = set(), [product._read()]
    while waiting:
        node = waiting.pop()
        if node.op.name == "matmul":
            shapes.add(node.shape)
            waiting += node.inputs
    assert shapes == {(1000, 3), (2, 3), (2, 2)}


@pytest.mark.newest
@pytest.mark.parametrize("order", ORDERS)
def test_condition(tier: str, order: Any) -> None:
    for dtype in FLOATING:
        x = regular(dtype, (2, 3, 3))
        assert_same(lt.linalg.cond(lt.asarray(x), order), np.linalg.cond(x, order), 100)
    singular = np.zeros((2, 2))
    if order != "nuc":
        assert_same(lt.linalg.cond(singular, p=order), np.linalg.cond(singular, p=order))
    if order in (None, 2, -2):
        assert_same(lt.linalg.cond(x[:, :2], order), np.linalg.cond(x[:, :2], order), 100)
    else:
        with pytest.raises(np.linalg.LinAlgError, match="cond"):
            lt.linalg.cond(lt.zeros((2, 3)), order)


@in_tiers("order", [None, 1, 2, 3, 0.5, 0, -1, np.inf, -np.inf], [None, 3])
@np.errstate(all="ignore")
def test_vector_norms(tier: str, order: Any) -> None:
    for dtype in ("float32",) if tier == "compile" else ("int32", "float32", "complex128"):
        x = sample(dtype, (3, 4))
        t = lt.asarray(x)
        for axis in (1,) if tier == "compile" else (0, -1):
            for keepdims in (False, True):
                expected = np.linalg.norm(x, ord=order, axis=axis, keepdims=keepdims)
                assert_same(lt.linalg.norm(t, ord=order, axis=axis, keepdims=keepdims), expected, 16)
        for axis in (None,) if tier == "compile" else (None, 0, (1, 0)):
            expected = np.linalg.vector_norm(x, ord=order or 2, axis=axis, keepdims=True)
            assert_same(lt.linalg.vector_norm(t, ord=order or 2, axis=axis, keepdims=True), expected, 16)
        assert_same(lt.linalg.norm(t[0], order), np.linalg.norm(x[0], order), 16)
        if order is not None:
            scalar = np.float64(order)
            assert_same(lt.linalg.norm(t[0], scalar), np.linalg.norm(x[0], scalar), 16)
    if order != -np.inf:
        assert_same(lt.linalg.norm(lt.zeros((2, 0)), order, 1), np.linalg.norm(np.zeros((2, 0)), order, 1))


@in_tiers("order", ORDERS, [None, 1])
def test_matrix_norms(tier: str, order: Any) -> None:
    for dtype in ("float32",) if tier == "compile" else ("int32", "float32", "complex128"):
        x = sample(dtype, (2, 3, 4))
        t = lt.asarray(x)
        for keepdims in (False, True):
            assert_same(
                lt.linalg.matrix_norm(t, ord=order, keepdims=keepdims), np.linalg.matrix_norm(x, ord=order, keepdims=keepdims), 50
            )
            assert_same(lt.linalg.norm(t, order, (0, 2), keepdims), np.linalg.norm(x, order, (0, 2), keepdims), 50)
            assert_same(lt.linalg.norm(t, order, (2, 0), keepdims), np.linalg.norm(x, order, (2, 0), keepdims), 50)
        assert_same(lt.linalg.norm(t[0], order), np.linalg.norm(x[0], order), 50)
    if order not in (-1, -2, -np.inf):
        assert_same(lt.linalg.matrix_norm(lt.zeros((2, 3, 0)), ord=order), np.linalg.matrix_norm(np.zeros((2, 3, 0)), ord=order))


def test_norms_of_everything(tier: str) -> None:
    for shape in ((), (3,), (2, 3), (2, 3, 4)):
        x = sample("float64", shape)
        assert_same(lt.linalg.norm(x), np.linalg.norm(x), 16)
        assert_same(lt.linalg.norm(x, keepdims=True), np.linalg.norm(x, keepdims=True), 16)
        assert_same(lt.linalg.vector_norm(lt.asarray(x)), np.linalg.vector_norm(x), 16)


def test_array_api_forms(tier: str) -> None:
    x, y = sample("float32", (2, 3, 4)), sample("float32", (2, 3, 4), 1)
    a, b = lt.asarray(x), lt.asarray(y)
    for offset in (-5, -1, 0, 2):
        assert_same(lt.linalg.diagonal(a, offset=offset), np.linalg.diagonal(x, offset=offset))
        assert_same(lt.linalg.trace(a, offset=offset), np.linalg.trace(x, offset=offset), 4, 10)
    assert_same(lt.linalg.trace(sample("int8", (3, 3))), np.linalg.trace(sample("int8", (3, 3))))
    assert_same(lt.linalg.trace(a, dtype=lt.float64), np.linalg.trace(x, dtype=np.float64), 4, 10)
    assert_same(lt.linalg.cross(a, b, axis=1), np.linalg.cross(x, y, axis=1), 8, 100)
    assert_same(lt.linalg.outer(a[0, 0], b[0, 1]), np.linalg.outer(x[0, 0], y[0, 1]), 1)
    assert_same(lt.linalg.vecdot(a, b, axis=-2), np.linalg.vecdot(x, y, axis=-2), 8, 100)
    assert_same(lt.linalg.tensordot(a, b, axes=((0, 1), (0, 1))), np.linalg.tensordot(x, y, axes=((0, 1), (0, 1))), 8, 200)
    assert_same(lt.linalg.matmul(a, lt.linalg.matrix_transpose(b)), x @ y.mT, 8, 200)


def test_singular_matrices_fail_at_the_wait(tier: str) -> None:
    singular = lt.zeros((3, 3))
    undefined = singular + np.nan
    for made in (
        lt.linalg.inv(singular),
        lt.linalg.solve(singular, lt.ones(3)),
        lt.linalg.cholesky(singular - 1),
        lt.linalg.tensorinv(singular, 1),
        lt.linalg.matrix_power(singular, -2),
        lt.linalg.eig(undefined).eigenvectors,
        lt.linalg.eigvals(undefined),
        lt.linalg.svd(undefined).S,
        lt.linalg.pinv(undefined),
    ):
        with pytest.raises(np.linalg.LinAlgError):
            made.wait()
        with pytest.raises(np.linalg.LinAlgError):
            (made + 1).wait()
    assert (singular + 1).sum().item() == 9


def test_errors() -> None:
    x, square, vector = lt.zeros((2, 3)), lt.eye(3), lt.zeros(3)
    singular = np.linalg.LinAlgError
    for name in ("inv", "cholesky", "det", "slogdet", "eig", "eigvals", "eigh", "eigvalsh"):
        for bad in (x, vector):
            with pytest.raises(singular, match=name):
                getattr(lt.linalg, name)(bad)
    for name in ("qr", "svd", "svdvals", "pinv", "cond"):
        with pytest.raises(singular, match="matri"):
            getattr(lt.linalg, name)(vector)
    for call, error, match in [
        (lambda: lt.linalg.solve(square, x), ValueError, "solve"),
        (lambda: lt.linalg.norm(x, ord="nuclear"), ValueError, "ord"),
        (lambda: lt.linalg.norm(x, ord=3), ValueError, "ord"),
        (lambda: lt.linalg.norm(vector, ord="fro"), ValueError, "ord"),
        (lambda: lt.linalg.norm(lt.zeros((2, 2, 2)), ord=1), ValueError, "axis"),
        (lambda: lt.linalg.norm(x, axis=(0, 0)), ValueError, "repeated"),
        (lambda: lt.linalg.norm(x, axis=2), np.exceptions.AxisError, "norm"),
        (lambda: lt.linalg.norm(lt.zeros((0, 2)), -np.inf, 0), ValueError, "identity"),
        (lambda: lt.linalg.matrix_norm(vector), ValueError, "matrices"),
        (lambda: lt.linalg.cond(square, 3), ValueError, "cond"),
        (lambda: lt.linalg.cond(lt.zeros((0, 0))), singular, "empty"),
        (lambda: lt.linalg.eigh(square, "X"), ValueError, "UPLO"),
        (lambda: lt.linalg.qr(square, "full"), ValueError, "mode"),
        (lambda: lt.linalg.svd(x, hermitian=True), singular, "square"),
        (lambda: lt.linalg.pinv(x, 1, rtol=1), ValueError, "rtol"),
        (lambda: lt.linalg.matrix_rank(x, 1, rtol=1), ValueError, "rtol"),
        (lambda: lt.linalg.matrix_power(x, 2), singular, "square"),
        (lambda: lt.linalg.matrix_power(square, 0.5), TypeError, "integer"),
        (lambda: lt.linalg.multi_dot([x]), ValueError, "two"),
        (lambda: lt.linalg.multi_dot([x, lt.zeros((3, 2, 2)), x]), singular, "multi_dot"),
        (lambda: lt.linalg.lstsq(lt.zeros((2, 2, 2)), vector), singular, "lstsq"),
        (lambda: lt.linalg.lstsq(x, vector), singular, "equations"),
        (lambda: lt.linalg.lstsq(x, lt.zeros((2, 2, 2))), singular, "lstsq"),
        (lambda: lt.linalg.tensorinv(square, 0), ValueError, "ind"),
        (lambda: lt.linalg.tensorinv(x, 1), singular, "tensorinv"),
        (lambda: lt.linalg.tensorsolve(x, vector), singular, "tensorsolve"),
        (lambda: lt.linalg.diagonal(vector), ValueError, "two"),
        (lambda: lt.linalg.outer(x, vector), ValueError, "one-dimensional"),
        (lambda: lt.linalg.cross(lt.zeros(2), lt.zeros(2)), ValueError, "three"),
    ]:
        with pytest.raises(error, match=match):
            call()
