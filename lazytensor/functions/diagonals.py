"""Diagonals and triangles of matrices, and where they are. Only `mask_indices` waits."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import integral
from lazytensor.calling.fallback import waits
from lazytensor.calling.immediate import at_once
from lazytensor.calling.results import astype
from lazytensor.core import views
from lazytensor.core.handle import Handle, created
from lazytensor.core.handle import wrap as tensor_of
from lazytensor.core.indexing import assign
from lazytensor.core.operands import as_tensor
from lazytensor.core.storage import constant
from lazytensor.core.storing import cast_for_assignment
from lazytensor.functions import products
from lazytensor.functions.creation import asarray, place, zeros
from lazytensor.functions.joining import concat, resize
from lazytensor.functions.manipulation import broadcast_to, copy, expand_dims, flip, ravel
from lazytensor.functions.ranges import arange
from lazytensor.functions.searching import nonzero
from lazytensor.functions.statistics import cumulative_prod

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "diag", "diag_indices", "diag_indices_from", "diagflat", "fill_diagonal", "mask_indices", "tril_indices",
    "tril_indices_from", "triu_indices", "triu_indices_from", "vander",
]  # fmt: skip


def _square(v: Any, k: int = 0) -> Any:
    if v.ndim != 1:
        raise ValueError("of a matrix it is a view")
    return np.diag(v, k)


@at_once(_square, grows=True)
def diag(v: Any, k: int = 0) -> Tensor:
    """The k-th diagonal of a matrix, as a view; of a vector, the matrix with that diagonal and zeros elsewhere.

    >>> import lazytensor as lt
    >>> print(lt.diag(lt.asarray([1, 2])))
    [[1 0]
     [0 2]]
    """
    if isinstance(v, Handle) and v.ndim == 2:
        return products.diagonal(v, k)
    source = as_tensor(v, "diag")
    offset = operator.index(k)
    if len(source.shape) == 2:
        return products.diagonal(source, offset)
    if len(source.shape) != 1:
        raise ValueError(f"diag: expects one or two dimensions, got shape {source.shape}")
    side = source.shape[0] + abs(offset)
    made = zeros((side, side), source.dtype, device=source._base().device)
    if source.shape[0]:
        products.diagonal(made, offset)[...] = source
    return made


def diagflat(v: Any, k: int = 0) -> Tensor:
    """The matrix with the raveled array as its k-th diagonal, zeros elsewhere."""
    return diag(ravel(v), k)


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Store values on the main diagonal of a tensor with two axes or more, all of one length if more than two. Lazy.

    Parameters
    ----------
    a : Tensor
        Written to.
    val : array_like
        Its raveled elements are repeated along the diagonal.
    wrap : bool
        In a tall matrix, start again at the first column one row after the diagonal has ended.
    """
    if not isinstance(a, Handle):
        raise TypeError(f"fill_diagonal: expects a tensor to write to, got {type(a).__name__}")
    view = a._index_map()
    rank = len(view.shape)
    if rank < 2:
        raise ValueError(f"fill_diagonal: expects at least two dimensions, got shape {view.shape}")
    if rank > 2 and len(set(view.shape)) > 1:
        raise ValueError(f"fill_diagonal: all dimensions must be of equal length, got shape {view.shape}")
    values = tensor_of(cast_for_assignment(val, a.dtype, "fill_diagonal"))
    if wrap and rank == 2 and view.shape[0] > view.shape[1] > 0:
        flat = np.arange(0, math.prod(view.shape), view.shape[1] + 1)
        assign(a, (flat // view.shape[1], flat % view.shape[1]), _cycled(values, len(flat)))
        return
    length = min(view.shape)
    # An alias shows writes to all who share the array; the diagonal is one stride.
    line = a._alias(views.View((length,), (sum(view.strides),), view.offset))
    if length:
        assign(line, ..., _cycled(values, length))


def _cycled(values: Handle, length: int) -> Handle:
    return values if values.shape in ((), (length,)) else resize(values, (length,))


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """The matrix whose columns are powers of a vector, from the highest down unless `increasing`.

    >>> import lazytensor as lt
    >>> print(lt.vander(lt.asarray([2, 3]), 3))
    [[4 2 1]
     [9 3 1]]
    """
    source = as_tensor(x, "vander")
    if len(source.shape) != 1:
        raise ValueError(f"vander: expects one dimension, got shape {source.shape}")
    count, rows = source.shape[0] if N is None else operator.index(N), source.shape[0]
    source = astype(source, np.promote_types(source.dtype, np.int64), copy=False)
    first = broadcast_to(asarray(1, source.dtype, device=source._base().device), (rows, min(count, 1)))
    made = copy(first)
    if count > 1:
        made = concat([first, cumulative_prod(broadcast_to(expand_dims(source, 1), (rows, count - 1)), axis=1)], 1)
    return made if increasing else flip(made, 1)


# -- positions: what shapes say, so that nothing is waited for -------------------------------------------------------------------


def _places(found: tuple[Any, ...]) -> tuple[Tensor, ...]:
    return tuple([created(constant(np.array(item, dtype=np.int64), place(None))) for item in found])


def diag_indices(n: int, ndim: int = 2) -> tuple[Tensor, ...]:
    """The positions of the main diagonal of an array of `ndim` axes of length `n`."""
    return (arange(n),) * operator.index(ndim)


def diag_indices_from(arr: Any) -> tuple[Tensor, ...]:
    """The positions of the main diagonal of the array."""
    shape = as_tensor(arr, "diag_indices_from").shape
    if len(shape) < 2 or len(set(shape)) > 1:
        raise ValueError(f"diag_indices_from: expects two dimensions or more, all of equal length, got shape {shape}")
    return diag_indices(shape[0], len(shape))


def _triangle(name: str, n: Any, k: Any, m: Any) -> tuple[Any, ...]:
    rows, offset = integral(n, name, "n"), integral(k, name, "k")
    return rows, offset, rows if m is None else integral(m, name, "m")


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Tensor, ...]:
    """The positions of the lower triangle, the k-th diagonal included, of an (n, m) matrix.

    >>> import lazytensor as lt
    >>> print(*lt.tril_indices(2))
    [0 1 1] [0 0 1]
    """
    return _places(np.tril_indices(*_triangle("tril_indices", n, k, m)))


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Tensor, ...]:
    """The positions of the upper triangle, the k-th diagonal included, of an (n, m) matrix."""
    return _places(np.triu_indices(*_triangle("triu_indices", n, k, m)))


def tril_indices_from(arr: Any, k: int = 0) -> tuple[Tensor, ...]:
    """The positions of the lower triangle of a matrix."""
    rows, columns = _matrix(arr, "tril_indices_from")
    return tril_indices(rows, k, columns)


def triu_indices_from(arr: Any, k: int = 0) -> tuple[Tensor, ...]:
    """The positions of the upper triangle of a matrix."""
    rows, columns = _matrix(arr, "triu_indices_from")
    return triu_indices(rows, k, columns)


def _matrix(arr: Any, name: str) -> tuple[int, ...]:
    shape = as_tensor(arr, name).shape
    if len(shape) != 2:
        raise ValueError(f"{name}: expects two dimensions, got shape {shape}")
    return shape


@waits
def mask_indices(n: int, mask_func: Callable[..., Any], k: Any = 0) -> tuple[Tensor, ...]:
    """The positions of an (n, n) matrix of ones where `mask_func(ones, k)`, such as `triu`, is not zero. Waits.

    >>> import lazytensor as lt
    >>> print(*lt.mask_indices(2, lt.triu))
    [0 0 1] [0 1 1]
    """
    return nonzero(asarray(mask_func(asarray(np.ones((operator.index(n),) * 2, np.int64)), k)))
