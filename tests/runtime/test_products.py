"""Products by BLAS without Python: the same bits as NumPy's calls, panel by panel, or none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lazytensor.compiler.ops.library import matrix_product_into
from lazytensor.compiler.plan import ProductTask
from lazytensor.runtime import products as module
from lazytensor.runtime.products import Products

# Does threadpoolctl find a BLAS with 64-bit integers? Old versions do not know the name of NumPy's.
KNOWN = bool(module._symbol("cblas_dgemm64_"))
LAYOUTS = ("C", "F", "rows of more", "every other", "backwards", "unaligned")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever LLVM takes to load."""
    monkeypatch.setattr(module, "LOAD_SECONDS", 0.0)


def laid_out(array: np.ndarray[Any, Any], layout: str) -> np.ndarray[Any, Any]:
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "rows of more":
        return np.concatenate([array, array], axis=-1)[..., : array.shape[-1]]
    if layout == "every other":
        return np.repeat(array, 2, axis=-1)[..., ::2]
    if layout == "backwards":
        return np.ascontiguousarray(array[..., ::-1])[..., ::-1]
    if layout == "unaligned":
        memory = np.empty(array.nbytes + 1, np.uint8)[1:]
        found = np.frombuffer(memory, array.dtype).reshape(array.shape)
        found[...] = array
        return found
    return array


def tasks_of(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], list[ProductTask]]:
    """The product, panel by panel as NumPy computes it, and its tasks."""
    out = np.empty(np.matmul(x, y).shape, x.dtype)
    tasks: list[ProductTask] = []

    def split(task: Any, count: int, grain: int) -> None:
        tasks.append(task)
        for start in range(0, count, grain):
            task(start, min(start + grain, count))

    matrix_product_into(out, split, x, y)
    return out, tasks


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "shapes",
    [
        *(((601, 300), (300, 257)), ((70, 300), (300, 3001)), ((40, 150, 97), (40, 97, 61)), ((40, 150, 97), (1, 97, 61))),
        *(((1100, 613), (613,)), ((300, 2000), (2000,)), ((2000,), (2000, 300)), ((60_000, 7), (7,)), ((7, 60_000), (60_000,))),
    ],
    ids=str,
)
def test_the_bits_of_numpy(shapes: tuple[tuple[int, ...], tuple[int, ...]], dtype: str, layout: str) -> None:
    random = np.random.default_rng(1)
    x, y = (laid_out(random.standard_normal(shape).astype(dtype), layout) for shape in shapes)
    products = Products()
    out, tasks = tasks_of(x, y)
    np.testing.assert_allclose(out, x @ y, rtol=0, atol=1e-2 if dtype == "float32" else 1e-10)
    for task in tasks:
        expected = task.out.copy()
        task.out[...] = np.nan
        found = products.task(task)
        if layout in ("every other", "backwards", "unaligned") and min(map(len, shapes)) > 1:
            assert found is None
            continue
        if found is None:
            continue
        length = task.length if task.out.ndim > 2 else -(-task.length // task.step)
        found(0, length // 2)
        found(length // 2, length)
        assert task.out.tobytes() == expected.tobytes()


def test_what_blas_takes_is_its_own() -> None:
    x = np.ones((600, 300))
    products = Products()
    _, (task,) = tasks_of(x, np.ones((300, 257)))
    assert (products.task(task) is not None) is KNOWN


@pytest.mark.parametrize("dtype", ["int64", "complex128", "float16"])
def test_other_dtypes_are_left_to_numpy(dtype: str) -> None:
    x = np.ones((600, 300), dtype)
    for task in tasks_of(x, np.ones((300, 257), dtype))[1]:
        assert Products().task(task) is None


def test_a_matrix_times_its_transpose_is_left_to_numpy() -> None:
    """Which has another function for it, at any number of threads."""
    x = np.random.default_rng(0).standard_normal((600, 300))
    out, tasks = tasks_of(x, x.T)
    np.testing.assert_allclose(out, x @ x.T)
    assert tasks
    assert all(Products().task(task) is None for task in tasks)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_panels_of_one_row_are_left_to_numpy(step: int) -> None:
    """Of which it makes a product with a vector."""
    x, y, out = np.ones((7, 300)), np.ones((300, 20)), np.empty((7, 20))
    assert Products().task(ProductTask(np.matmul, (x, y, out), (0, None, 0), 7, step)) is None
    assert (Products().task(ProductTask(np.matmul, (x, y, out), (0, None, 0), 7, 4)) is not None) is KNOWN


def test_a_broadcast_operand_is_left_to_numpy() -> None:
    x = np.broadcast_to(np.ones(300), (600, 300))
    out, tasks = tasks_of(x, np.ones((300, 257)))
    assert (out == 300).all()
    assert all(Products().task(task) is None for task in tasks)


def test_llvm_is_not_loaded_for_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOAD_SECONDS", 0.3)
    monkeypatch.delitem(module.sys.modules, "llvmlite.binding", raising=False)
    _, (task,) = tasks_of(np.ones((600, 300)), np.ones((300, 257)))
    products = Products()
    assert products.task(task) is None
    assert 0 < products.spent < 0.3


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KNOWN", 3)
    products = Products()
    for columns in range(250, 262):
        for task in tasks_of(np.ones((600, 300)), np.ones((300, columns)))[1]:
            products.task(task)
    assert 0 < len(products._known) <= 3
