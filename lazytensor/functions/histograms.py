"""Counting in bins. `bincount`, and bins that are named by a rule ("auto", ...), wait: their number depends on values.

Everything else is lazy; what is wrong with values that are not at hand (bins that decrease, a range that is not finite) is raised at
the wait.
"""

from __future__ import annotations

import math
import operator
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import as_index
from lazytensor.calling.fallback import found, values, waits
from lazytensor.calling.immediate import at_once
from lazytensor.calling.results import astype
from lazytensor.compiler.ops import histograms as ops
from lazytensor.compiler.ops import statistics as statistics_ops
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.core.storage import constant
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.joining import stack
from lazytensor.functions.manipulation import atleast_2d, expand_dims, matrix_transpose, ravel
from lazytensor.functions.utility import diff

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "bincount", "digitize", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd",
]  # fmt: skip


@waits
@at_once(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Tensor:
    """How often each number from 0 to the greatest occurs, or the sum of its weights. Waits.

    Parameters
    ----------
    x : one-dimensional array_like of integers, none negative
    weights : array_like, optional
        Of the shape of `x`; the sums are float64.
    minlength : int
        The least length of the result.

    >>> import lazytensor as lt
    >>> print(lt.bincount(lt.asarray([0, 1, 1, 3])))
    [1 2 0 1]
    """
    source = as_tensor(x, "bincount")
    if source.shape == (0,) and not isinstance(x, (Handle, np.ndarray)):
        source = astype(source, np.int64)  # no numbers at all are taken for integers
    factors = None if weights is None else values(as_tensor(weights, "bincount"))
    return found(np.bincount(values(source), factors, operator.index(minlength)), source._base().device)  # type: ignore[no-any-return]


def digitize(x: Any, bins: Any, right: bool = False) -> Tensor:
    """The number (int64) of the bin that each element is in: bins[i - 1] <= x < bins[i], or, with `right`, bins[i - 1] < x <= bins[i];
    mirrored for bins that decrease.

    >>> import lazytensor as lt
    >>> print(lt.digitize(lt.asarray([0.5, 1.0, 9.0]), [0, 1, 2]))
    [1 2 3]
    """
    source, edges = as_tensor(x, "digitize"), as_tensor(bins, "digitize")
    return wrap(record(statistics_ops.digitize, (source._read(), edges._read()), (bool(right),)))


# -- one dimension --------------------------------------------------------------------------------------------------------------


def _sample(a: Any, weights: Any, name: str) -> tuple[Tensor, Tensor | None]:
    """The raveled array, booleans as uint8, and its raveled weights."""
    source = as_tensor(a, name)
    factors = None if weights is None else as_tensor(weights, name)
    if factors is not None and factors.shape != source.shape:
        raise ValueError(f"{name}: weights must have the shape of the array, got {factors.shape} and {source.shape}")
    if source.dtype.kind == "b":
        source = astype(source, np.uint8)
    return ravel(source), None if factors is None else ravel(factors)


def _number(bins: Any, name: str) -> int:
    count = operator.index(bins)
    if count < 1:
        raise ValueError(f"{name}: bins must be positive, when an integer, got {count}")
    return count


def _limits(given: Any, name: str) -> ops.Limits:
    """A range as the rows' parameter: numbers, checked."""
    if given is None:
        return None
    ends = [values(item)[()] if isinstance(item, Handle) else item for item in given]
    if len(ends) != 2:
        raise ValueError(f"{name}: range must be two numbers, got {given}")
    first, last = (float(item) for item in ends)
    if first > last:
        raise ValueError(f"{name}: max must be larger than min in range parameter, got {given}")
    if not (math.isfinite(first) and math.isfinite(last)):
        raise ValueError(f"{name}: supplied range of [{first}, {last}] is not finite")
    strong = any(isinstance(item, (np.generic, np.ndarray)) for item in ends)
    return first, last, str(np.result_type(*ends)) if strong else ""


def _given_edges(bins: Any, name: str) -> Tensor:
    edges = as_tensor(bins, name)
    if len(edges.shape) != 1:
        raise ValueError(f"{name}: bins must be one-dimensional, when an array, got shape {edges.shape}")
    if not isinstance(bins, Handle):
        known = np.asarray(bins)
        if (known[:-1] > known[1:]).any():
            raise ValueError(f"{name}: bins must increase monotonically, when an array")
    return edges


def _is_number(bins: Any, name: str) -> bool:
    if as_index(bins) is not None:
        return True
    if as_tensor(bins, name).shape == ():
        raise TypeError(f"{name}: bins must be an integer, a string, or an array, got {bins!r}")
    return False


def _by_rule(source: Tensor, bins: str, range: Any, weights: Any, name: str) -> np.ndarray[Any, Any]:
    """The edges that a named rule finds: waits."""
    if weights is not None:
        raise TypeError(f"{name}: automated estimation of the number of bins is not supported for weighted data")
    limits = _limits(range, name)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # "stone" says when its search ended at the largest number
        return np.histogram_bin_edges(values(source), bins, ops.bounds(limits))


def _even_edges(source: Tensor, count: int, limits: ops.Limits) -> Tensor:
    if limits is None:
        return wrap(record(ops.histogram_bin_edges, (source._read(),), (count,)))
    return wrap(constant(np.histogram_bin_edges(np.zeros(0, source.dtype), count, ops.bounds(limits))))


@waits
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Tensor:
    """The edges that `histogram` counts between. Waits where `bins` is the name of a rule.

    >>> import lazytensor as lt
    >>> print(lt.histogram_bin_edges(lt.asarray([0, 4, 1]), bins=4))
    [0. 1. 2. 3. 4.]
    """
    name = "histogram_bin_edges"
    source, _ = _sample(a, weights, name)
    if isinstance(bins, str):
        return wrap(constant(_by_rule(source, bins, range, weights, name)))
    if _is_number(bins, name):
        return _even_edges(source, _number(bins, name), _limits(range, name))
    return _given_edges(bins, name)


@waits
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> tuple[Tensor, Tensor]:
    """Counts of elements in bins, and the bins' edges. Waits where `bins` is the name of a rule.

    Parameters
    ----------
    a : array_like of real numbers
    bins : int, array_like or str
        The number of bins of one width, their edges, or the rule to choose them by: "auto", "fd", "doane", "scott", "stone",
        "rice", "sturges" or "sqrt".
    range : (float, float), optional
        From where to where; the extremes of `a` when None. Not used where edges are given.
    density : bool, optional
        Return the probability density.
    weights : array_like, optional
        Of the shape of `a`: sum these instead of counting.

    >>> import lazytensor as lt
    >>> counts, edges = lt.histogram(lt.asarray([1, 2, 1, 4]), bins=[0, 2, 3, 5])
    >>> print(counts)
    [2 1 1]
    """
    name = "histogram"
    source, factors = _sample(a, weights, name)
    nodes = () if factors is None else (factors._read(),)
    if not isinstance(bins, str) and _is_number(bins, name):
        count, limits = _number(bins, name), _limits(range, name)
        edges = _even_edges(source, count, limits)
        counts = wrap(record(ops.histogram, (source._read(), *nodes), (count, limits)))
    else:
        edges = (
            wrap(constant(_by_rule(source, bins, range, weights, name))) if isinstance(bins, str) else _given_edges(bins, name)
        )
        counts = wrap(record(ops.histogram_between, (source._read(), edges._read(), *nodes)))
    if density:
        widths = astype(diff(edges), np.float64)
        counts = elementwise.divide(elementwise.divide(counts, widths), statistics.sum(counts))
    return counts, edges


# -- several dimensions ---------------------------------------------------------------------------------------------------------


def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> tuple[Tensor, list[Tensor]]:
    """Counts (float64) of points in boxes, and the edges along each axis.

    Parameters
    ----------
    sample : array_like of a point a row, or sequence of arrays, one for each axis
    bins : int, or sequence with an int or edges for each axis
    range : sequence of (float, float) or None for each axis, optional
    density : bool, optional
        Return the probability density.
    weights : array_like, optional
        One for each point.

    >>> import lazytensor as lt
    >>> counts, edges = lt.histogramdd(lt.asarray([[0.0, 0.0], [1.0, 1.0]]), bins=2)
    >>> print(counts)
    [[1. 0.]
     [0. 1.]]
    """
    name = "histogramdd"
    points = _points(sample)
    rank = points.shape[1]
    chosen = [bins] * rank if as_index(bins) is not None or not hasattr(bins, "__len__") else list(bins)
    if len(chosen) != rank:
        raise ValueError(
            f"{name}: the dimension of bins must be equal to the dimension of the sample, got {len(chosen)} and {rank}"
        )
    ranges = [None] * rank if range is None else list(range)
    if len(ranges) != rank:
        raise ValueError(f"{name}: range argument must have one entry per dimension, got {len(ranges)} for {rank}")
    edges = [_axis_edges(points, place, item, ends) for place, (item, ends) in enumerate(zip(chosen, ranges, strict=True))]
    nodes = [points._read(), *[item._read() for item in edges]]
    if weights is not None:
        nodes.append(as_tensor(weights, name)._read())
    counts = wrap(record(ops.histogramdd, tuple(nodes), (weights is not None,)))
    if density:
        total = statistics.sum(counts)
        for place, item in enumerate(edges):
            others = tuple([axis for axis, _ in enumerate(edges) if axis != place])
            counts = elementwise.divide(counts, expand_dims(diff(item), others))
        counts = elementwise.divide(counts, total)
    return counts, edges


def _points(sample: Any) -> Tensor:
    if isinstance(sample, (list, tuple)):
        points = stack([as_tensor(item, "histogramdd") for item in sample], axis=-1)
    else:
        points = as_tensor(sample, "histogramdd")
    if len(points.shape) != 2:
        points = matrix_transpose(atleast_2d(points))
    return astype(points, np.uint8) if points.dtype.kind == "b" else points


def _axis_edges(points: Tensor, place: int, bins: Any, ends: Any) -> Tensor:
    name = "histogramdd"
    if isinstance(bins, (int, float)) and bins < 1:
        raise ValueError(f"{name}: the number of bins must be positive, got {bins!r}")
    if not _is_number(bins, name):
        return _given_edges(bins, name)
    count, limits = _number(bins, name), _limits(ends, name)
    if limits is None:
        return _even_edges(points[:, place], count, None)
    # Unlike in one dimension, NumPy does not look at the sample's dtype here.
    first, last = ops.bounds(limits)
    first, last = (first - 0.5, last + 0.5) if first == last else (first, last)
    return wrap(constant(np.linspace(first, last, count + 1)))


def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Counts (float64) of points in a plane, and the edges along both axes; parameters as of `histogramdd`, but one sequence of edges
    serves both axes."""
    points = [as_tensor(item, "histogram2d") for item in (x, y)]
    if points[0].shape != points[1].shape:
        raise ValueError(f"histogram2d: x and y must have one length, got shapes {points[0].shape} and {points[1].shape}")
    if as_index(bins) is None and hasattr(bins, "__len__") and len(bins) not in (1, 2):
        bins = [bins, bins]
    counts, (first, second) = histogramdd(points, bins, range, density, weights)
    return counts, first, second
