"""The operations that call a library whole: products and joining."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.einsum import einsum as sum_of_products
from lazytensor.compiler.ops.einsum import einsum_shape, einsum_work
from lazytensor.compiler.ops.factories import FINITE, library
from lazytensor.compiler.order import (
    LEAST_PANELS,
    LONGER,
    MAX_PANELS,
    MOST_PANELS,
    PANEL_BYTES,
    PANEL_COLUMNS,
    PANEL_FLOPS,
    PANEL_ROWS,
    SHORT_MATRICES,
)
from lazytensor.compiler.plan import ProductTask
from lazytensor.compiler.tuning import LOCKED_PRODUCT

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


# Products


def _product_work(x: Shape, y: Shape) -> float:
    return 2.0 * shapes.size(shapes.matmul(x, y)) * x[-1]


def _vecdot_work(x: Shape, y: Shape) -> float:
    return 2.0 * shapes.size(shapes.vecdot(x, y)) * x[-1]


def _tensordot_work(x: Shape, y: Shape, x_axes: tuple[int, ...], y_axes: tuple[int, ...]) -> float:
    return 2.0 * shapes.size(shapes.tensordot(x, y, x_axes, y_axes)) * math.prod(x[axis] for axis in x_axes)


def _tensordot(x: Any, y: Any, x_axes: tuple[int, ...], y_axes: tuple[int, ...]) -> Array:
    return np.asarray(np.tensordot(x, y, axes=(x_axes, y_axes)), order="C")


def _times(x: Array, y: Array, out: Array) -> None:
    """x @ y, by np.dot where np.matmul would keep the interpreter lock, for results of up to 500 elements: (10, 100000) times a vector
    on two threads takes 0.7 ms by np.matmul, as on one, and 0.4 by np.dot, which copies what is no whole matrix in memory."""
    if (
        out.size <= LOCKED_PRODUCT
        and out.dtype.kind in "fc"
        and out.flags.c_contiguous
        and max(x.ndim, y.ndim) <= 2
        and x.flags.forc
        and y.flags.forc
    ):
        np.dot(x, y, out=out)
    else:
        np.matmul(x, y, out=out)


def _is_one(x: Array, y: Array) -> bool:
    """Is a stack of small matrices times one matrix to be one product? Many small ones take 45 ns each."""
    return x.ndim > 2 and y.ndim == 2 and x.size > 0 and x.shape[-2] <= SHORT_MATRICES and x.flags.c_contiguous


def matrix_product(x: Any, y: Any, **keywords: Any) -> Any:
    """np.matmul of what is no large work."""
    if not keywords and isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and _is_one(x, y):
        return np.matmul(x.reshape(-1, x.shape[-1]), y).reshape(*x.shape[:-1], y.shape[1])
    return np.matmul(x, y, **keywords)


def matrix_product_into(out: Array, split: Callable[..., None], x: Array, y: Array) -> None:
    """Panels of rows or columns, or of matrices in a stack: a fixed number for a shape, so that no bit depends on who computes them."""
    if _is_one(x, y):
        x, out = x.reshape(-1, x.shape[-1]), out.reshape(-1, out.shape[-1])
    panels = _panels(out.itemsize, x.shape, y.shape)
    if panels < 2:
        _times(x, y, out)
        return
    if x.ndim == 1 or y.ndim == 1:
        _matvec_into(out, split, panels, *((y.T, x) if x.ndim == 1 else (x, y)))
        return
    if out.ndim > 2:
        length = out.shape[0]
        axes = (0, None if y.ndim < out.ndim or y.shape[0] == 1 else 0, 0)
        split(ProductTask(_times, (x, y, out), axes, length, 1), length, -(-length // panels))
    elif _by_rows(*out.shape):
        _run_panels(split, panels, (x, y, out), (0, None, 0), out.shape[0])
    else:
        _run_panels(split, panels, (x, y, out), (None, 1, 1), out.shape[1])


def _run_panels(
    split: Callable[..., None],
    panels: int,
    operands: tuple[Array, Array, Array],
    axes: tuple[int | None, int | None, int | None],
    length: int,
) -> None:
    step = -(-length // panels)
    split(ProductTask(_times, operands, axes, length, step), -(-length // step), 1)


def _panels(itemsize: int, x: Shape, y: Shape) -> int:
    """How many panels a product is cut into, about."""
    if len(x) + len(y) == 3:
        matrix = x if len(x) == 2 else y
        panels = math.prod(matrix) * itemsize // PANEL_BYTES
        return min(MOST_PANELS, panels, max(matrix)) if panels >= LEAST_PANELS else 1
    if len(x) < 2 or len(y) < 2:
        return 1
    rows, *_, columns = result = shapes.matmul(x, y)
    most = _product_work(x, y) / PANEL_FLOPS
    if len(result) > 2:
        return int(min(MAX_PANELS, rows, most)) if len(x) == len(result) and x[0] == rows else 1
    length, pair = (rows, PANEL_ROWS) if _by_rows(rows, columns) else (columns, PANEL_COLUMNS)
    return int(min(MAX_PANELS, length, 2 * max(1, round(length / pair)), most))


def _by_rows(rows: int, columns: int) -> bool:
    return rows * PANEL_COLUMNS >= columns * PANEL_ROWS


def _matvec_into(out: Array, split: Callable[..., None], panels: int, matrix: Array, vector: Array) -> None:
    """A matrix times a vector, which memory bounds: panels along the axis that lies outside in memory, or the other where that is much
    longer; where it is the inner one of the product, the panels' results are added in their order."""
    rows, inner = matrix.shape
    turned = abs(matrix.strides[0]) < abs(matrix.strides[1])
    if rows > LONGER * inner if turned else LONGER * rows > inner:
        _run_panels(split, panels, (matrix, vector, out), (0, None, 0), rows)
        return
    step = -(-inner // panels)
    sums = np.empty((-(-inner // step), rows), out.dtype)
    _run_panels(split, panels, (matrix, vector, sums), (1, 0, None), inner)
    np.add.reduce(sums, axis=0, out=out)


matmul = library(
    "matmul", np.matmul, into=matrix_product_into, pieces=_panels,
    arity=2, signature=rules.by_ufunc("matmul", np.matmul), shape=shapes.matmul, work=_product_work, flops=2,
    domain=(FINITE, FINITE), ulp=4, doc="Matrix product of two arrays.",
)  # fmt: skip
vecdot = library(
    "vecdot", np.vecdot,
    arity=2, signature=rules.by_ufunc("vecdot", np.vecdot), shape=shapes.vecdot, work=_vecdot_work, flops=2,
    domain=(FINITE, FINITE), ulp=4, doc="Dot product of vectors along the last axes, the first conjugated.",
)  # fmt: skip
tensordot = library(
    "tensordot", _tensordot,
    arity=2, signature=rules.common("tensordot", params=2), shape=shapes.tensordot, work=_tensordot_work, flops=2,
    domain=(FINITE, FINITE), ulp=4, doc="Contract axes of two arrays: parameters are the axes of each.",
)  # fmt: skip
einsum = library(
    "einsum", sum_of_products,
    arity=-1, signature=rules.common("einsum", params=1), shape=einsum_shape, work=einsum_work, flops=2,
    domain=(FINITE,), ulp=4, doc="Evaluate the Einstein summation convention: the parameter is the subscripts.",
)  # fmt: skip

# Joining


def _concat(*arguments: Any) -> Array:
    *arrays, axis = arguments
    return rules.owned(np.concatenate(arrays, axis=axis))


def _stack(*arguments: Any) -> Array:
    *arrays, axis = arguments
    return rules.owned(np.stack(arrays, axis=axis))


def _concat_into(out: Array, split: Callable[..., None], *arguments: Any) -> None:
    *arrays, axis = arguments
    np.concatenate(arrays, axis=axis, out=out, casting="unsafe")


def _stack_into(out: Array, split: Callable[..., None], *arguments: Any) -> None:
    *arrays, axis = arguments
    np.stack(arrays, axis=axis, out=out, casting="unsafe")


concat = library(
    "concat", _concat, into=_concat_into,
    arity=-1, signature=rules.common("concat", params=1), shape=shapes.concatenation("concat"), flops=0,
    doc="Join arrays along an existing axis.",
)  # fmt: skip
stack = library(
    "stack", _stack, into=_stack_into,
    arity=-1, signature=rules.common("stack", params=1), shape=shapes.stacking("stack"), flops=0,
    doc="Join arrays along a new axis.",
)  # fmt: skip
