"""Order statistics, histograms, interpolation and correlation: rows that call NumPy whole.

Where NumPy warns of a slice without numbers, these answer NaN; what NumPy refuses for its values is raised when the row runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import library
from lazytensor.compiler.ops.row import Domain, Op, Signature

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Axes = tuple[int, ...]
FINITE = Domain(-10, 10, (0.0, 1.0, -1.0))
PROBABILITY = Domain(0, 1, (0.0, 1.0, 0.5))


# -- lines ----------------------------------------------------------------------------------------------------------------------


def as_lines(x: Array, axes: Axes) -> Array:
    """The axes joined to one, the last."""
    moved = np.moveaxis(x, axes, range(x.ndim - len(axes), x.ndim))
    kept = moved.shape[: x.ndim - len(axes)]
    return moved.reshape(*kept, int(np.prod(moved.shape[len(kept) :], dtype=np.intp)))


def kept_axes(shape: Shape, axes: Axes, keepdims: bool) -> Shape:
    """The shape of a reduction's result."""
    if keepdims:
        return tuple(1 if axis in axes else length for axis, length in enumerate(shape))
    return tuple(length for axis, length in enumerate(shape) if axis not in axes)


def without_nan(lines: Array, function: Callable[..., Any], dtype: Any, extra: Shape = ()) -> Array:
    """`function(numbers, place, chosen)` of what is not NaN in each line, at the places chosen; NaN for lines of NaNs."""
    out = np.full((*extra, *lines.shape[:-1]), np.nan).astype(dtype)
    for place in np.ndindex(lines.shape[:-1]):
        line = lines[place]
        chosen = ~np.isnan(line)
        if chosen.any():
            out[(..., *place)] = function(line[chosen], place, chosen)
    return out


def _sorting_work(shape: Shape, *_: Any) -> float:
    return 20.0 * shapes.size(shape)


# -- medians --------------------------------------------------------------------------------------------------------------------


def _median(x: Any, axes: Axes, keepdims: bool) -> Array:
    array = np.asarray(x)
    if 0 in [array.shape[axis] for axis in axes]:
        return np.full(kept_axes(array.shape, axes, keepdims), np.nan, _median_dtype("median")(array.dtype).result)
    return rules.owned(np.median(array, axis=axes, keepdims=keepdims))


def _nanmedian(x: Any, axes: Axes, keepdims: bool) -> Array:
    array = np.asarray(x)
    if array.dtype.kind not in "fc" or not np.isnan(array).any():
        return _median(array, axes, keepdims)
    found = without_nan(as_lines(array, axes), lambda numbers, *_: np.median(numbers), array.dtype)
    return found.reshape(kept_axes(array.shape, axes, keepdims))


def _median_dtype(name: str) -> rules.Rule:
    def rule(argument: Any, *_: Any) -> Signature:
        rules.check_supported(name, "biufc", (argument,))
        dtype = rules.strong(argument)
        return Signature((dtype,), rules.FLOAT64 if dtype.kind in "biu" else dtype)

    return rule


median = library(
    "median", _median,
    signature=_median_dtype("median"), shape=shapes.reduction("median"), work=_sorting_work,
    doc="Median over the given axes; parameters are the axes and keepdims.",
)  # fmt: skip
nanmedian = library(
    "nanmedian", _nanmedian,
    signature=_median_dtype("nanmedian"), shape=shapes.reduction("nanmedian"), work=_sorting_work,
    doc="Median over the given axes of what is not NaN.",
)  # fmt: skip


# -- weights --------------------------------------------------------------------------------------------------------------------


def _checked_weights(x: Any, which: str) -> Array:
    """The weights of observations as float64, refused if they are negative, or fractions of how often one was made."""
    array = np.asarray(x)
    if (array < 0).any():
        raise ValueError(f"cov: {which} cannot be negative")
    if which == "fweights" and (array != np.round(array)).any():
        raise TypeError("cov: fweights must be integer")
    return array.astype(np.float64)


def _weights_dtype(argument: Any, *_: Any) -> Signature:
    rules.check_supported("cov", "biuf", (argument,))
    return Signature((rules.strong(argument),), rules.FLOAT64)


checked_weights = library(
    "checked_weights", _checked_weights,
    signature=_weights_dtype, shape=lambda shape, *_: shape, domain=(Domain(0, 10, (0.0,)),),
    doc="Weights as float64, if they are not negative; the parameter names them.",
)  # fmt: skip


# -- quantiles ------------------------------------------------------------------------------------------------------------------


