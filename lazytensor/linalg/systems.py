"""Linear systems: solving them, inverses, determinants, powers and chains of matrices.

Only `lstsq` may wait. Shapes are checked at the call; a singular matrix raises `numpy.linalg.LinAlgError` at the wait.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.fallback import waits
from lazytensor.calling.immediate import at_once
from lazytensor.calling.out import deliver
from lazytensor.compiler.ops import decompositions as ops
from lazytensor.core.handle import wrap
from lazytensor.core.operands import apply, as_tensor, node_operand
from lazytensor.core.record import record
from lazytensor.core.storage import constant
from lazytensor.functions import elementwise, products
from lazytensor.functions.manipulation import atleast_2d, broadcast_to, copy, matrix_transpose, moveaxis, ravel, reshape
from lazytensor.functions.ranges import eye
from lazytensor.linalg.factorizations import real, svd, unpacked
from lazytensor.linalg.norms import largest, relative

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "SlogdetResult",
    "det", "inv", "lstsq", "matrix_power", "multi_dot", "pinv", "slogdet", "solve", "tensorinv", "tensorsolve",
]  # fmt: skip


class SlogdetResult(NamedTuple):
    """What `slogdet` returns: the determinants' signs, and the logarithms of their absolute values."""

    sign: Tensor
    logabsdet: Tensor


# -- solving --------------------------------------------------------------------------------------------------------------------


@at_once(np.linalg.inv)
def inv(a: Any) -> Tensor:
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
    return apply(ops.inv, a)


@at_once(np.linalg.solve)
def solve(a: Any, b: Any) -> Tensor:
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


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Tensor:
    """Moore-Penrose inverses of matrices, by their singular values.

    Parameters
    ----------
    a : array_like, (..., m, n)
    rcond, rtol : array_like, optional
        Singular values up to this fraction of the largest count as zero; two names of one parameter. By default max(m, n) times
        the dtype's epsilon, as the array API says, where NumPy takes 1e-15.
    hermitian : bool
        Take `a` for Hermitian, and read its lower triangle only.

    >>> import lazytensor as lt
    >>> print(lt.linalg.pinv(lt.asarray([[2.0], [0.0]])))
    [[0.5 0. ]]
    """
    if rcond is not None and rtol is not None:
        raise ValueError("pinv: expects rcond or rtol, got both")
    source = as_tensor(a, "pinv")
    u, s, vh = svd(elementwise.conj(source) if source.dtype.kind == "c" else source, False, True, hermitian)
    bound = relative(rtol if rcond is None else rcond, source.shape, s) * largest(s, -1, True)
    # The tolerance decides, but does not lend its dtype.
    scales = results.where(elementwise.greater(s, bound), elementwise.divide(1, s), 0)
    return products.matmul(matrix_transpose(vh), elementwise.multiply(scales[..., None], matrix_transpose(u)))


