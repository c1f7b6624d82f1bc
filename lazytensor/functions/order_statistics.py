"""Medians, quantiles and ranges, computed by NumPy's own functions as library operations. Nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import axis_tuple, sorted_axes
from lazytensor.calling.out import deliver
from lazytensor.compiler.ops import statistics as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor, node_operand, operand
from lazytensor.core.record import record
from lazytensor.functions import statistics
from lazytensor.functions.elementwise import subtract
from lazytensor.functions.manipulation import broadcast_to, expand_dims, permute_dims

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "ptp", "quantile",
]  # fmt: skip

METHODS = (
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
)


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Tensor:
    """Maximum less minimum over axes.

    >>> import lazytensor as lt
    >>> print(lt.ptp(lt.asarray([4, 9, 2])))
    7
    """
    source = as_tensor(a, "ptp")
    made = subtract(statistics.max(source, axis, keepdims=keepdims), statistics.min(source, axis, keepdims=keepdims))
    return deliver(made, out, "ptp")


def _median(op: Op, a: Any, axis: Any, out: Any, keepdims: bool) -> Tensor:
    node = node_operand(a, op.name)
    made = wrap(record(op, (node,), (sorted_axes(axis, len(node.shape), op.name), bool(keepdims))))
    return deliver(made, out, op.name, casting="unsafe", fixed=0 if op is ops.nanmedian else None)


def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Tensor:
    """Median over axes: the middle of the sorted elements, or the mean of the middle two; NaN if one is, and of nothing.

    Parameters
    ----------
    a : array_like
        Booleans and integers give float64.
    axis : int or tuple of int, optional
        All axes when None.
    out : array, optional
    overwrite_input : bool
        Of no effect: `a` stays as it is.
    keepdims : bool

    >>> import lazytensor as lt
    >>> print(lt.median(lt.asarray([4, 1, 3, 2])))
    2.5
    """
    return _median(ops.median, a, axis, out, keepdims)


def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Tensor:
    """Median over axes of what is not NaN, NaN where nothing is; parameters as of `median`."""
    return _median(ops.nanmedian, a, axis, out, keepdims)


# -- quantiles ------------------------------------------------------------------------------------------------------------------


def _quantile(op: Op, top: int, a: Any, q: Any, axis: Any, out: Any, method: str, keepdims: bool, weights: Any) -> Tensor:
    name = op.name
    if method not in METHODS:
        raise ValueError(f"{name}: {method!r} is not a method; methods are {', '.join(METHODS)}")
    source = as_tensor(a, name)
    if source.dtype.kind == "c":
        raise TypeError(f"{name}: expects real numbers, got {source.dtype}")
    axes = sorted_axes(axis, len(source.shape), name)
    chances = operand(q, name)
    if type(chances) is bool:
        chances = int(chances)
    # What is at hand is checked here; of a tensor, when it is known.
    known = q if not isinstance(q, Handle) else ()
    if not np.all(np.logical_and(np.greater_equal(known, 0), np.less_equal(known, top))):
        raise ValueError(f"{name}: q must be in the range [0, {top}]")
    operands: tuple[Any, ...] = (source._read(), chances)
    if weights is not None:
        if method != "inverted_cdf":
            raise ValueError(f"{name}: only method 'inverted_cdf' supports weights, got {method!r}")
        operands += (along(weights, source.shape, axis, name)._read(),)
    made = wrap(record(op, operands, (axes, bool(keepdims), method)))
    loose = name.startswith("nan")
    return deliver(made, out, name, casting="unsafe" if loose else "same_kind", fixed=0)


def along(weights: Any, shape: tuple[int, ...], axis: Any, name: str) -> Tensor:
    """Weights of an array of the shape, or of those of its axes that are given, broadcast to the shape."""
    found = as_tensor(weights, name)
    if found.shape == shape:
        return found
    if axis is None:
        raise TypeError(f"{name}: axis must be given where weights have another shape than the array, {found.shape} and {shape}")
    axes = axis_tuple(axis, len(shape), name)
    if found.shape != tuple([shape[place] for place in axes]):
        raise ValueError(f"{name}: weights of shape {found.shape} do not go with axes {axes} of shape {shape}")
    ordered = permute_dims(found, sorted(range(len(axes)), key=lambda place: axes[place]))
    return broadcast_to(expand_dims(ordered, tuple([place for place in range(len(shape)) if place not in axes])), shape)


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Tensor:
    """Quantiles over axes; NaN if an element is.

    Parameters
    ----------
    a : array_like of real numbers
    q : array_like of float
        Probabilities from 0 to 1; their axes come first in the result. Those in a tensor are checked at the wait.
    axis : int or tuple of int, optional
        All axes when None.
    out : array, optional
    overwrite_input : bool
        Of no effect: `a` stays as it is.
    method : str
        NumPy's name of one of its thirteen estimators: "linear", "hazen", "median_unbiased", "lower", ...
    keepdims : bool
    weights : array_like, optional
        Of the shape of `a`, or of its axes `axis`; only with the method "inverted_cdf".

    Raises
    ------
    IndexError
        For quantiles of nothing.

    >>> import lazytensor as lt
    >>> print(lt.quantile(lt.asarray([1, 2, 3, 4]), [0.25, 0.5]))
    [1.75 2.5 ]
    """
    return _quantile(ops.quantile, 1, a, q, axis, out, method, keepdims, weights)


def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Tensor:
    """Percentiles over axes: quantiles at `q` / 100. Parameters as of `quantile`."""
    return _quantile(ops.percentile, 100, a, q, axis, out, method, keepdims, weights)


def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Tensor:
    """Quantiles over axes of what is not NaN, NaN where nothing is. Parameters as of `quantile`."""
    return _quantile(ops.nanquantile, 1, a, q, axis, out, method, keepdims, weights)


def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
) -> Tensor:
    """Percentiles over axes of what is not NaN, NaN where nothing is. Parameters as of `quantile`."""
    return _quantile(ops.nanpercentile, 100, a, q, axis, out, method, keepdims, weights)
