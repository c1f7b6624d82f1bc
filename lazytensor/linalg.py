"""Linear algebra: products, `inv`, `solve`, `cholesky`, norms. Nothing here waits.

Shapes are checked at the call; a singular matrix raises `numpy.linalg.LinAlgError` at the wait.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, statistics, views
from lazytensor.axes import axis_tuple
from lazytensor.compiler.ops import library as ops
from lazytensor.handle import apply, node_operand, record, wrap
from lazytensor.manipulation import as_tensor, matrix_transpose, moveaxis, ravel, reshape

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "cholesky", "diagonal", "inv", "matmul", "matrix_norm", "matrix_transpose", "norm", "outer", "solve", "tensordot", "trace",
    "vecdot", "vector_norm",
]  # fmt: skip


# -- products -------------------------------------------------------------------------------------------------------------------


def matmul(x: Any, y: Any, /) -> Tensor:
    """Matrix product: the last axis of `x` with the last but one of `y`; further axes broadcast.

    Parameters
    ----------
    x, y : array_like, (..., n, k) and (..., k, m)
        A one-dimensional operand is a row on the left, a column on the right, and its axis does not appear in the result.

    >>> import lazytensor as lt
    >>> print(lt.matmul(lt.asarray([[1, 2], [3, 4]]), lt.asarray([1, 1])))
    [3 7]
    """
    return apply(ops.matmul, x, y)


def dot(x: Any, y: Any, /) -> Tensor:
    """NumPy's dot: the last axis of `x` with the last but one (or only) of `y`; unlike `matmul`, further axes do not broadcast.

    A 0-d operand multiplies.
    """
    first, second = as_tensor(x, "dot"), as_tensor(y, "dot")
    if not first.shape or not second.shape:
        return elementwise.multiply(first, second)
    if len(second.shape) == 1 or len(first.shape) + len(second.shape) <= 4:
        return matmul(first, second)
    return tensordot(first, second, (-1, -2))


def vecdot(x: Any, y: Any, /, *, axis: int = -1) -> Tensor:
    """Dot product of vectors along an axis, the first conjugated; the axes before broadcast."""
    if axis == -1:
        return apply(ops.vecdot, x, y)
    first, second = as_tensor(x, "vecdot"), as_tensor(y, "vecdot")
    return apply(ops.vecdot, moveaxis(first, axis, -1), moveaxis(second, axis, -1))


def vdot(x: Any, y: Any, /) -> Tensor:
    """Dot product of the raveled arrays, the first conjugated."""
    return vecdot(ravel(x), ravel(y))


def inner(x: Any, y: Any, /) -> Tensor:
    """Sum of products over the last axes; a 0-d operand multiplies."""
    first, second = as_tensor(x, "inner"), as_tensor(y, "inner")
    if not first.shape or not second.shape:
        return elementwise.multiply(first, second)
    return tensordot(first, second, (-1, -1))


def tensordot(x: Any, y: Any, /, axes: Any = 2) -> Tensor:
    """Sum of products over pairs of axes.

    Parameters
    ----------
    x, y : array_like
    axes : int or pair of int or sequence
        So many of the last axes of `x` and the first of `y`; or the axes of each, in pairs.

    >>> import lazytensor as lt
    >>> lt.tensordot(lt.ones((2, 3, 4)), lt.ones((4, 3, 5)), axes=([1, 2], [1, 0])).shape
    (2, 5)
    """
    first, second = node_operand(x, "tensordot"), node_operand(y, "tensordot")
    left, right = len(first.shape), len(second.shape)
    if views.is_integer(axes):
        count = int(axes)
        if not 0 <= count <= min(left, right):
            raise ValueError(f"tensordot: cannot contract {count} axes of shapes {first.shape} and {second.shape}")
        ours, theirs = tuple(range(left - count, left)), tuple(range(count))
    else:
        given_ours, given_theirs = axes
        ours, theirs = _axes(given_ours, left), _axes(given_theirs, right)
        if len(ours) != len(theirs):
            raise ValueError(f"tensordot: axes must come in pairs, got {axes}")
    return wrap(record(ops.tensordot, (first, second), (ours, theirs)))


def _axes(given: Any, rank: int) -> tuple[int, ...]:
    return axis_tuple(given if views.is_integer(given) else tuple(given), rank, "tensordot")


def outer(x: Any, y: Any, /) -> Tensor:
    """All products of an element of `x` with one of `y`, as a matrix; both are raveled."""
    first, second = ravel(x), ravel(y)
    return elementwise.multiply(reshape(first, (*first.shape, 1)), second)


def einsum(subscripts: str, /, *operands: Any, optimize: Any = True) -> Tensor:
    """Einstein's summation convention.

    Parameters
    ----------
    subscripts : str
        Labels of the axes, such as "ij,jk->ik".
    operands : array_like
    optimize
        Ignored: contractions of several operands are always ordered.

    >>> import lazytensor as lt
    >>> print(lt.einsum("ii->", lt.asarray([[1, 2], [3, 4]])))
    5
    """
    if not isinstance(subscripts, str):
        raise TypeError(f"einsum: subscripts must be a string, got {type(subscripts).__name__}")
    return apply(ops.einsum, *operands, params=(subscripts,))


# -- matrices -------------------------------------------------------------------------------------------------------------------


def inv(x: Any, /) -> Tensor:
    """Inverse of square matrices along the last two axes.

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square; for singular ones at the wait.

    >>> import lazytensor as lt
    >>> print(lt.linalg.inv(lt.asarray([[2.0, 0.0], [0.0, 4.0]])))
    [[0.5  0.  ]
     [0.   0.25]]
    """
    return apply(ops.inv, x)


def solve(a: Any, b: Any, /) -> Tensor:
    """Solutions x of the linear systems a @ x = b.

    Parameters
    ----------
    a : array_like, (..., n, n)
    b : array_like, (n,) or (..., n, k)

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square; for singular ones at the wait.
    """
    return apply(ops.solve, a, b)


def cholesky(x: Any, /, *, upper: bool = False) -> Tensor:
    """Triangular factors L of positive definite matrices x = L @ L^H; with `upper`, the U of x = U^H @ U.

    Raises
    ------
    numpy.linalg.LinAlgError
        At the wait, for matrices that are not positive definite.
    """
    return apply(ops.cholesky, x, params=(bool(upper),))


def diagonal(x: Any, /, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Tensor:
    """The diagonals of matrices, as a view that aliases `x`."""
    source = as_tensor(x, "diagonal")
    view = source._index_map()
    rank = len(view.shape)
    if rank < 2:
        raise ValueError(f"diagonal: expects at least two dimensions, got shape {view.shape}")
    row, column = axis_tuple((axis1, axis2), rank, "diagonal")
    rest = [axis for axis in range(rank) if axis not in (row, column)]
    length = max(0, min(view.shape[row] + min(offset, 0), view.shape[column] - max(offset, 0)))
    start = max(offset, 0) * view.strides[column] - min(offset, 0) * view.strides[row] if length else 0
    shape = (*(view.shape[axis] for axis in rest), length)
    strides = (*(view.strides[axis] for axis in rest), view.strides[row] + view.strides[column])
    return source._alias(views.View(shape, strides, view.offset + start))


def trace(x: Any, /, offset: int = 0, dtype: Any = None, axis1: int = -2, axis2: int = -1) -> Tensor:
    """Sums of the diagonals of matrices."""
    return statistics.sum(diagonal(x, offset, axis1, axis2), axis=-1, dtype=dtype)


# -- norms ----------------------------------------------------------------------------------------------------------------------


def _floating(x: Any, name: str) -> Tensor:
    source = as_tensor(x, name)
    return elementwise.astype(source, np.float64) if source.dtype.kind in "biu" else source


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    """Norms of vectors along axes, of all elements when None: (sum |x|**ord)**(1/ord), or maximum for inf, count for 0."""
    magnitudes = elementwise.abs(_floating(x, "vector_norm"))
    if ord == math.inf:
        return statistics.max(magnitudes, axis=axis, keepdims=keepdims)
    if ord == -math.inf:
        return statistics.min(magnitudes, axis=axis, keepdims=keepdims)
    if ord == 0:
        nonzero = elementwise.astype(elementwise.not_equal(magnitudes, 0), magnitudes.dtype)
        return statistics.sum(nonzero, axis=axis, keepdims=keepdims)
    if ord == 1:
        return statistics.sum(magnitudes, axis=axis, keepdims=keepdims)
    total = statistics.sum(elementwise.pow(magnitudes, ord), axis=axis, keepdims=keepdims)
    return elementwise.sqrt(total) if ord == 2 else elementwise.pow(total, 1.0 / ord)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """Norms of matrices along the last two axes: "fro", or the largest (smallest) row sum for (-)inf, column sum for (-)1."""
    source = _floating(x, "matrix_norm")
    if len(source.shape) < 2:
        raise ValueError(f"matrix_norm: expects at least two dimensions, got shape {source.shape}")
    if ord == "fro":
        return vector_norm(source, axis=(-2, -1), keepdims=keepdims)
    if ord not in (1, -1, math.inf, -math.inf):
        raise ValueError(f"matrix_norm: ord must be 'fro', 1, -1, inf or -inf, got {ord!r}")
    sums = statistics.sum(elementwise.abs(source), axis=-2 if abs(ord) == 1 else -1, keepdims=True)
    extreme = statistics.max if ord > 0 else statistics.min
    return extreme(sums, axis=(-2, -1), keepdims=keepdims)


def norm(x: Any, /, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """NumPy's norm: of vectors along one axis, of matrices along two, of all elements without `ord` and `axis`."""
    source = as_tensor(x, "norm")
    rank = len(source.shape)
    if ord is None:
        return vector_norm(source, axis=axis, keepdims=keepdims)
    axes = tuple(range(rank)) if axis is None else axis_tuple(axis, rank, "norm")
    if len(axes) == 1:
        return vector_norm(source, axis=axes, keepdims=keepdims, ord=ord)
    if len(axes) != 2:
        raise ValueError(f"norm: expects one axis or two, got {axis} of shape {source.shape}")
    if not keepdims:
        return matrix_norm(moveaxis(source, axes, (-2, -1)), ord=ord)
    made = matrix_norm(moveaxis(source, axes, (-2, -1)), ord=ord, keepdims=True)
    return moveaxis(made, (-2, -1), axes)
