"""The namespace `lt.linalg`: NumPy's, and the array API's extension of that name.

The functions are in `factorizations`, `systems`, `norms` and `products`. Here are the array API's forms of those that work on other
axes, or accept more, at the top level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.linalg import LinAlgError

from lazytensor.calling.public import publish
from lazytensor.core.operands import as_tensor
from lazytensor.functions import products
from lazytensor.functions.contractions import tensordot
from lazytensor.functions.manipulation import matrix_transpose
from lazytensor.functions.products import matmul
from lazytensor.linalg.factorizations import (
    EighResult,
    EigResult,
    QRResult,
    SVDResult,
    cholesky,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    qr,
    svd,
    svdvals,
)
from lazytensor.linalg.norms import cond, matrix_norm, matrix_rank, norm, vector_norm
from lazytensor.linalg.systems import (
    SlogdetResult,
    det,
    inv,
    lstsq,
    matrix_power,
    multi_dot,
    pinv,
    slogdet,
    solve,
    tensorinv,
    tensorsolve,
)

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "EigResult", "EighResult", "LinAlgError", "QRResult", "SVDResult", "SlogdetResult", "cholesky", "cond", "cross", "det",
    "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_rank",
    "matrix_transpose", "multi_dot", "norm", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals", "tensordot",
    "tensorinv", "tensorsolve", "trace", "vecdot", "vector_norm",
]  # fmt: skip


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Tensor:
    """Cross products of vectors of three elements along an axis; the other axes broadcast.

    >>> import lazytensor as lt
    >>> print(lt.linalg.cross(lt.asarray([0, 1, 0]), lt.asarray([0, 0, 1])))
    [1 0 0]
    """
    first, second = as_tensor(x1, "cross"), as_tensor(x2, "cross")
    if not first.shape or not second.shape or first.shape[axis] != 3 or second.shape[axis] != 3:
        raise ValueError(
            f"cross: expects vectors of three elements along axis {axis}, got shapes {first.shape} and {second.shape}"
        )
    return products.cross(first, second, axis=axis)


def outer(x1: Any, x2: Any, /) -> Tensor:
    """All products of an element of one vector with one of the other, as a matrix."""
    first, second = as_tensor(x1, "outer"), as_tensor(x2, "outer")
    if len(first.shape) != 1 or len(second.shape) != 1:
        raise ValueError(f"outer: expects one-dimensional arrays, got shapes {first.shape} and {second.shape}")
    return products.outer(first, second)


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Tensor:
    """Dot product of vectors along an axis, the first conjugated; the other axes broadcast."""
    return products.vecdot(x1, x2, axis=axis)


def diagonal(x: Any, /, *, offset: int = 0) -> Tensor:
    """The diagonals of matrices along the last two axes, as a view that aliases `x` and can be written through.

    >>> import lazytensor as lt
    >>> lt.linalg.diagonal(lt.zeros((5, 3, 4))).shape
    (5, 3)
    """
    return products.diagonal(x, offset, -2, -1)


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Tensor:
    """Sums of the diagonals of matrices along the last two axes."""
    return products.trace(x, offset, -2, -1, dtype)


publish(globals(), __all__)

if not TYPE_CHECKING:  # a typed __getattr__ would make every misspelt name valid

    def __getattr__(name):
        from lazytensor.calling.names import missing  # delayed: start-up time

        raise missing(name, __name__, __all__)
