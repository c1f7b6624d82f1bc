"""Products of vectors and matrices, with NumPy's semantics. Nothing here waits.

`contractions` has the general ones, `tensordot` and `einsum`; `linalg` the array API's forms, which work on the last axes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.axes import as_index, axis_tuple, one_axis
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import memory_order
from lazytensor.calling.out import deliver
from lazytensor.calling.shortcuts import product_size
from lazytensor.calling.ufunc_class import generalized
from lazytensor.calling.viewing import seen_through
from lazytensor.compiler.ops import library as ops
from lazytensor.core import layout, views
from lazytensor.core.handle import wrap
from lazytensor.core.operands import apply, as_tensor
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.contractions import operand_as, tensordot
from lazytensor.functions.joining import stack
from lazytensor.functions.manipulation import expand_dims, moveaxis, ravel, reshape

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "cross", "diagonal", "dot", "inner", "kron", "matmul", "matvec", "outer", "trace", "vdot", "vecdot", "vecmat",
]  # fmt: skip

Product = Callable[["Tensor", "Tensor"], "Tensor"]


# -- of matrices and vectors along the last axes --------------------------------------------------------------------------------


@generalized(np.matmul)
@at_once(ops.matrix_product, grows=product_size)
def matmul(
    x1: Any, x2: Any, /, out: Any = None, *, axes: Any = None, casting: str = "same_kind", order: str = "K", dtype: Any = None
) -> Tensor:
    """Matrix product: the last axis of `x1` with the last but one of `x2`; further axes broadcast.

    Parameters
    ----------
    x1, x2 : array_like, (..., n, k) and (..., k, m)
        A one-dimensional operand is a row on the left, a column on the right, and its axis does not appear in the result.
    out : tensor or numpy.ndarray, optional
        Where to store the result. A NumPy array waits.
    axes : list of tuple, optional
        The axes of the matrices in both operands and in the result, where they are not the last.
    casting, dtype : optional
        What to compute in, and how freely the operands and the result may be cast.
    order : {"K", "A", "C", "F"}
        "F" lays a new result out in Fortran's order, "A" where both operands are in that; with any other it is C-contiguous.

    >>> import lazytensor as lt
    >>> print(lt.matmul(lt.asarray([[1, 2], [3, 4]]), lt.asarray([1, 1])))
    [3 7]
    """
    if out is None and dtype is None and axes is None and order == "K" and casting == "same_kind":
        return apply(ops.matmul, x1, x2)
    first, second = _operands("matmul", x1, x2, casting, dtype)
    cores = (min(len(first.shape), 2), min(len(second.shape), 2))
    return _along(_matmul, "matmul", first, second, axes, (*cores, max(sum(cores) - 2, 0)), out, casting, order)


def _matmul(x: Tensor, y: Tensor) -> Tensor:
    return apply(ops.matmul, x, y)


@generalized(np.vecdot)
def vecdot(
    x1: Any,
    x2: Any,
    /,
    out: Any = None,
    *,
    axes: Any = None,
    axis: int | None = None,
    keepdims: bool = False,
    casting: str = "same_kind",
    order: str = "K",
    dtype: Any = None,
) -> Tensor:
    """Dot product of vectors along an axis (the last when None), the first conjugated; the other axes broadcast."""
    first, second = _operands("vecdot", x1, x2, casting, dtype)
    if not isinstance(keepdims, (bool, np.bool_)):
        raise TypeError(f"vecdot: keepdims must be a boolean, got {keepdims!r}")
    if axis is not None:
        if axes is not None:
            raise TypeError("vecdot: expects axis or axes, got both")
        place = as_index(axis)
        if place is None:
            raise TypeError(f"vecdot: axis must be an integer, got {axis!r}")
        axes = [place, place, place if keepdims else ()]
    if keepdims:
        axes = [*axes, -1] if axes is not None and len(axes) == 2 else axes
        return _along(_vecdot_kept, "vecdot", first, second, axes, (1, 1, 1), out, casting, order)
    return _along(_vecdot, "vecdot", first, second, axes, (1, 1, 0), out, casting, order)


def _vecdot(x: Tensor, y: Tensor) -> Tensor:
    return apply(ops.vecdot, x, y)


def _vecdot_kept(x: Tensor, y: Tensor) -> Tensor:
    return expand_dims(_vecdot(x, y), -1)


@generalized(getattr(np, "matvec", np.vecdot), "(m,n),(n)->(m)")  # NumPy has it since 2.2; the loops are the same
def matvec(
    x1: Any, x2: Any, /, out: Any = None, *, axes: Any = None, casting: str = "same_kind", order: str = "K", dtype: Any = None
) -> Tensor:
    """Products of matrices (..., m, n) with vectors (..., n); the axes before broadcast.

    >>> import lazytensor as lt
    >>> print(lt.matvec(lt.asarray([[1, 2], [3, 4]]), lt.asarray([[1, 1], [0, 1]])))
    [[3 7]
     [2 4]]
    """
    first, second = _operands("matvec", x1, x2, casting, dtype)
    return _along(_matvec, "matvec", first, second, axes, (2, 1, 1), out, casting, order)


def _matvec(x: Tensor, y: Tensor) -> Tensor:
    if len(x.shape) < 2 or not y.shape or x.shape[-1] != y.shape[-1]:
        raise ValueError(f"matvec: expects shapes (..., m, n) and (..., n), got {x.shape} and {y.shape}")
    return _matmul(x, y) if len(y.shape) == 1 else _matmul(x, expand_dims(y, -1))[..., 0]


@generalized(getattr(np, "vecmat", np.vecdot), "(n),(n,m)->(m)")
def vecmat(
    x1: Any, x2: Any, /, out: Any = None, *, axes: Any = None, casting: str = "same_kind", order: str = "K", dtype: Any = None
) -> Tensor:
    """Products of vectors (..., n), conjugated, with matrices (..., n, m); the axes before broadcast."""
    first, second = _operands("vecmat", x1, x2, casting, dtype)
    return _along(_vecmat, "vecmat", first, second, axes, (1, 2, 1), out, casting, order)


def _vecmat(x: Tensor, y: Tensor) -> Tensor:
    if len(y.shape) < 2 or not x.shape or x.shape[-1] != y.shape[-2]:
        raise ValueError(f"vecmat: expects shapes (..., n) and (..., n, m), got {x.shape} and {y.shape}")
    row = elementwise.conj(x) if x.dtype.kind == "c" else x
    return _matmul(row, y) if len(x.shape) == 1 else _matmul(expand_dims(row, -2), y)[..., 0, :]


def _operands(name: str, x1: Any, x2: Any, casting: str, dtype: Any) -> tuple[Tensor, Tensor]:
    """Both as tensors, cast to `dtype`."""
    return operand_as(x1, dtype, casting, name), operand_as(x2, dtype, casting, name)


def _along(
    product: Product, name: str, x: Tensor, y: Tensor, axes: Any, cores: tuple[int, int, int], out: Any, casting: str, order: str
) -> Tensor:
    """The product with its axes, so many of each operand and of the result, at the places given instead of the last."""
    letter = layout.result_order(memory_order(order, name, default="K"), (x, y))
    letter = letter if out is None or out is ... else "C"
    if axes is None:
        made = product(x, y)
        return deliver(layout.laid_out(made, letter) if letter == "F" else made, out, name, casting=casting, fixed=cores[2])
    places = [tuple(item) if isinstance(item, (tuple, list)) else (item,) for item in axes]
    if len(places) == 2 and not cores[2]:
        places.append(())
    if len(places) != 3:
        raise ValueError(f"{name}: axes must be those of both operands and of the result, got {axes}")
    if tuple(map(len, places)) != cores:
        raise np.exceptions.AxisError(
            f"{name}: axes must name {cores[0]}, {cores[1]} and {cores[2]} axes of operands and result, got {axes}"
        )
    last = [tuple(range(-count, 0)) for count in cores]
    made = product(moveaxis(x, places[0], last[0]), moveaxis(y, places[1], last[1]))
    made = moveaxis(made, last[2], places[2]) if places[2] else made
    return deliver(layout.laid_out(made, letter) if letter == "F" else made, out, name, casting=casting)


# -- of arrays as NumPy has always had them --------------------------------------------------------------------------------------


@at_once(np.dot, grows=product_size)
def dot(a: Any, b: Any, out: Any = None) -> Tensor:
    """NumPy's dot: the last axis of `a` with the last but one (or only) of `b`; unlike `matmul`, further axes do not broadcast.

    A 0-d operand multiplies.
    """
    first, second = as_tensor(a, "dot"), as_tensor(b, "dot")
    if not first.shape or not second.shape:
        made = elementwise.multiply(first, second)
    elif len(second.shape) == 1 or len(first.shape) + len(second.shape) <= 4:
        made = matmul(first, second)
    else:
        made = tensordot(first, second, (-1, -2))
    return deliver(made, out, "dot")


@at_once(np.vdot)
def vdot(a: Any, b: Any, /) -> Tensor:
    """Dot product of the raveled arrays, the first conjugated."""
    return vecdot(ravel(a), ravel(b))


@at_once(np.inner, grows=product_size)
def inner(a: Any, b: Any, /) -> Tensor:
    """Sum of products over the last axes; a 0-d operand multiplies."""
    first, second = as_tensor(a, "inner"), as_tensor(b, "inner")
    if not first.shape or not second.shape:
        return elementwise.multiply(first, second)
    made = tensordot(first, second, (-1, -1))
    return made if made.shape else wrap(made._read())  # a scalar, where tensordot gives an array


@at_once(np.outer, grows=True)
def outer(a: Any, b: Any, out: Any = None) -> Tensor:
    """All products of an element of `a` with one of `b`, as a matrix; both are raveled."""
    first, second = ravel(a), ravel(b)
    return deliver(elementwise.multiply(reshape(first, (*first.shape, 1)), second), out, "outer", fixed=0)


@at_once(np.kron, grows=True)
def kron(a: Any, b: Any) -> Tensor:
    """Kronecker product: every element of `a` times all of `b`, as blocks.

    The operand with fewer axes gets leading ones of length 1.

    >>> import lazytensor as lt
    >>> print(lt.kron(lt.asarray([1, 10]), lt.asarray([1, 2])))
    [ 1  2 10 20]
    """
    first, second = as_tensor(a, "kron"), as_tensor(b, "kron")
    rank = max(len(first.shape), len(second.shape))
    blocks = (1,) * (rank - len(first.shape)) + first.shape
    within = (1,) * (rank - len(second.shape)) + second.shape
    product = elementwise.multiply(
        reshape(first, tuple([length for outside in blocks for length in (outside, 1)])),
        reshape(second, tuple([length for inside in within for length in (1, inside)])),
    )
    if not rank:
        return product
    return reshape(product, tuple([outside * inside for outside, inside in zip(blocks, within, strict=True)]))


@at_once(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Tensor:
    """Cross products of vectors of three elements.

    Parameters
    ----------
    a, b : array_like
        A vector of two elements stands for one in the plane; of two of these, the product is the third element alone.
    axisa, axisb, axisc : int
        Where the vectors are in `a`, in `b` and in the result. The other axes broadcast.
    axis : int, optional
        All three.

    >>> import lazytensor as lt
    >>> print(lt.cross(lt.asarray([1, 0, 0]), lt.asarray([0, 1, 0])))
    [0 0 1]
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    first, second = as_tensor(a, "cross"), as_tensor(b, "cross")
    if not first.shape or not second.shape:
        raise ValueError(f"cross: expects vectors, got shapes {first.shape} and {second.shape}")
    x, y = moveaxis(first, axisa, -1), moveaxis(second, axisb, -1)
    if x.shape[-1] not in (2, 3) or y.shape[-1] not in (2, 3):
        raise ValueError(f"cross: expects vectors of two or three elements, got {x.shape[-1]} and {y.shape[-1]}")
    dtype = np.promote_types(x.dtype, y.dtype)
    x0, x1, *x2 = [results.astype(x[..., place], dtype, copy=False) for place in range(x.shape[-1])]
    y0, y1, *y2 = [results.astype(y[..., place], dtype, copy=False) for place in range(y.shape[-1])]
    across = x0 * y1 - x1 * y0
    if not x2 and not y2:
        return across
    if not x2:
        parts = (x1 * y2[0], -(x0 * y2[0]), across)
    elif not y2:
        parts = (-(x2[0] * y1), x2[0] * y0, across)
    else:
        parts = (x1 * y2[0] - x2[0] * y1, x2[0] * y0 - x0 * y2[0], across)
    return stack(parts, axis=one_axis(axisc, len(across.shape) + 1, "cross"))


