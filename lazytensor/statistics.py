"""Reductions and running sums. Nothing here waits.

`mean`, `var` and `std` are compositions of recorded operations, so that they fuse with what is before and after them. An empty
mean is NaN, without a warning.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lazytensor.axes import axis_tuple, reduced_axes
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.dtypes import as_dtype
from lazytensor.elementwise import (
    add,
    astype,
    divide,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    multiply,
    not_equal,
    sqrt,
    subtract,
)
from lazytensor.elementwise import where as choose
from lazytensor.handle import node_operand, record, wrap
from lazytensor.manipulation import as_tensor, broadcast_to, copy, raveled
from lazytensor.out import accumulated_in, deliver, returned
from lazytensor.reducing import (
    cast,
    complex_if_asked,
    count,
    flag,
    floating,
    given,
    initial_value,
    mask,
    masked_count,
    may_be_negative_zero,
    quotient,
    reduce,
    reduce_by_ufunc,
    squared,
    subtracted,
    unmasked,
)

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "cumulative_prod",
    "cumulative_sum", "max", "mean", "min", "prod", "std", "sum", "var",
]  # fmt: skip


def _accumulate(op: Op, join: Any, a: Any, axis: Any, dtype: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Tensor:
    source = as_tensor(a, op.name)
    dtype = accumulated_in(dtype, source.dtype, out, op.name)
    source = wrap(cast(source, dtype, op.name))
    if source.dtype.kind in "fc" and _order_matters(op, source, initial, where):
        made = reduce_by_ufunc(join.reference, source, axis, keepdims, initial, where)
        return deliver(made, out, op.name, casting="unsafe")
    if not unmasked(where):
        source = choose(mask(where, source.shape, op.name), source, op.identity)
    made = reduce(op, source, axis, keepdims)
    # Small integers are accumulated in 64 bits; cut to the dtype asked for, they are what wrapping arithmetic gives.
    if dtype is not None and made.dtype != as_dtype(dtype, op.name):
        made = astype(made, dtype)
    if given(initial):
        made = join(made, initial_value(initial, made.dtype, op.name))
    return deliver(made, out, op.name, casting="unsafe")


def _order_matters(op: Op, source: Tensor, initial: Any, where: Any) -> bool:
    """Does the result tell whether the reduction began with `initial`, or left elements out? The sign of a zero does, of a sum for
    an `initial` of -0.0; and what complex numbers times one are is not always the same numbers."""
    if op is ops.sum:
        return given(initial) and may_be_negative_zero(initial)
    return source.dtype.kind == "c" and (given(initial) or not unmasked(where))


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
    return _accumulate(ops.sum, add, a, axis, dtype, out, keepdims, initial, where)


def prod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Tensor:
    """Product over axes; parameters as of `sum`."""
    if dtype is None and out is None and initial is None and where is True:
        return reduce(ops.prod, a, axis, keepdims)
    return _accumulate(ops.prod, multiply, a, axis, dtype, out, keepdims, initial, where)


def _extreme(op: Op, join: Any, a: Any, axis: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Tensor:
    source = as_tensor(a, op.name)
    if not given(initial):
        if not unmasked(where):
            raise ValueError(f"{op.name}: has no identity, so that a where mask needs an initial value")
        made = reduce(op, source, axis, keepdims)
    else:
        start = initial_value(initial, source.dtype, op.name)
        if not unmasked(where):
            source = choose(mask(where, source.shape, op.name), source, start)
        axes = reduced_axes(axis, len(source.shape), op.name)
        if math.prod([source.shape[place] for place in axes]):
            made = join(reduce(op, source, axis, keepdims), start)
        else:
            made = wrap(copy(broadcast_to(start, ops.sum.shape(source.shape, axes, flag(keepdims, op.name, "keepdims"))))._read())
    return deliver(made, out, op.name, casting="unsafe")


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
    return _extreme(ops.max, maximum, a, axis, out, keepdims, initial, where)


def min(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Tensor:
    """Minimum over axes; NaN if there is one. Parameters as of `max`."""
    if out is None and initial is None and where is True:
        return reduce(ops.min, a, axis, keepdims)
    return _extreme(ops.min, minimum, a, axis, out, keepdims, initial, where)


amax = max
amin = min


def any(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Tensor:
    """Is any element true (not zero) over the axes? Only those where the mask is true count."""
    if not unmasked(where):
        a = as_tensor(a, "any")
        a = logical_and(a, mask(where, a.shape, "any"))
    made = reduce(ops.any, a, axis, keepdims)
    return deliver(made, out, "any", casting="unsafe")


def all(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Tensor:
    """Are all elements true (not zero) over the axes? Only those where the mask is true count."""
    if not unmasked(where):
        a = as_tensor(a, "all")
        a = logical_or(a, logical_not(mask(where, a.shape, "all")))
    made = reduce(ops.all, a, axis, keepdims)
    return deliver(made, out, "all", casting="unsafe")


def _position(op: Op, a: Any, axis: Any, keepdims: bool) -> Tensor:
    if isinstance(axis, tuple):
        raise TypeError(f"{op.name}: axis must be None or an integer, got {axis}")
    return reduce(op, a, axis, bool(keepdims))


def argmax(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """Index of the first maximum along one axis, or in the raveled array. NaN counts as the maximum.

    >>> import lazytensor as lt
    >>> print(lt.argmax(lt.asarray([3, 7, 7])))
    1
    """
    made = _position(ops.argmax, a, axis, keepdims)
    return returned(made, out, "argmax")


def argmin(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """Index of the first minimum along one axis, or in the raveled array. NaN counts as the minimum."""
    made = _position(ops.argmin, a, axis, keepdims)
    return returned(made, out, "argmin")


def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    """How many elements over the axes are not zero, as int64."""
    node = node_operand(a, "count_nonzero")
    return reduce(ops.sum, wrap(node) if node.dtype.kind == "b" else not_equal(wrap(node), 0), axis, keepdims)


# -- means ----------------------------------------------------------------------------------------------------------------------


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
    value = as_tensor(x, name)
    dtype = accumulated_in(dtype, value.dtype, out, name)
    source, place = raveled(wrap(cast(value, dtype, name)), axis, name)
    made = wrap(record(op, (source._read(),), (place, initial)))
    if dtype is not None and made.dtype != as_dtype(dtype, name):
        made = astype(made, dtype)
    return deliver(made, out, name, casting="unsafe")


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


def cumsum(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Tensor:
    """Running sum along an axis, or of the raveled array."""
    return _scan(ops.cumulative_sum, a, axis, dtype, out, False, "cumsum")


def cumprod(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Tensor:
    """Running product along an axis, or of the raveled array."""
    return _scan(ops.cumulative_prod, a, axis, dtype, out, False, "cumprod")
