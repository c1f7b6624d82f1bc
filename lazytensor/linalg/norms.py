"""Norms of vectors and matrices, condition and rank: compositions of recorded operations. Nothing here waits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.arguments import truncated
from lazytensor.calling.axes import axis_tuple, one_axis, reduced_axes, sorted_axes
from lazytensor.calling.immediate import at_once
from lazytensor.compiler.ops import decompositions as ops
from lazytensor.core.handle import wrap
from lazytensor.core.operands import apply, as_tensor
from lazytensor.core.record import record
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.manipulation import expand_dims, moveaxis
from lazytensor.linalg.factorizations import svdvals

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = ["cond", "matrix_norm", "matrix_rank", "norm", "vector_norm"]

ORDERS = (None, "fro", "f", "nuc", 1, -1, 2, -2, math.inf, -math.inf)


def floating(x: Any, name: str) -> Tensor:
    """`x` in the dtype that linear algebra computes in: float64 for booleans and integers."""
    source = as_tensor(x, name)
    return results.astype(source, np.float64) if source.dtype.kind in "biu" else source


def _squares(x: Tensor) -> Tensor:
    """Squares of the absolute values."""
    if x.dtype.kind != "c":
        return elementwise.square(x)
    return elementwise.add(elementwise.square(elementwise.real(x)), elementwise.square(elementwise.imag(x)))


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    """Norms of vectors along axes, of all elements when None: (sum |x|**ord)**(1/ord), or maximum for inf, count for 0.

    Parameters
    ----------
    x : array_like
    axis : int or tuple of int, optional
    keepdims : bool
        Keep the reduced axes with length 1.
    ord : int or float
        Any; -inf is the minimum.

    >>> import lazytensor as lt
    >>> print(lt.linalg.vector_norm(lt.asarray([3, 4])))
    5.0
    """
    return _vector_norm(floating(x, "vector_norm"), axis, keepdims, ord)


def _vector_norm(x: Tensor, axis: Any, keepdims: bool, ord: Any) -> Tensor:
    if isinstance(ord, str):
        raise ValueError(f"norm: ord must be a number for vectors, got {ord!r}")
    if ord is None or ord == 2:
        return elementwise.sqrt(statistics.sum(_squares(x), axis=axis, keepdims=keepdims))
    if isinstance(ord, np.generic):
        ord = ord.item()  # a Python number does not lend its dtype
    magnitudes = elementwise.abs(x)
    if ord == math.inf:
        return largest(magnitudes, axis, keepdims)
    if ord == -math.inf:
        return statistics.min(magnitudes, axis=axis, keepdims=keepdims)
    if ord == 0:
        nonzero = results.astype(elementwise.not_equal(magnitudes, 0), magnitudes.dtype)
        return statistics.sum(nonzero, axis=axis, keepdims=keepdims)
    if ord == 1:
        return statistics.sum(magnitudes, axis=axis, keepdims=keepdims)
    total = statistics.sum(elementwise.pow(magnitudes, ord), axis=axis, keepdims=keepdims)
    return elementwise.pow(total, 1.0 / ord)


def largest(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    """The maximum of magnitudes: 0 of none."""
    empty = any(not x.shape[place] for place in reduced_axes(axis, len(x.shape), "norm"))
    return (statistics.sum if empty else statistics.max)(x, axis=axis, keepdims=keepdims)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """Norms of matrices along the last two axes.

    Parameters
    ----------
    x : array_like, (..., m, n)
    keepdims : bool
        Keep the last two axes with length 1.
    ord : {"fro", "nuc", 1, -1, 2, -2, inf, -inf}
        The root of the sum of squares; the sum of the singular values; the largest (smallest) sum of a column, singular value,
        sum of a row.

    >>> import lazytensor as lt
    >>> print(lt.linalg.matrix_norm(lt.asarray([[1, 2], [3, 4]]), ord=1))
    6.0
    """
    return _matrix_norm(floating(x, "matrix_norm"), keepdims, ord)


def _matrix_norm(x: Tensor, keepdims: bool, ord: Any) -> Tensor:
    if len(x.shape) < 2:
        raise np.exceptions.AxisError(-2, len(x.shape), msg_prefix="norm: expects matrices")
    if ord not in ORDERS:
        raise ValueError(f"norm: ord must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf for matrices, got {ord!r}")
    if ord is None or ord in ("fro", "f"):
        return _vector_norm(x, (-2, -1), keepdims, 2)
    if ord in ("nuc", 2, -2):
        values = svdvals(x)
        made = statistics.sum(values, axis=-1) if ord == "nuc" else _extreme(values, -1, ord, False)
        return expand_dims(made, (-2, -1)) if keepdims else made
    sums = statistics.sum(elementwise.abs(x), axis=-2 if abs(ord) == 1 else -1, keepdims=True)
    return _extreme(sums, (-2, -1), ord, keepdims)


def _extreme(x: Tensor, axis: Any, ord: Any, keepdims: bool) -> Tensor:
    """The largest for a positive order, the smallest for a negative one."""
    return largest(x, axis, keepdims) if ord > 0 else statistics.min(x, axis=axis, keepdims=keepdims)


@at_once(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """NumPy's norm: of vectors along one axis, of matrices along two, of all elements without `ord` and `axis`."""
    source = floating(x, "norm")
    rank = len(source.shape)
    if ord is None and axis is None:
        return _vector_norm(source, None, keepdims, 2)
    if axis is None or isinstance(axis, tuple):
        axes = sorted_axes(axis, rank, "norm") if axis is None else axis_tuple(axis, rank, "norm", strict=True)
    else:
        axes = (one_axis(truncated(axis, "norm", "axis"), rank, "norm"),)
    if len(axes) == 1:
        return _vector_norm(source, axes, keepdims, ord)
    if len(axes) != 2:
        raise ValueError(f"norm: expects one axis or two, got {axis} of shape {source.shape}")
    made = _matrix_norm(moveaxis(source, axes, (-2, -1)), keepdims, ord)
    return moveaxis(made, (-2, -1), axes) if keepdims else made


