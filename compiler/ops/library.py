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
from lazytensor.compiler.order import MAX_PANELS, PANEL_BYTES, PANEL_FLOPS
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


def _matmul_into(out: Array, split: Callable[..., None], x: Array, y: Array) -> None:
    """Panels of columns or rows, or of matrices in a stack: a fixed number for a shape, so that no bit depends on who computes them."""
    panels = _panels(out.itemsize, x.shape, y.shape)
    if panels < 2:
        _times(x, y, out)
        return
    if x.ndim == 1 or y.ndim == 1:
        _matvec_into(out, split, panels, *((y.T, x) if x.ndim == 1 else (x, y)))
        return
    stacked = out.ndim > 2
    by_columns = not stacked and out.shape[1] >= out.shape[0]
    length = out.shape[by_columns]
    shared = not stacked or y.ndim < out.ndim or y.shape[0] == 1

    def some(start: int, stop: int) -> None:
        for panel in range(start, stop):
            part = slice(length * panel // panels, length * (panel + 1) // panels)
            if by_columns:
                _times(x, y[:, part], out[:, part])
            else:
                _times(x[part], y if shared else y[part], out[part])

    split(some, panels, 1)


def _panels(itemsize: int, x: Shape, y: Shape) -> int:
    """How many panels a product is cut into."""
    if len(x) + len(y) == 3:
        matrix = x if len(x) == 2 else y
        return min(MAX_PANELS, math.prod(matrix) * itemsize // PANEL_BYTES, max(matrix))
    if len(x) < 2 or len(y) < 2:
        return 1
    rows, *_, columns = result = shapes.matmul(x, y)
    stacked = len(result) > 2
    if stacked and x[0] != rows:
        return 1
    most = rows if stacked else max(rows, columns) / 64
    return int(min(MAX_PANELS, most, _product_work(x, y) / PANEL_FLOPS))


def _matvec_into(out: Array, split: Callable[..., None], panels: int, matrix: Array, vector: Array) -> None:
    """A matrix times a vector, which memory bounds: panels along its longer axis, whose results, where that is the inner one, are added in
    the order of the panels."""
    rows, inner = matrix.shape
    length = max(rows, inner)
    parts = [slice(length * panel // panels, length * (panel + 1) // panels) for panel in range(panels)]
    sums = np.empty((panels, rows), out.dtype) if rows < inner else None

    def some(start: int, stop: int) -> None:
        for panel, part in enumerate(parts[start:stop], start):
            if sums is None:
                _times(matrix[part], vector, out[part])
            else:
                _times(matrix[:, part], vector[part], sums[panel])

    split(some, panels, 1)
    if sums is not None:
        np.add.reduce(sums, axis=0, out=out)


matmul = library(
    "matmul", np.matmul, into=_matmul_into, pieces=_panels,
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
