"""Products of vectors and matrices, contractions and diagonals against NumPy."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
from agreement import assert_agree
from comparison import DTYPES, LAYOUTS, assert_same, sample

import lazytensor as lt
from lazytensor.compiler.order import PANEL_BYTES

SMALL = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4))]
PAIRS = [*SMALL, ((5, 2, 3), (3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3))]
SCALED = [((), (3,)), ((2,), ())]
MANY = [((2, 3, 4), (4,)), ((2, 3, 4), (5, 4, 2)), ((4,), (5, 4, 2))]


def operands(dtype: str, *shapes: tuple[int, ...]) -> list[Any]:
    return [sample(dtype, shape, seed, low=-3, high=3) for seed, shape in enumerate(shapes)]


def test_parameters_are_numpys() -> None:
    for name in ("cross", "diagonal", "dot", "inner", "kron", "outer", "tensordot", "trace", "vdot", "einsum_path"):
        ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (lt, np))
        assert [(key, item.default, item.kind) for key, item in ours.items() if item.kind is not item.POSITIONAL_ONLY] == [
            (key, item.default, item.kind) for key, item in theirs.items() if item.kind is not item.POSITIONAL_ONLY
        ]


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


CASES: list[tuple[str, Any, dict[str, Any]]] = [
    *[("dot", shapes, {}) for shapes in [*SCALED, *SMALL, *MANY]],
    *[("inner", shapes, {}) for shapes in [((), (3,)), ((3,), ()), ((3,), (3,)), ((2, 3, 4), (3, 4)), ((0,), (0,))]],
    *[("vdot", shapes, {}) for shapes in [((), ()), ((3,), (3,)), ((3, 4), (3, 4)), ((0,), (0,))]],
    *[("outer", shapes, {}) for shapes in [((), (3,)), ((2,), (3,)), ((2, 2), (3,)), ((0,), (3,))]],
    *[("kron", shapes, {}) for shapes in [((), ()), ((2,), ()), ((2,), (3,)), ((2, 3), (4,)), ((0,), (2, 3)), ((2, 2), (3, 2))]],
    *[("tensordot", ((2, 3, 4), (4, 3, 5)), {"axes": axes}) for axes in (0, 1, ([1], [1]), ([2, 1], [0, 1]), (-1, 0), ((), ()))],
    ("matvec", ((2, 3), (3,)), {}),
    ("matvec", ((5, 2, 3), (3,)), {}),
    ("matvec", ((2, 3), (4, 3)), {}),
    ("matvec", ((5, 1, 2, 3), (4, 3)), {}),
    ("matvec", ((0, 3), (2, 3)), {}),
    ("matvec", ((3, 5, 2), (5, 3)), {"axes": [(2, 0), 1, 0]}),
    ("vecmat", ((3,), (3, 2)), {}),
    ("vecmat", ((4, 3), (3, 2)), {}),
    ("vecmat", ((5, 1, 3), (4, 3, 2)), {}),
    ("vecmat", ((3, 2), (4, 3, 2)), {"axes": [0, (1, 0), 0]}),
    ("vecdot", ((2, 3, 4), (3, 4)), {}),
    ("vecdot", ((2, 3, 4), (2, 3, 4)), {"axis": 0}),
    ("vecdot", ((2, 3), (4, 2, 3)), {"axis": -2, "keepdims": True}),
    ("vecdot", ((2, 3), (2, 3)), {"keepdims": True}),
    ("vecdot", ((3, 2), (2, 3)), {"axes": [0, 1]}),
    ("vecdot", ((3, 2), (2, 3)), {"axes": [(0,), (1,), ()]}),
    ("vecdot", ((0,), (0,)), {}),
    ("matmul", ((3, 2, 5), (4, 3)), {"axes": [(1, 0), (1, 0), (1, 0)]}),
    ("matmul", ((3, 2), (3,)), {"axes": [(1, 0), 0, 0]}),
    ("matmul", ((3,), (3,)), {"axes": [0, 0, ()]}),
    ("cross", ((3,), (3,)), {}),
    ("cross", ((3,), (4, 3)), {}),
    ("cross", ((4, 1, 3), (5, 3)), {}),
    ("cross", ((3, 4), (4, 3)), {"axisa": 0, "axisb": 1, "axisc": 0}),
    ("cross", ((2, 3, 4), (2, 3, 4)), {"axis": 1}),
    ("cross", ((0, 3), (3,)), {}),
    ("cross", ((2,), (2,)), {}),
    ("cross", ((4, 2), (4, 3)), {}),
    ("cross", ((3,), (4, 2)), {"axisc": 0}),
]


def planar_cross(a: Any, b: Any, axisc: int = -1) -> Any:
    """NumPy's answer for vectors of two elements: those of a plane in space, the product of two such being its height alone."""
    spatial = [np.concatenate([x, np.zeros((*x.shape[:-1], 1), x.dtype)], -1) if x.shape[-1] == 2 else x for x in (a, b)]
    found = np.cross(*spatial, axisc=axisc)
    return found[..., 2] if a.shape[-1] == b.shape[-1] == 2 else found


