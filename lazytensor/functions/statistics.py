"""Reductions and running sums. Nothing here waits.

`mean`, `var` and `std` are compositions of recorded operations, so that they fuse with what is before and after them. An empty
mean is NaN, without a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import axis_tuple
from lazytensor.calling.immediate import at_once
from lazytensor.calling.out import deliver, returned
from lazytensor.calling.reducing import accumulated, extreme, given, mask, reduce, running, truth_over, unmasked
from lazytensor.calling.results import astype
from lazytensor.calling.results import where as choose
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.core.handle import wrap
from lazytensor.core.operands import as_tensor, node_operand
from lazytensor.functions.averages import complex_if_asked, count, floating, masked_count, quotient, squared, subtracted
from lazytensor.functions.elementwise import (
    add,
    divide,
    maximum,
    minimum,
    multiply,
    not_equal,
    sqrt,
    subtract,
)
from lazytensor.functions.manipulation import raveled

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "cumulative_prod",
    "cumulative_sum", "max", "mean", "min", "prod", "std", "sum", "var",
]  # fmt: skip


@at_once(np.ndarray.sum, ufunc=np.add)
def sum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Tensor:
    """Sum over axes.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
        All axes when None.
    dtype : dtype, optional
        What `a` is cast to first. Booleans and integers are summed in 64 bits otherwise.
    out : array, optional
        Where to store the result.
    keepdims : bool
        Keep the reduced axes with length 1.
    initial : scalar, optional
        What to add to the sum.
    where : array_like of bool
        The elements to sum; broadcasts to `a`.

    >>> import lazytensor as lt
    >>> print(lt.sum(lt.ones((2, 3)), axis=0))
    [2. 2. 2.]
    """
    if dtype is None and out is None and initial is None and where is True:
        return reduce(ops.sum, a, axis, keepdims)
    return accumulated(ops.sum, add, a, axis, dtype, out, keepdims, initial, where)


@at_once(np.ndarray.prod, ufunc=np.multiply)
def prod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Tensor:
    """Product over axes; parameters as of `sum`."""
    if dtype is None and out is None and initial is None and where is True:
        return reduce(ops.prod, a, axis, keepdims)
    return accumulated(ops.prod, multiply, a, axis, dtype, out, keepdims, initial, where)


@at_once(np.ndarray.max, ufunc=np.maximum)
def max(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Tensor:
    """Maximum over axes; NaN if there is one.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
    out : array, optional
    keepdims : bool
    initial : scalar, optional
        The least that the result can be; needed with `where`, and when a reduced axis is empty (ValueError).
    where : array_like of bool
        The elements to compare; broadcasts to `a`.

    >>> import lazytensor as lt
    >>> print(lt.max(lt.asarray([[1, 5], [4, 2]]), axis=1))
    [5 4]
    """
    if out is None and initial is None and where is True:
        return reduce(ops.max, a, axis, keepdims)
    return extreme(ops.max, maximum, a, axis, out, keepdims, initial, where)


@at_once(np.ndarray.min, ufunc=np.minimum)
def min(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Tensor:
    """Minimum over axes; NaN if there is one. Parameters as of `max`."""
    if out is None and initial is None and where is True:
        return reduce(ops.min, a, axis, keepdims)
    return extreme(ops.min, minimum, a, axis, out, keepdims, initial, where)


amax = max
amin = min


@at_once(np.ndarray.any, ufunc=np.logical_or)
def any(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Tensor:
    """Is any element true (not zero) over the axes? Only those where the mask is true count."""
    return deliver(truth_over(ops.any, a, axis, keepdims, where), out, "any", casting="unsafe")


@at_once(np.ndarray.all, ufunc=np.logical_and)
def all(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Tensor:
    """Are all elements true (not zero) over the axes? Only those where the mask is true count."""
    return deliver(truth_over(ops.all, a, axis, keepdims, where), out, "all", casting="unsafe")


def _position(op: Op, a: Any, axis: Any, keepdims: bool) -> Tensor:
    if isinstance(axis, tuple):
        raise TypeError(f"{op.name}: axis must be None or an integer, got {axis}")
    return reduce(op, a, axis, bool(keepdims))


@at_once(np.ndarray.argmax)
def argmax(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """Index of the first maximum along one axis, or in the raveled array. NaN counts as the maximum.

    >>> import lazytensor as lt
    >>> print(lt.argmax(lt.asarray([3, 7, 7])))
    1
    """
    made = _position(ops.argmax, a, axis, keepdims)
    return returned(made, out, "argmax")


@at_once(np.ndarray.argmin)
def argmin(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """Index of the first minimum along one axis, or in the raveled array. NaN counts as the minimum."""
    made = _position(ops.argmin, a, axis, keepdims)
    return returned(made, out, "argmin")


@at_once(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    """How many elements over the axes are not zero, as int64."""
    node = node_operand(a, "count_nonzero")
    return reduce(ops.sum, wrap(node) if node.dtype.kind == "b" else not_equal(wrap(node), 0), axis, keepdims)


# -- means ----------------------------------------------------------------------------------------------------------------------


@at_once(np.ndarray.mean)
def mean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Tensor:
    """Arithmetic mean over axes, in float64 for booleans and integers; NaN of nothing.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
    dtype : dtype, optional
        What `a` is cast to first.
    out : array, optional
    keepdims : bool
    where : array_like of bool
        The elements to average; broadcasts to `a`.

    >>> import lazytensor as lt
    >>> print(lt.mean(lt.asarray([1, 2, 4, 5])))
    3.0
    """
    value = floating(a, dtype, "mean")
    if unmasked(where):
        made = divide(reduce(ops.sum, value, axis, keepdims), count(value, axis, "mean"))
    else:
        chosen = mask(where, value.shape, "mean")
        total = reduce(ops.sum, choose(chosen, value, 0), axis, keepdims)
        made = quotient(total, masked_count(chosen, value.shape, axis, keepdims))
    if dtype is not None and made.dtype != value.dtype:
        made = astype(made, value.dtype)
    return deliver(made, out, "mean", casting="unsafe")


@at_once(np.ndarray.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Tensor:
    """Variance over axes: the mean of the squared (absolute) deviations from the mean.

    Parameters
    ----------
    a : array_like
    axis : int or tuple of int, optional
    dtype : dtype, optional
        What `a` is cast to first.
    out : array, optional
    ddof, correction : float
        Two names for what is subtracted from the number of elements in the divisor; 0 by default.
    keepdims : bool
    where : array_like of bool
        The elements that count; broadcasts to `a`.
    mean : array_like, optional
        The mean over the axes, with them kept, if it is known.

    >>> import lazytensor as lt
    >>> print(lt.var(lt.asarray([1.0, 3.0]), correction=1))
    2.0
    """
    made = _variance(a, axis, dtype, ddof, keepdims, where, mean, correction, "var")
    return deliver(complex_if_asked(made, dtype, "var"), out, "var", casting="unsafe")


@at_once(np.ndarray.std)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Tensor:
    """Standard deviation over axes: the square root of `var`, whose parameters it has."""
    made = sqrt(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction, "std"))
    return deliver(complex_if_asked(made, dtype, "std"), out, "std")


def _variance(
    a: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, where: Any, mean: Any, correction: Any, name: str
) -> Tensor:
    less = subtracted(ddof, correction, name)
    value = floating(a, dtype, name)
    if unmasked(where):
        number = count(value, axis, name)
        if not given(mean):
            mean = divide(reduce(ops.sum, value, axis, True), number)
        divisor = number - less
        return divide(reduce(ops.sum, squared(subtract(value, mean)), axis, keepdims), 0 if divisor <= 0 else divisor)
    chosen = mask(where, value.shape, name)
    # Integers that were asked for are no dtype of a mean.
    ratio = quotient if value.dtype.kind in "fc" else divide
    if not given(mean):
        total = reduce(ops.sum, choose(chosen, value, 0), axis, True)
        mean = ratio(total, masked_count(chosen, value.shape, axis, True))
    total = reduce(ops.sum, choose(chosen, squared(subtract(value, mean)), 0), axis, keepdims)
    return ratio(total, maximum(masked_count(chosen, value.shape, axis, keepdims) - less, 0))


# -- running sums ---------------------------------------------------------------------------------------------------------------


def _scan(op: Op, x: Any, axis: int | None, dtype: Any, out: Any, initial: bool, name: str) -> Tensor:
    source, place = raveled(as_tensor(x, name), axis, name)
    return running(op, source, place, dtype, out, initial, name)


def _standard_scan(op: Op, x: Any, axis: int | None, dtype: Any, out: Any, initial: bool) -> Tensor:
    node = node_operand(x, op.name)
    if axis is None:
        if len(node.shape) > 1:
            raise ValueError(f"{op.name}: axis is needed for a shape of more than one dimension, got {node.shape}")
        axis = 0
    elif isinstance(axis, tuple):
        (axis,) = axis if len(axis) == 1 else axis_tuple(axis, 1, op.name)
    return _scan(op, wrap(node), axis, dtype, out, bool(initial), op.name)


def cumulative_sum(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Tensor:
    """Running sum along an axis, which may be left out for one-dimensional arrays.

    Parameters
    ----------
    x : array_like
    axis : int, optional
    dtype : dtype, optional
        What `x` is cast to first. Booleans and integers are summed in 64 bits otherwise.
    out : array, optional
    include_initial : bool
        Start with a zero: the result is one longer.

    >>> import lazytensor as lt
    >>> print(lt.cumulative_sum(lt.arange(4), include_initial=True))
    [0 0 1 3 6]
    """
    return _standard_scan(ops.cumulative_sum, x, axis, dtype, out, include_initial)


def cumulative_prod(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Tensor:
    """Running product along an axis; parameters as of `cumulative_sum`, the initial value is one."""
    return _standard_scan(ops.cumulative_prod, x, axis, dtype, out, include_initial)


@at_once(np.ndarray.cumsum)
def cumsum(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Tensor:
    """Running sum along an axis, or of the raveled array."""
    return _scan(ops.cumulative_sum, a, axis, dtype, out, False, "cumsum")


@at_once(np.ndarray.cumprod)
def cumprod(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Tensor:
    """Running product along an axis, or of the raveled array."""
    return _scan(ops.cumulative_prod, a, axis, dtype, out, False, "cumprod")