@waits
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Least-squares solutions of a @ x = b. Waits if `a` has more rows than columns, because there are no residuals below full rank.

    Parameters
    ----------
    a : array_like, (m, n)
    b : array_like, (m,) or (m, k)
    rcond : float, optional
        Singular values below this fraction of the largest count as zero; by default max(m, n) times the dtype's epsilon.

    Returns
    -------
    x : (n,) or (n, k)
    residuals : (1,) or (k,)
        Sums of squares of b - a @ x; empty if the rank is below n, or m <= n.
    rank : 0-d, int32
    s : (min(m, n),)
        Singular values of `a`.

    >>> import lazytensor as lt
    >>> x, residuals, rank, s = lt.linalg.lstsq(lt.asarray([[1.0], [1.0]]), lt.asarray([1.0, 3.0]))
    >>> print(x, residuals, rank)
    [2.] [2.] 1
    """
    first, second = node_operand(a, "lstsq"), node_operand(b, "lstsq")
    cutoff = None if rcond is None else float(rcond)
    packed = wrap(record(ops.lstsq, (first, second), (cutoff,)))
    x, residuals, rank, s = unpacked(packed, ops.lstsq_parts(first.shape, second.shape))
    found = results.astype(real(rank[0]), np.int32)
    rows, columns = first.shape
    if rows <= columns or int(found) != columns:
        residuals = wrap(constant(np.empty(0, packed.dtype), first.device))
    return x, real(residuals), found, real(s)


def tensorinv(a: Any, ind: int = 2) -> Tensor:
    """The tensor that undoes the contraction of `a` over its last axes, those from `ind` on."""
    source = as_tensor(a, "tensorinv")
    if ind <= 0:
        raise ValueError(f"tensorinv: ind must be positive, got {ind}")
    kept, summed = source.shape[:ind], source.shape[ind:]
    count = math.prod(summed)
    if math.prod(kept) != count:
        raise np.linalg.LinAlgError(f"tensorinv: expects as many elements before axis {ind} as after, got shape {source.shape}")
    return reshape(inv(reshape(source, (count, count))), summed + kept)


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Tensor:
    """The x of tensordot(a, x, x.ndim) = b.

    Parameters
    ----------
    a : array_like, b.shape + x.shape
    b : array_like
    axes : tuple of int, optional
        Axes of `a` to move to its end first.
    """
    first, second = as_tensor(a, "tensorsolve"), as_tensor(b, "tensorsolve")
    if axes is not None:
        first = moveaxis(first, tuple(axes), tuple(range(-len(axes), 0)))
    shape = first.shape[len(second.shape) :]
    count = math.prod(shape)
    if math.prod(first.shape) != count**2 or math.prod(second.shape) != count:
        raise np.linalg.LinAlgError(f"tensorsolve: shapes {first.shape} and {second.shape} make no square system")
    return reshape(solve(reshape(first, (count, count)), ravel(second)), shape)


# -- determinants ---------------------------------------------------------------------------------------------------------------


@at_once(np.linalg.det)
def det(a: Any) -> Tensor:
    """Determinants of square matrices.

    >>> import lazytensor as lt
    >>> print(lt.linalg.det(lt.asarray([[2.0, 0.0], [0.0, 4.0]])))
    8.0
    """
    return apply(ops.det, a)


def slogdet(a: Any) -> SlogdetResult:
    """Signs (of complex matrices, numbers on the unit circle) and logarithms of determinants, which may be too large for `det`."""
    node = node_operand(a, "slogdet")
    stack, _ = ops.slogdet_parts(node.shape)
    packed = reshape(wrap(record(ops.slogdet, (node,))), (2, *stack))
    return SlogdetResult(packed[0], real(packed[1]))


# -- products -------------------------------------------------------------------------------------------------------------------


def matrix_power(a: Any, n: int) -> Tensor:
    """Square matrices multiplied `n` times with themselves; their inverses for a negative `n`.

    >>> import lazytensor as lt
    >>> print(lt.linalg.matrix_power(lt.asarray([[1, 1], [0, 1]]), 5))
    [[1 5]
     [0 1]]
    """
    source = as_tensor(a, "matrix_power")
    count = operator.index(n)
    if len(source.shape) < 2 or source.shape[-1] != source.shape[-2]:
        raise np.linalg.LinAlgError(f"matrix_power: expects square matrices along the last two axes, got shape {source.shape}")
    if count == 0:
        return copy(broadcast_to(eye(source.shape[-1], dtype=source.dtype), source.shape))
    factor = inv(source) if count < 0 else source
    count = abs(count)
    if count == 3:
        return products.matmul(products.matmul(factor, factor), factor)
    result: Tensor | None = None
    while True:
        count, odd = divmod(count, 2)
        if odd:
            result = factor if result is None else products.matmul(result, factor)
        if not count:
            assert result is not None
            return result
        factor = products.matmul(factor, factor)


def multi_dot(arrays: Sequence[Any], *, out: Any = None) -> Tensor:
    """Product of several matrices, in the order that takes the fewest multiplications.

    Parameters
    ----------
    arrays : sequence of array_like
        Two at least. The first may be one-dimensional, a row, and the last, a column.
    out : tensor or numpy.ndarray, optional

    >>> import lazytensor as lt
    >>> lt.linalg.multi_dot([lt.ones((10, 100)), lt.ones((100, 5)), lt.ones((5, 50))]).shape
    (10, 50)
    """
    factors = [as_tensor(array, "multi_dot") for array in arrays]
    if len(factors) < 2:
        raise ValueError(f"multi_dot: expects at least two arrays, got {len(factors)}")
    if len(factors) == 2:
        return products.dot(factors[0], factors[1], out)
    row, column = len(factors[0].shape) == 1, len(factors[-1].shape) == 1
    if row:
        factors[0] = atleast_2d(factors[0])
    if column:
        factors[-1] = factors[-1][:, None]
    shapes = [factor.shape for factor in factors]
    if any(len(shape) != 2 for shape in shapes):
        raise np.linalg.LinAlgError(f"multi_dot: expects matrices between two matrices or vectors, got shapes {shapes}")
    made = _chain(factors, _splits([shape[0] for shape in shapes] + [shapes[-1][1]]), 0, len(factors) - 1)
    if row and column:
        made = made[0, 0]
    elif row or column:
        made = ravel(made)
    return deliver(made, out, "multi_dot")


def _splits(lengths: list[int]) -> dict[tuple[int, int], int]:
    """Where to cut each part of a chain of matrices in two.

    Dynamic programming, as in Cormen, Leiserson, Rivest and Stein, "Introduction to Algorithms", chapter on matrix chains.
    """
    count = len(lengths) - 1
    cost = {(place, place): 0 for place in range(count)}
    found: dict[tuple[int, int], int] = {}
    for span in range(1, count):
        for first in range(count - span):
            last = first + span
            costs = [
                cost[first, cut] + cost[cut + 1, last] + lengths[first] * lengths[cut + 1] * lengths[last + 1]
                for cut in range(first, last)
            ]
            cost[first, last] = min(costs)
            found[first, last] = first + costs.index(cost[first, last])
    return found


def _chain(factors: list[Tensor], splits: dict[tuple[int, int], int], first: int, last: int) -> Tensor:
    if first == last:
        return factors[first]
    cut = splits[first, last]
    return products.matmul(_chain(factors, splits, first, cut), _chain(factors, splits, cut + 1, last))