@pytest.mark.newest
@pytest.mark.parametrize(("name", "shapes", "keywords"), CASES, ids=str)
def test_products(tier: str, name: str, shapes: Any, keywords: Any) -> None:
    ours, numpys = getattr(lt, name), getattr(np, name)
    for dtype in ("int8", "complex128") if tier == "compile" else DTYPES[1:]:
        arrays = operands(dtype, *shapes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # two-dimensional cross products
            try:
                expected = numpys(*arrays, **keywords)
            except ValueError:  # since NumPy 2.5
                assert name == "cross"
                expected = planar_cross(*arrays, **keywords)
        assert_same(ours(*map(lt.asarray, arrays), **keywords), expected, 8, 100)
        assert_same(ours(arrays[0], lt.asarray(arrays[1]) * 1, **keywords), expected, 8, 100)


def test_operands_of_two_dtypes(tier: str) -> None:
    x, y = sample("int8", (3, 3), low=-3, high=3), sample("float32", (3, 3), 1)
    for name in ("dot", "vdot", "inner", "outer", "matmul", "vecdot", "matvec", "vecmat", "tensordot", "kron", "cross"):
        assert_same(getattr(lt, name)(lt.asarray(x), y), getattr(np, name)(x, y), 8, 100)
        if name in ("dot", "inner", "outer", "kron"):
            assert_same(getattr(lt, name)(2, lt.asarray(y)), getattr(np, name)(2, y), 8)
        assert_same(getattr(lt, name)(y.tolist(), lt.asarray(x)), getattr(np, name)(y.astype(float), x), 8, 100)


def test_out_and_dtype(tier: str) -> None:
    x, y = operands("int32", (3, 3), (3, 3))
    a, b = lt.asarray(x), lt.asarray(y)
    for name, shape in (("matmul", (3, 3)), ("vecdot", (3,)), ("matvec", (3, 3)), ("vecmat", (3, 3))):
        ours, numpys = getattr(lt, name), getattr(np, name)
        expected = numpys(x, y, dtype="f4")
        assert_same(ours(a, b, dtype="f4"), expected, 4, 30)
        out = lt.zeros(shape, dtype=lt.float32)
        assert ours(a, b, out, dtype="f4") is out
        assert_same(out, expected, 4, 30)
        array = np.zeros(shape)
        assert ours(a, b, out=array) is array
        np.testing.assert_array_equal(array, numpys(x, y))
        with pytest.raises(TypeError, match=f"{name}.*cast"):
            ours(a * 1.5, b, dtype="i4")
        with pytest.raises(TypeError, match="int32"):
            ours(a * 1.5, b, out=lt.zeros(shape, dtype=lt.int32))
        assert_same(ours(a * 1.5, b, dtype="i4", casting="unsafe"), numpys(x * 1.5, y, dtype="i4", casting="unsafe"))
        with pytest.raises(ValueError, match="order"):
            ours(a, b, order="X")
        assert_same(ours(a, b, order="f"), numpys(x, y))
        assert ours(a, b, order="F").strides == numpys(x, y, order="F").strides
    for name, shape in (("dot", (3, 3)), ("outer", (9, 9))):
        out = lt.zeros(shape, dtype=lt.int32)
        assert getattr(lt, name)(a, b, out) is out
        assert_same(out, getattr(np, name)(x, y))
    for keywords in ({"axis": 0}, {"keepdims": True}, {"axes": [0, 0]}):
        out = lt.zeros((1, 3) if "axis" in keywords else (3, 1), dtype=lt.int32)
        if "keepdims" in keywords:
            lt.vecdot(a, b, out, **keywords)
            assert_same(out, np.vecdot(x, y, keepdims=True))
        else:
            lt.vecdot(a, b, out[:, 0] if out.shape == (3, 1) else out[0], **keywords)
            assert_same(out.ravel(), np.vecdot(x, y, axis=0))


SUBSCRIPTS = [
    ("ij,jk->ik", ((2, 3), (3, 4))),
    ("ii", ((3, 3),)),
    ("ii->i", ((3, 3),)),
    ("ij->ji", ((2, 3),)),
    ("...ij,...jk", ((5, 2, 3), (3, 4))),
    ("i,j,k->kji", ((2,), (3,), (4,))),
    ("i,->i", ((2,), ())),
    ("ij,j", ((0, 3), (3,))),
]


@pytest.mark.parametrize(("subscripts", "shapes"), SUBSCRIPTS)
def test_einsum(tier: str, subscripts: str, shapes: Any) -> None:
    for dtype in ("int64", "float32", "complex128"):
        arrays = operands(dtype, *shapes)
        found = lt.einsum(subscripts, *[lt.asarray(array) for array in arrays])
        assert_same(found, np.einsum(subscripts, *arrays), 16, 1000)


@pytest.mark.parametrize(
    ("shapes", "labels"),
    [
        (((2, 3), (3, 4)), ([0, 1], [1, 2], [0, 2])),
        (((2, 3), (3, 4)), ([27, 1], [1, 26])),
        (((3, 3),), ([0, 0],)),
        (((5, 2, 3), (3, 4)), ([Ellipsis, 0, 1], (1, 2), [Ellipsis, 2, 0])),
    ],
)
def test_einsum_of_label_lists(tier: str, shapes: Any, labels: Any) -> None:
    arrays = operands("float64", *shapes)

    def interleaved(items: list[Any]) -> list[Any]:
        pairs = [part for pair in zip(items, labels, strict=False) for part in pair]
        return pairs + list(labels[len(items) :])

    expected = np.einsum(*interleaved(arrays))
    assert_same(lt.einsum(*interleaved([lt.asarray(array) for array in arrays])), expected, 16, 1000)


def test_einsum_keywords(tier: str) -> None:
    x, y = operands("int32", (2, 3), (3, 4))
    a = lt.asarray(x)
    for optimize in (True, False, "greedy", "optimal", ["einsum_path", (0, 1)]):
        assert_same(lt.einsum("ij,jk", a, y, optimize=optimize), np.einsum("ij,jk", x, y, optimize=optimize))
    assert_same(lt.einsum("ij,jk", a, y, dtype="f8"), np.einsum("ij,jk", x, y, dtype="f8"))
    narrow = np.einsum("ij,jk", x, y, dtype="f4", casting="same_kind")
    assert_same(lt.einsum("ij,jk", a, y, dtype="f4", casting="same_kind", order="C"), narrow)
    out = lt.zeros((2, 4))
    assert_same(lt.einsum(a, [lt.asarray(0), np.int64(1)], [lt.asarray([1])[0]]), np.einsum(x, [0, 1], [1]))
    assert lt.einsum("ij,jk", a, y, out=out) is out
    assert_same(out, np.einsum("ij,jk", x, y).astype(float))
    for call, error, match in [
        (lambda: lt.einsum("ij,jk", a, y, dtype="f4"), TypeError, "cast"),
        (lambda: lt.einsum("ij,jk", a, y, order="X"), ValueError, "order"),
        (lambda: lt.einsum("ij,jk", a, y, order=3), TypeError, "order"),
        (lambda: lt.einsum(a, [True, 0]), TypeError, "labels"),
        (lambda: lt.einsum("ij", a, dtype="bad"), TypeError, "bad"),
        (lambda: lt.einsum("ij,jk", a, y, optimize=["einsum_path", (0, 2)]), (RuntimeError, ValueError, IndexError), r"\w"),
        (lambda: lt.einsum(a, [0, 52]), ValueError, "labels"),
        (lambda: lt.einsum("ij,jk", a, y, optimize="fastest"), TypeError, "optimize"),
        (lambda: lt.einsum("ij,jk", a, a), ValueError, "einsum"),
        (lambda: lt.einsum(), ValueError, "einsum"),
        (lambda: lt.einsum(a), ValueError, "einsum"),
        (lambda: lt.einsum(a, a), TypeError, "labels"),
        (lambda: lt.einsum(a, 3), TypeError, "labels"),
        (lambda: lt.einsum(a, [0, 52]), ValueError, "labels"),
        (lambda: lt.einsum(a, [0, "j"]), TypeError, "labels"),
    ]:
        with pytest.raises(error, match=match):
            call()


def test_einsum_path() -> None:
    arrays = operands("float64", (2, 3), (3, 4), (4, 5))
    tensors = [lt.asarray(array) for array in arrays]
    for optimize in ("greedy", "optimal", True, False, ("greedy", 5)):
        expected = np.einsum_path("ij,jk,kl", *arrays, optimize=optimize)
        assert lt.einsum_path("ij,jk,kl", *tensors, optimize=optimize) == expected
    pending = lt.linalg.inv(lt.zeros((3, 3)))  # fails if anything waits for it
    assert lt.einsum_path(pending, [0, 1], arrays[1], [1, 2])[0] == ["einsum_path", (0, 1)]
    with pytest.raises(ValueError, match="einsum_call"):
        lt.einsum_path("ij", tensors[0], einsum_call=True)


def test_diagonals(tier: str) -> None:
    for dtype in ("int8", "float64"):
        x = sample(dtype, (2, 4, 5))
        t = lt.asarray(x)
        for axes in ((), (-1, 0)):
            for offset in (-2, 0) if tier == "compile" else (-9, -2, 0, 3, 9):
                assert_same(lt.diagonal(t, offset, *axes), np.diagonal(x, offset, *axes))
                assert_same(lt.trace(t, offset, *axes), np.trace(x, offset, *axes), 4, 10)
        assert_same(lt.diagonal(t.T, axis1=2, axis2=1), np.diagonal(x.T, axis1=2, axis2=1))
        assert_same(lt.diagonal(t[:, ::-1]), np.diagonal(x[:, ::-1]))
        assert_same(lt.trace(t, dtype="f4"), np.trace(x, dtype="f4"), 4, 10)
        out = lt.zeros(5, dtype=lt.int16)
        assert lt.trace(t, out=out) is out
        assert_same(out, np.trace(x, out=np.zeros(5, np.int16)))
    assert_same(lt.diagonal(lt.zeros((0, 3))), np.diagonal(np.zeros((0, 3))))
    assert_same(lt.trace(lt.zeros((0, 3))), np.trace(np.zeros((0, 3))))


def test_diagonals_alias(tier: str) -> None:
    x = sample("float64", (4, 5))
    t = lt.asarray(x)
    seen = lt.diagonal(t, 1)
    t[0, 1] = 7
    assert seen[0].item() == 7
    lt.diagonal(t)[...] = 0
    lt.linalg.diagonal(t, offset=1)[...] = 0
    assert_same(t, x - np.eye(4, 5) * x - np.eye(4, 5, 1) * x)


def test_errors() -> None:
    x = lt.zeros((2, 3))
    for call, error, match in [
        (lambda: lt.matmul(x, x), ValueError, "matmul"),
        (lambda: lt.matmul(x, 1), ValueError, "matmul"),
        (lambda: lt.matmul(x, x, axes=[(0, 1), (0, 1)]), ValueError, "axes"),
        (lambda: lt.vecdot(x, lt.zeros(2)), ValueError, "vecdot"),
        (lambda: lt.vecdot(x, x, axis=0, axes=[0, 0]), TypeError, "axis or axes"),
        (lambda: lt.vecdot(x, x, axis=2), np.exceptions.AxisError, "axis"),
        (lambda: lt.matvec(x, lt.zeros(2)), ValueError, "matvec"),
        (lambda: lt.matvec(lt.zeros(3), x), ValueError, "matvec"),
        (lambda: lt.vecmat(x, lt.zeros(2)), ValueError, "vecmat"),
        (lambda: lt.vecmat(x, x), ValueError, "vecmat"),
        (lambda: lt.dot(x, x), ValueError, "matmul"),
        (lambda: lt.inner(x, lt.zeros(2)), ValueError, "tensordot"),
        (lambda: lt.vdot(x, lt.zeros(2)), ValueError, "vecdot"),
        (lambda: lt.tensordot(x, x, axes=([0], [1])), ValueError, "tensordot"),
        (lambda: lt.tensordot(x, x, axes=([0, 1], [0])), ValueError, "pairs"),
        (lambda: lt.tensordot(x, x, axes=3), ValueError, "tensordot"),
        (lambda: lt.cross(x, lt.zeros(4)), ValueError, "two or three"),
        (lambda: lt.cross(x, 1), ValueError, "vectors"),
        (lambda: lt.cross(x, x, axisc=2), np.exceptions.AxisError, "cross"),
        (lambda: lt.diagonal(lt.zeros(3)), ValueError, "two"),
        (lambda: lt.diagonal(x, 0, 1, 1), ValueError, "diagonal"),
        (lambda: lt.diagonal(x, 0, 0, 2), np.exceptions.AxisError, "diagonal"),
    ]:
        with pytest.raises(error, match=match):
            call()


AXES: list[dict[str, Any]] = [
    *({}, {"axis": 0}, {"axis": 1}, {"axes": [0, 0]}, {"axes": [0, 0, ()]}, {"axes": [(1,), (1,), (0,)]}),
    *({"axes": [-1, -1, -1]}, {"axes": [0, 0, (1, 2)]}, {"axes": [(0, 1), 0]}, {"axes": [0]}),
]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axes", AXES, ids=str)
def test_axes_of_vecdot(tier: str, axes: dict[str, Any], keepdims: bool) -> None:
    """What is kept is the last axis where `axes` says nothing else, and stays in its place with `axis`."""
    assert_agree(lambda xp, x, y: xp.vecdot(x, y, keepdims=keepdims, **axes), *np.arange(48.0).reshape(2, 2, 3, 4))


@pytest.mark.newest
def test_axes_of_matrices() -> None:
    x, y = np.arange(24.0).reshape(2, 3, 4), np.arange(8.0).reshape(4, 2)
    for axes in ([(1, 0), (1, 0), (0, 1)], [0, 0, 0], [(0, 1), (0, 1)]):
        assert_agree(lambda xp, a, b, axes=axes: xp.matmul(a, b, axes=axes), x[0], y)
        assert_agree(lambda xp, a, b, axes=axes: xp.matvec(a, b, axes=axes), x[0], y[:, 0])


def test_labels_of_einsum_in_arrays() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for first, last in (([0, 1], [0]), ([1, 0], [0, 1])):
        assert_agree(lambda xp, a, first=first, last=last: xp.einsum(a, xp.asarray(first), xp.asarray(last)), x)
        assert_agree(lambda xp, a, first=first, last=last: xp.einsum(a, np.asarray(first), last), x)


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float32", "float64", "complex64"])
@pytest.mark.parametrize("rows", [40, 1500, 60_000])
def test_matrices_and_vectors_in_panels(dtype: str, rows: int) -> None:
    # Two panels at least, along either axis, and of matrices that lie in memory either way.
    inner = -(-3 * PANEL_BYTES // (rows * np.dtype(dtype).itemsize))
    x, y, z = (sample(dtype, shape, seed, low=-3, high=3) for seed, shape in enumerate([(rows, inner), (inner,), (rows,)]))
    found = []
    for threads in (1, 2):
        with lt.config.override(eager_elements=0, threads=threads):
            a, b, c = map(lt.asarray, (x, y, z))
            found.append([(a @ b).numpy(), (c @ a).numpy(), (a.T @ c).numpy(), (b @ a.T).numpy()])
    for one, two, expected in zip(*found, (x @ y, z @ x, x.T @ z, y @ x.T), strict=True):
        assert one.dtype == expected.dtype
        assert one.tobytes() == two.tobytes()
        if np.dtype(dtype).kind in "fc":
            scale = float(np.abs(x).max()) * float(np.abs(y).max()) * max(rows, inner)
            np.testing.assert_allclose(one, expected, rtol=0, atol=4 * np.finfo(dtype).eps * scale)
        else:
            np.testing.assert_array_equal(one, expected)


@pytest.mark.parametrize("eager", [0, 4096])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
@pytest.mark.parametrize(
    "shapes",
    [
        *(((400, 300), (300, 200)), ((90, 300), (300, 1500)), ((300, 60, 50), (300, 50, 40)), ((300, 60, 50), (50, 40))),
        *(((300, 60, 50), (1, 50, 40)), ((1, 60, 50), (300, 50, 40)), ((60, 50), (300, 50, 40)), ((300, 7, 2, 50), (50, 50))),
        *(((900, 500), (500,)), ((500,), (500, 900))),
    ],
    ids=str,
)
def test_products_at_any_number_of_threads(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], dtype: str, eager: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lazytensor.runtime.products.LOAD_SECONDS", 0.0)
    x, y = (sample(dtype, shape, seed, low=-3, high=3) for seed, shape in enumerate(shapes))
    found = []
    for threads in (1, 2, 3):
        with lt.config.override(eager_elements=eager, threads=threads):
            found.append((lt.asarray(x) @ lt.asarray(y)).numpy())
            assert lt.matmul(lt.asarray(x), lt.asarray(y)).numpy().tobytes() == found[-1].tobytes()
    assert found[0].shape == (x @ y).shape
    assert found[0].tobytes() == found[1].tobytes() == found[2].tobytes()
    scale = float(np.abs(x).max() * np.abs(y).max()) * x.shape[-1]
    np.testing.assert_allclose(found[0], x @ y, rtol=0, atol=4 * np.finfo(dtype).eps * scale)


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64", "complex128"])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
@pytest.mark.parametrize(
    "shapes", [((9000,), (9000,)), ((5, 9000), (9000,)), ((9000,), (9000, 5)), ((5, 9000), (9000, 6))], ids=str
)
def test_small_results_of_long_products(dtype: str, layout: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    """Of few elements, for which NumPy's matmul would keep the interpreter lock."""
    x, y = (sample(dtype, shape, seed, low=-2, high=2) for seed, shape in enumerate(shapes))
    if layout == "F":
        x, y = np.asfortranarray(x), np.asfortranarray(y)
    elif layout == "strided":
        x, y = np.repeat(x, 2, axis=-1)[..., ::2], np.repeat(y, 2, axis=0)[::2]
    with lt.config.override(eager_elements=0):
        found = (lt.asarray(x) @ lt.asarray(y)).numpy()
    expected = x @ y
    assert found.dtype == expected.dtype
    if dtype == "int64":
        np.testing.assert_array_equal(found, expected)
    else:
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e5 * np.finfo(dtype).eps)
