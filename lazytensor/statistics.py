"""Reductions and running sums. Nothing here waits.

`mean`, `var` and `std` are compositions of recorded operations, so that they fuse with what is before and after them. An empty
mean is NaN, without a warning.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lazytensor.axes import one_axis, reduced_axes
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.dtypes import as_dtype
from lazytensor.elementwise import astype, divide, multiply, not_equal, sqrt, square, subtract
from lazytensor.elementwise import imag as _imag
from lazytensor.elementwise import real as _real
from lazytensor.handle import node_operand, record, wrap
from lazytensor.manipulation import ravel

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "cumulative_prod",
    "cumulative_sum", "max", "mean", "min", "prod", "std", "sum", "var",
]  # fmt: skip


def _cast(x: Any, dtype: Any, name: str) -> Node:
    node = node_operand(x, name)
    if dtype is None or node.dtype == as_dtype(dtype, name):
        return node
    return astype(wrap(node), dtype)._read()


def _reduce(op: Op, x: Any, axis: Any, keepdims: bool) -> Tensor:
    node = node_operand(x, op.name)
    return wrap(record(op, (node,), (reduced_axes(axis, len(node.shape), op.name), bool(keepdims))))


def _accumulate(op: Op, x: Any, axis: Any, dtype: Any, keepdims: bool) -> Tensor:
    made = _reduce(op, wrap(_cast(x, dtype, op.name)), axis, keepdims)
    # Small integers are accumulated in 64 bits; cut to the dtype asked for, they are what wrapping arithmetic gives.
    return made if dtype is None or made.dtype == as_dtype(dtype, op.name) else astype(made, dtype)


def sum(x: Any, /, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """Sum over axes.

    Parameters
    ----------
    x : array_like
    axis : int or tuple of int, optional
        All axes when None.
    dtype : dtype, optional
        What `x` is cast to first. Booleans and integers are summed in 64 bits otherwise.
    keepdims : bool
        Keep the reduced axes with length 1.

    >>> import lazytensor as lt
    >>> print(lt.sum(lt.ones((2, 3)), axis=0))
    [2. 2. 2.]
    """
    return _accumulate(ops.sum, x, axis, dtype, keepdims)


def prod(x: Any, /, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """Product over axes; parameters as of `sum`."""
    return _accumulate(ops.prod, x, axis, dtype, keepdims)


def max(x: Any, /, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Maximum over axes; NaN if there is one. ValueError when a reduced axis is empty."""
    return _reduce(ops.max, x, axis, keepdims)