# -- diagonals ------------------------------------------------------------------------------------------------------------------


def _shown_diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    found = a.diagonal(offset, axis1, axis2)
    found.flags.writeable = a.flags.writeable
    return found


@seen_through(_shown_diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonals over two axes, as the last axis of a view that aliases `a`.

    Unlike NumPy's, the view can be written through, as `a` can.

    >>> import lazytensor as lt
    >>> print(lt.diagonal(lt.asarray([[1, 2], [3, 4]])))
    [1 4]
    """
    source = as_tensor(a, "diagonal")
    view = source._index_map()
    rank = len(view.shape)
    if rank < 2:
        raise ValueError(f"diagonal: expects at least two dimensions, got shape {view.shape}")
    row, column = axis_tuple((axis1, axis2), rank, "diagonal")
    offset = operator.index(offset)
    rest = [axis for axis in range(rank) if axis not in (row, column)]
    length = max(0, min(view.shape[row] + min(offset, 0), view.shape[column] - max(offset, 0)))
    start = max(offset, 0) * view.strides[column] - min(offset, 0) * view.strides[row] if length else 0
    shape = (*(view.shape[axis] for axis in rest), length)
    strides = (*(view.strides[axis] for axis in rest), view.strides[row] + view.strides[column])
    return source._alias(views.View(shape, strides, view.offset + start))


@at_once(np.ndarray.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Tensor:
    """Sums of the diagonals over two axes."""
    made = statistics.sum(diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)
    return deliver(made, out, "trace", casting="unsafe")
