"""Sorting, and searching in what is sorted: NumPy's functions, called whole."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import library
from lazytensor.compiler.ops.row import Signature

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def _sort_work(shape: Shape, axis: int, *_: Any) -> float:
    return 4.0 * shapes.size(shape) * math.log2(max(shape[axis], 2))


def _search_work(x: Shape, values: Shape, *_: Any) -> float:
    return 10.0 * shapes.size(values) * math.log2(max(x[0], 2))


def _stable(x: Array, axis: int) -> Array:
    """NumPy's stable sort takes 3 to 30 times as long as its default, and only zeros and complex numbers show the difference."""
    if x.dtype.kind == "c":
        return np.sort(x, axis=axis, stable=True)
    found = np.sort(x, axis=axis)
    if x.dtype.kind == "f":
        signs = np.signbit(found[found == 0])
        if signs.any() and not signs.all():
            return np.sort(x, axis=axis, stable=True)
    return found


def _sort(x: Any, axis: int, descending: bool, stable: bool) -> Array:
    array = np.flip(x, axis) if descending else np.asarray(x)
    found = _stable(array, axis) if stable else np.sort(array, axis=axis)
    return np.array(np.flip(found, axis), order="C") if descending else rules.owned(found)


def _argsort(x: Any, axis: int, descending: bool, stable: bool) -> Array:
    if descending:
        # Backwards through the reversed array: equal elements keep their order.
        found = np.asarray(x).shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis=axis, stable=stable), axis)
    else:
        found = np.argsort(x, axis=axis, stable=stable)
    return np.asarray(found, order="C")


def _lexsort_signature(*arguments: Any) -> Signature:
    keys = arguments[:-1]
    rules.check_supported("lexsort", "biufc", keys)
    return Signature(tuple(rules.strong(key) for key in keys), rules.INT64)


def _lexsort_shape(*arguments: Any) -> Shape:
    *keys, axis = arguments
    if any(key != keys[0] for key in keys):
        raise ValueError(f"lexsort: all keys need to be the same shape, got {rules.join([str(key) for key in keys])}")
    shapes.check_axis("lexsort", axis, len(keys[0]))
    found: Shape = keys[0]
    return found


def _lexsort(*arguments: Any) -> Array:
    *keys, axis = arguments
    return rules.owned(np.lexsort([np.asarray(key) for key in keys], axis=axis))


def _partition(x: Any, axis: int, kth: tuple[int, ...]) -> Array:
    return rules.owned(np.partition(x, kth, axis=axis))


def _argpartition(x: Any, axis: int, kth: tuple[int, ...]) -> Array:
    return rules.owned(np.argpartition(x, kth, axis=axis))


def _search_shape(x: Shape, values: Shape, side: str) -> Shape:
    if len(x) != 1:
        raise ValueError(f"searchsorted: expects a one-dimensional first array, got shape {x}")
    return values


sort = library(
    "sort", _sort,
    signature=rules.unchanged("sort"), shape=shapes.along("sort"), work=_sort_work,
    doc="Return a sorted copy; parameters are axis, descending and stable.",
)  # fmt: skip
argsort = library(
    "argsort", _argsort,
    signature=rules.unchanged("argsort", result=rules.INT64), shape=shapes.along("argsort"), work=_sort_work,
    doc="Return the indices that sort an array; parameters are axis, descending and stable.",
)  # fmt: skip
lexsort = library(
    "lexsort", _lexsort,
    arity=-1, signature=_lexsort_signature, shape=_lexsort_shape, flops=40,
    doc="Return the indices that sort by several keys, the last being the first to count; the parameter is the axis.",
)  # fmt: skip
partition = library(
    "partition", _partition,
    signature=rules.unchanged("partition"), shape=shapes.along("partition"), flops=8,
    doc="Move the elements of a sorted array's places there, smaller ones before; parameters are the axis and the places.",
)  # fmt: skip
argpartition = library(
    "argpartition", _argpartition,
    signature=rules.unchanged("argpartition", result=rules.INT64), shape=shapes.along("argpartition"), flops=8,
    doc="Return the indices that partition an array; parameters are the axis and the places.",
)  # fmt: skip
searchsorted = library(
    "searchsorted", np.searchsorted,
    arity=2, signature=rules.common("searchsorted", params=1, result=rules.INT64), shape=_search_shape, work=_search_work,
    doc="Find where to insert values in a sorted array to keep its order; the parameter is the side.",
)  # fmt: skip