def _quantiles(name: str, doc: str) -> Op:
    """A row of operands x, q and perhaps weights of x's shape, with parameters axes, keepdims and method."""
    plain: Callable[..., Any] = getattr(np, name.removeprefix("nan"))
    skips = name.startswith("nan")
    reduced = shapes.reduction(name)

    def reference(x: Any, q: Any, *rest: Any) -> Array:
        *weighted, axes, keepdims, method = rest
        array = np.asarray(x)
        if skips and (0 in array.shape or (array.dtype.kind == "f" and np.isnan(array).any())):
            weights = as_lines(weighted[0], axes) if weighted else None

            def of_line(numbers: Array, place: Any, chosen: Array) -> Any:
                more = {} if weights is None else {"weights": weights[place][chosen]}
                return plain(numbers, q, method=method, **more)

            dtype = plain(np.ones(1, array.dtype), q, method=method).dtype
            found = without_nan(as_lines(array, axes), of_line, dtype, np.shape(q))
            return found.reshape((*np.shape(q), *kept_axes(array.shape, axes, keepdims)))
        more = {"weights": weighted[0]} if weighted else {}
        return rules.owned(plain(array, q, axis=axes, keepdims=keepdims, method=method, **more))

    def signature(x: Any, q: Any, *rest: Any) -> Signature:
        *weighted, _, _, method = rest
        operands = (x, q, *weighted)
        rules.check_supported(name, "biuf", operands)
        chance = q(0) if isinstance(q, type) else np.zeros((), q)
        try:
            dtype = plain(np.ones(1, rules.strong(x)), chance, method=method).dtype
        except TypeError:
            raise rules.dtype_error(name, "iuf", operands) from None
        return Signature(tuple(rules.strong(item) for item in operands), dtype)

    def shape(x: Shape, q: Shape, *rest: Any) -> Shape:
        *_, axes, keepdims, _ = rest
        found = reduced(x, axes, keepdims)
        if not skips and 0 in [x[axis] for axis in axes] and 0 not in found:
            raise IndexError(f"{name}: there is no quantile of zero elements, axes {axes} of shape {x}")
        return (*q, *found)

    return library(
        name, reference,
        arity=-1, signature=signature, shape=shape, work=_sorting_work, domain=(FINITE, PROBABILITY), doc=doc,
    )  # fmt: skip


quantile = _quantiles("quantile", "Quantiles over the given axes; parameters are the axes, keepdims and the method.")
percentile = _quantiles("percentile", "Percentiles over the given axes; parameters are the axes, keepdims and the method.")
nanquantile = _quantiles("nanquantile", "Quantiles over the given axes of what is not NaN.")
nanpercentile = _quantiles("nanpercentile", "Percentiles over the given axes of what is not NaN.")


# -- positions ------------------------------------------------------------------------------------------------------------------


def _nan_position(name: str, doc: str) -> Op:
    function: Callable[..., Any] = getattr(np, name)

    def reference(x: Any, axes: Axes, keepdims: bool) -> Array:
        return rules.owned(function(np.asarray(x), axis=axes[0] if len(axes) == 1 else None, keepdims=keepdims))

    return library(
        name, reference, signature=rules.unchanged(name, result=rules.INT64), shape=shapes.arg_reduction(name), doc=doc,
    )  # fmt: skip


nanargmax = _nan_position("nanargmax", "Index of the first maximum that is not NaN; ValueError in a slice of NaNs.")
nanargmin = _nan_position("nanargmin", "Index of the first minimum that is not NaN; ValueError in a slice of NaNs.")


def _digitize_shape(x: Shape, bins: Shape, right: bool) -> Shape:
    if len(bins) != 1:
        raise ValueError(f"digitize: expects one-dimensional bins, got shape {bins}")
    return x


def _search_work(x: Shape, *_: Any) -> float:
    return 20.0 * shapes.size(x)


digitize = library(
    "digitize", np.digitize,
    arity=2, signature=rules.common("digitize", "biuf", params=1, result=rules.INT64), shape=_digitize_shape, work=_search_work,
    doc="Find the bins that values are in; the parameter says whether bins hold their right edges.",
)  # fmt: skip


# -- interpolation and correlation ----------------------------------------------------------------------------------------------


def _interp_dtype(x: Any, positions: Any, values: Any) -> Signature:
    rules.check_supported("interp", "biuf", (x, positions))
    rules.check_supported("interp", "biufc", (values,))
    operands = (rules.strong(x), rules.strong(positions), rules.strong(values))
    return Signature(operands, rules.COMPLEX128 if operands[2].kind == "c" else rules.FLOAT64)


def _interp_shape(x: Shape, positions: Shape, values: Shape) -> Shape:
    if len(positions) != 1 or positions != values:
        raise ValueError(f"interp: xp and fp must be one-dimensional and of one length, got shapes {positions} and {values}")
    if positions == (0,):
        raise ValueError("interp: the array of sample points is empty")
    return x


interp = library(
    "interp", np.interp,
    arity=3, signature=_interp_dtype, shape=_interp_shape, work=_search_work,
    doc="Interpolate linearly between points, which lie at increasing positions.",
)  # fmt: skip


def _sliding_shape(name: str) -> shapes.ShapeRule:
    def rule(x: Shape, y: Shape, mode: str) -> Shape:
        if len(x) != 1 or len(y) != 1:
            raise ValueError(f"{name}: expects one-dimensional arrays, got shapes {x} and {y}")
        short, long = sorted((x[0], y[0]))
        if not short:
            raise ValueError(f"{name}: the arrays must not be empty, got shapes {x} and {y}")
        return ({"full": long + short - 1, "same": long, "valid": long - short + 1}[mode],)

    return rule


def _sliding_work(x: Shape, y: Shape, mode: str) -> float:
    return 2.0 * x[0] * y[0]


convolve = library(
    "convolve", np.convolve,
    arity=2, signature=rules.common("convolve", params=1), shape=_sliding_shape("convolve"), work=_sliding_work, flops=2,
    domain=(FINITE, FINITE), ulp=4, doc="Convolve two sequences; the parameter is the mode.",
)  # fmt: skip
correlate = library(
    "correlate", np.correlate,
    arity=2, signature=rules.common("correlate", params=1), shape=_sliding_shape("correlate"), work=_sliding_work, flops=2,
    domain=(FINITE, FINITE), ulp=4, doc="Correlate two sequences, the second conjugated; the parameter is the mode.",
)  # fmt: skip