def cond(x: Any, p: Any = None) -> Tensor:
    """Condition numbers of matrices: the norm times the norm of the inverse; inf of singular ones.

    Parameters
    ----------
    x : array_like, (..., m, n)
        Square, unless `p` is None, 2 or -2.
    p : {None, 2, -2, "fro", "nuc", 1, -1, inf, -inf}
        Order of the norm, as of `matrix_norm`; None is 2.
    """
    if p not in ORDERS:
        raise ValueError(f"cond: p must be None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf, got {p!r}")
    return apply(ops.cond, x, params=(p,))


def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Tensor:
    """How many singular values of each matrix are greater than a tolerance, as int64.

    Parameters
    ----------
    A : array_like, (..., m, n)
        Of a vector, or a number, 1 unless all of it is zero.
    tol : array_like, optional
        The tolerance, one for each matrix or for all.
    hermitian : bool
        Take `A` for Hermitian, and read its lower triangle only.
    rtol : array_like, optional
        The tolerance as a fraction of the largest singular value; max(m, n) times the dtype's epsilon when both are None.

    >>> import lazytensor as lt
    >>> print(lt.linalg.matrix_rank(lt.asarray([[1, 2], [2, 4]])))
    1
    """
    if rtol is not None and tol is not None:
        raise ValueError("matrix_rank: expects tol or rtol, got both")
    source = as_tensor(A, "matrix_rank")
    if len(source.shape) < 2:
        return results.astype(statistics.any(elementwise.not_equal(source, 0)), np.int64)
    values = wrap(record(ops.svdvals, (source._read(),), (bool(hermitian),)))
    if tol is not None:
        bound = expand_dims(as_tensor(tol, "matrix_rank"), -1)
    else:
        bound = relative(rtol, source.shape, values) * largest(values, -1, True)
    return statistics.count_nonzero(elementwise.greater(values, bound), axis=-1)


def relative(rtol: Any, shape: tuple[int, ...], values: Tensor) -> Any:
    """A relative tolerance with an axis for the singular values; by default what rounding leaves of a zero."""
    if rtol is None:
        return max(shape[-2:]) * float(np.finfo(values.dtype).eps)
    return rtol if isinstance(rtol, (int, float)) else expand_dims(as_tensor(rtol, "rtol"), -1)