def min(x: Any, /, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Minimum over axes; NaN if there is one. ValueError when a reduced axis is empty."""
    return _reduce(ops.min, x, axis, keepdims)


amax = max
amin = min


def any(x: Any, /, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Is any element true (not zero) over the axes?"""
    return _reduce(ops.any, x, axis, keepdims)


def all(x: Any, /, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Are all elements true (not zero) over the axes?"""
    return _reduce(ops.all, x, axis, keepdims)


def argmax(x: Any, /, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Index of the first maximum along one axis, or in the raveled array. NaN counts as the maximum.

    >>> import lazytensor as lt
    >>> print(lt.argmax(lt.asarray([3, 7, 7])))
    1
    """
    return _reduce(ops.argmax, x, axis, keepdims)


def argmin(x: Any, /, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Index of the first minimum along one axis, or in the raveled array. NaN counts as the minimum."""
    return _reduce(ops.argmin, x, axis, keepdims)


def count_nonzero(x: Any, /, axis: Any = None, keepdims: bool = False) -> Tensor:
    """How many elements over the axes are not zero, as int64."""
    node = node_operand(x, "count_nonzero")
    return sum(wrap(node) if node.dtype.kind == "b" else not_equal(wrap(node), 0), axis=axis, keepdims=keepdims)


# -- means ----------------------------------------------------------------------------------------------------------------------


def _floating(x: Any, dtype: Any, name: str) -> Tensor:
    """The operand in the dtype that its mean is computed in: integers in float64."""
    node = node_operand(x, name)
    if dtype is None and node.dtype.kind in "biu":
        dtype = "float64"
    return wrap(_cast(wrap(node), dtype, name))


def _count(x: Tensor, axis: Any, name: str) -> int:
    return math.prod(x.shape[place] for place in reduced_axes(axis, len(x.shape), name))


def mean(x: Any, /, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Tensor:
    """Arithmetic mean over axes, in float64 for booleans and integers; NaN of nothing.

    Parameters
    ----------
    x : array_like
    axis : int or tuple of int, optional
    dtype : dtype, optional
        What `x` is cast to first.
    keepdims : bool

    >>> import lazytensor as lt
    >>> print(lt.mean(lt.asarray([1, 2, 4, 5])))
    3.0
    """
    value = _floating(x, dtype, "mean")
    made = divide(_reduce(ops.sum, value, axis, keepdims), _count(value, axis, "mean"))
    return made if dtype is None or made.dtype == value.dtype else astype(made, value.dtype)


def var(
    x: Any,
    /,
    axis: Any = None,
    dtype: Any = None,
    ddof: float | None = None,
    keepdims: bool = False,
    *,
    correction: float | None = None,
    mean: Any = None,
) -> Tensor:
    """Variance over axes: the mean of the squared (absolute) deviations from the mean.

    Parameters
    ----------
    x : array_like
    axis : int or tuple of int, optional
    dtype : dtype, optional
        What `x` is cast to first.
    ddof, correction : float
        Two names for what is subtracted from the number of elements in the divisor; 0 by default.
    keepdims : bool
    mean : array_like, optional
        The mean over the axes, with them kept, if it is known.

    >>> import lazytensor as lt
    >>> print(lt.var(lt.asarray([1.0, 3.0]), correction=1))
    2.0
    """
    if ddof is not None and correction is not None:
        raise ValueError("var: ddof and correction are one argument; give one of them")
    subtracted = ddof if ddof is not None else correction if correction is not None else 0
    value = _floating(x, dtype, "var")
    count = _count(value, axis, "var")
    if mean is None:
        mean = divide(_reduce(ops.sum, value, axis, True), count)
    deviation = subtract(value, mean)
    if deviation.dtype.kind == "c":
        squares = square(_real(deviation)) + square(_imag(deviation))
    else:
        squares = multiply(deviation, deviation)
    divisor = count - subtracted
    return divide(_reduce(ops.sum, squares, axis, keepdims), divisor if divisor > 0 else 0)


def std(
    x: Any,
    /,
    axis: Any = None,
    dtype: Any = None,
    ddof: float | None = None,
    keepdims: bool = False,
    *,
    correction: float | None = None,
    mean: Any = None,
) -> Tensor:
    """Standard deviation over axes: the square root of `var`, whose parameters it has."""
    return sqrt(var(x, axis, dtype, ddof, keepdims, correction=correction, mean=mean))


# -- running sums ---------------------------------------------------------------------------------------------------------------


def _scan(op: Op, x: Any, axis: int | None, dtype: Any, initial: bool) -> Tensor:
    node = _cast(x, dtype, op.name)
    place = one_axis(axis, len(node.shape), op.name)
    made = wrap(record(op, (node,), (place, initial)))
    return made if dtype is None or made.dtype == as_dtype(dtype, op.name) else astype(made, dtype)


def _standard_scan(op: Op, x: Any, axis: int | None, dtype: Any, initial: bool) -> Tensor:
    node = node_operand(x, op.name)
    if axis is None:
        if len(node.shape) != 1:
            raise ValueError(f"{op.name}: axis is needed for a shape of other than one dimension, got {node.shape}")
        axis = 0
    return _scan(op, wrap(node), axis, dtype, bool(initial))


def cumulative_sum(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Tensor:
    """Running sum along an axis, which may be left out for one-dimensional arrays.

    Parameters
    ----------
    x : array_like
    axis : int, optional
    dtype : dtype, optional
        What `x` is cast to first. Booleans and integers are summed in 64 bits otherwise.
    include_initial : bool
        Start with a zero: the result is one longer.

    >>> import lazytensor as lt
    >>> print(lt.cumulative_sum(lt.arange(4), include_initial=True))
    [0 0 1 3 6]
    """
    return _standard_scan(ops.cumulative_sum, x, axis, dtype, include_initial)


def cumulative_prod(x: Any, /, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Tensor:
    """Running product along an axis; parameters as of `cumulative_sum`, the initial value is one."""
    return _standard_scan(ops.cumulative_prod, x, axis, dtype, include_initial)


def cumsum(x: Any, /, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Running sum along an axis, or of the raveled array."""
    return _scan(ops.cumulative_sum, ravel(x) if axis is None else x, axis or 0, dtype, False)


def cumprod(x: Any, /, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Running product along an axis, or of the raveled array."""
    return _scan(ops.cumulative_prod, ravel(x) if axis is None else x, axis or 0, dtype, False)
