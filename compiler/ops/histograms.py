"""Rows of histograms: NumPy's bins and counts, called whole.

Limits are a parameter (first, last, dtype): the dtype is empty for Python's numbers, which are weak where NumPy chooses the edges' dtype.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import library
from lazytensor.compiler.ops.row import Signature

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Limits = tuple[float, float, str] | None


def bounds(limits: Limits) -> Any:
    """The limits as NumPy takes them."""
    if limits is None or not limits[2]:
        return limits and limits[:2]
    return tuple(np.dtype(limits[2]).type(limit) for limit in limits[:2])


def _edges_dtype(x: Any, bins: int) -> Signature:
    rules.check_supported("histogram_bin_edges", "iuf", (x,))
    dtype = rules.strong(x)
    return Signature((dtype,), np.histogram_bin_edges(np.zeros(1, dtype), 1).dtype)


def _edges_shape(x: Shape, bins: int) -> Shape:
    return (bins + 1,)


def _edges(x: Any, bins: int) -> Array:
    return rules.owned(np.histogram_bin_edges(x, bins))


def _work(x: Shape, *_: Any) -> float:
    return 20.0 * shapes.size(x)


histogram_bin_edges = library(
    "histogram_bin_edges", _edges,
    signature=_edges_dtype, shape=_edges_shape, work=_work,
    doc="Edges of bins of one width from the least element to the greatest; the parameter is their number.",
)  # fmt: skip


def _count_dtype(x: Any, weights: tuple[Any, ...], bins: Any) -> np.dtype[Any]:
    rules.check_supported("histogram", "iuf", (x,))
    rules.check_supported("histogram", "biufc", weights)
    if not weights:
        return rules.INT64
    try:
        return np.histogram(np.zeros(1, rules.strong(x)), bins, (0, 1), weights=np.zeros(1, rules.strong(weights[0])))[0].dtype
    except TypeError:
        raise rules.dtype_error("histogram", "iufc", weights, " as weights") from None


def _uniform_dtype(x: Any, *rest: Any) -> Signature:
    weights = rest[:-2]
    return Signature(tuple(map(rules.strong, (x, *weights))), _count_dtype(x, weights, 1))


def _uniform_shape(x: Shape, *rest: Any) -> Shape:
    *weights, bins, _ = rest
    _check_weights(x, weights)
    return (bins,)


def _uniform(x: Any, *rest: Any) -> Array:
    *weights, bins, limits = rest
    return rules.owned(np.histogram(x, bins, bounds(limits), weights=weights[0] if weights else None)[0])


def _check_weights(x: Shape, weights: Any) -> None:
    if weights and weights[0] != x:
        raise ValueError(f"histogram: weights must have the shape of the array, got {weights[0]} and {x}")


histogram = library(
    "histogram", _uniform,
    arity=-1, signature=_uniform_dtype, shape=_uniform_shape, work=_work,
    doc="Count elements, or sum their weights, in bins of one width; parameters are the number of bins and the limits.",
)  # fmt: skip


def _between_dtype(x: Any, edges: Any, *weights: Any) -> Signature:
    rules.check_supported("histogram", "biuf", (edges,))
    return Signature(tuple(map(rules.strong, (x, edges, *weights))), _count_dtype(x, weights, [0, 1]))


def _between_shape(x: Shape, edges: Shape, *weights: Shape) -> Shape:
    _check_weights(x, weights)
    if len(edges) != 1:
        raise ValueError(f"histogram: bins must be one-dimensional, when an array, got shape {edges}")
    return (max(0, edges[0] - 1),)


def _between(x: Any, edges: Any, *weights: Any) -> Array:
    return rules.owned(np.histogram(x, edges, weights=weights[0] if weights else None)[0])


histogram_between = library(
    "histogram_between", _between,
    arity=-1, signature=_between_dtype, shape=_between_shape, work=_work,
    doc="Count elements, or sum their weights, in bins with the given edges.",
)  # fmt: skip


def _split(arguments: tuple[Any, ...], weighted: bool) -> tuple[list[Any], Any]:
    """Edges and weights."""
    return (list(arguments[:-1]), arguments[-1]) if weighted else (list(arguments), None)


def _many_dtype(sample: Any, *rest: Any) -> Signature:
    edges, weights = _split(rest[:-1], rest[-1])
    rules.check_supported("histogramdd", "biuf", (sample, *edges))
    if weights is not None:
        rules.check_supported("histogramdd", "biuf", (weights,))
    return Signature(tuple(map(rules.strong, (sample, *rest[:-1]))), rules.FLOAT64)


def _many_shape(sample: Shape, *rest: Any) -> Shape:
    edges, weights = _split(rest[:-1], rest[-1])
    if weights is not None and weights != sample[:1]:
        raise ValueError(f"histogramdd: expects one weight a point, got shape {weights} for {sample[0]} points")
    if any(len(shape) != 1 for shape in edges):
        raise ValueError(f"histogramdd: bins must be one-dimensional, when arrays, got shapes {edges}")
    return tuple(max(0, shape[0] - 1) for shape in edges)


def _many(sample: Any, *rest: Any) -> Array:
    edges, weights = _split(rest[:-1], rest[-1])
    return rules.owned(np.histogramdd(sample, edges, weights=weights)[0])


histogramdd = library(
    "histogramdd", _many,
    arity=-1, signature=_many_dtype, shape=_many_shape, work=_work,
    doc="Count points, or sum their weights, in boxes with the given edges; the parameter says whether the last operand is weights.",
)  # fmt: skip
