"""Decompositions of matrices along the last two axes: triangles, orthonormal factors, eigenvalues, singular values. Nothing here
waits.

The factors of one decomposition are views of one array, which stays in memory as long as one of them does. A decomposition that
does not converge, or does not exist, raises `numpy.linalg.LinAlgError` at the wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lazytensor.compiler.ops import decompositions as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.shapes import size
from lazytensor.core import views
from lazytensor.core.handle import wrap
from lazytensor.core.operands import apply, node_operand
from lazytensor.core.record import record
from lazytensor.functions import elementwise

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "EigResult", "EighResult", "QRResult", "SVDResult",
    "cholesky", "eig", "eigh", "eigvals", "eigvalsh", "qr", "svd", "svdvals",
]  # fmt: skip

Shape = tuple[int, ...]


class EigResult(NamedTuple):
    """What `eig` returns: the values (..., n), and the vectors as columns (..., n, n)."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class EighResult(NamedTuple):
    """What `eigh` returns: the values (..., n), and the vectors as columns (..., n, n)."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    """What `qr` returns: orthonormal columns, and upper triangles."""

    Q: Tensor
    R: Tensor


class SVDResult(NamedTuple):
    """What `svd` returns: left singular vectors as columns, values, right singular vectors as rows."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def unpacked(packed: Tensor, shapes: Sequence[Shape]) -> list[Tensor]:
    """The parts of a packed result, as views of it."""
    found, offset = [], 0
    for shape in shapes:
        found.append(packed._alias(views.View(shape, views.whole(shape).strides, offset)))
        offset += size(shape)
    return found


def parts(op: Op, shapes: Any, x: Any, *params: Any) -> list[Tensor]:
    """Record a decomposition with several results."""
    node = node_operand(x, op.name)
    return unpacked(wrap(record(op, (node,), params)), shapes(node.shape, *params))


def real(x: Tensor) -> Tensor:
    """The real part, of what is complex only because it was packed."""
    return elementwise.real(x) if x.dtype.kind == "c" else x


def cholesky(a: Any, /, *, upper: bool = False) -> Tensor:
    """Triangular factors L of positive definite matrices a = L @ L^H; with `upper`, the U of a = U^H @ U.

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square; for those that are not positive definite at the wait.
    """
    return apply(ops.cholesky, a, params=(bool(upper),))


def qr(a: Any, mode: str = "reduced") -> Any:
    """Factor matrices into orthonormal columns Q and upper triangles R, so that a = Q @ R.

    Parameters
    ----------
    a : array_like, (..., m, n)
    mode : {"reduced", "complete", "r", "raw"}
        Q has min(m, n) columns, or m; R alone; or LAPACK's reflectors (..., n, m) and their scales.

    Returns
    -------
    QRResult, or R, or a tuple of two

    >>> import lazytensor as lt
    >>> q, r = lt.linalg.qr(lt.ones((3, 2)))
    >>> q.shape, r.shape
    ((3, 2), (2, 2))
    """
    if mode not in ("reduced", "complete", "r", "raw"):
        raise ValueError(f"qr: mode must be 'reduced', 'complete', 'r' or 'raw', got {mode!r}")
    found = parts(ops.qr, ops.qr_parts, a, mode)
    if mode == "r":
        return found[0]
    return tuple(found) if mode == "raw" else QRResult(*found)


def eig(a: Any) -> EigResult:
    """Eigenvalues and right eigenvectors of square matrices, always complex.

    >>> import lazytensor as lt
    >>> print(lt.linalg.eig(lt.asarray([[2.0, 0.0], [0.0, 3.0]])).eigenvalues)
    [2.+0.j 3.+0.j]
    """
    return EigResult(*parts(ops.eig, ops.eig_parts("eig"), a))


def eigvals(a: Any) -> Tensor:
    """Eigenvalues of square matrices, always complex."""
    return apply(ops.eigvals, a)


def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues, ascending, and eigenvectors of Hermitian matrices, of which one triangle is read.

    Parameters
    ----------
    a : array_like, (..., n, n)
    UPLO : {"L", "U"}
        The lower or the upper triangle.

    >>> import lazytensor as lt
    >>> print(lt.linalg.eigh(lt.asarray([[2.0, 1.0], [1.0, 2.0]])).eigenvalues)
    [1. 3.]
    """
    values, vectors = parts(ops.eigh, ops.eig_parts("eigh"), a, _triangle(UPLO, "eigh"))
    return EighResult(real(values), vectors)


def eigvalsh(a: Any, UPLO: str = "L") -> Tensor:
    """Eigenvalues, ascending, of Hermitian matrices, of which one triangle is read: the lower ("L") or the upper ("U")."""
    return apply(ops.eigvalsh, a, params=(_triangle(UPLO, "eigvalsh"),))


def _triangle(given: str, name: str) -> str:
    found = given.upper()
    if found not in ("L", "U"):
        raise ValueError(f"{name}: UPLO must be 'L' or 'U', got {given!r}")
    return found


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """Singular value decomposition of matrices a = U @ diag(S) @ Vh.

    Parameters
    ----------
    a : array_like, (..., m, n)
    full_matrices : bool
        U is (..., m, m) and Vh (..., n, n); else both have min(m, n) vectors.
    compute_uv : bool
        False gives the singular values alone.
    hermitian : bool
        Take `a` for Hermitian, and read its lower triangle only.

    Returns
    -------
    SVDResult, or the values (..., min(m, n)), descending

    >>> import lazytensor as lt
    >>> u, s, vh = lt.linalg.svd(lt.asarray([[0.0, 2.0], [3.0, 0.0]]))
    >>> print(s)
    [3. 2.]
    """
    if not compute_uv:
        return apply(ops.svdvals, a, params=(bool(hermitian),))
    u, s, vh = parts(ops.svd, ops.svd_parts, a, bool(full_matrices), bool(hermitian))
    return SVDResult(u, real(s), vh)


def svdvals(x: Any, /) -> Tensor:
    """Singular values of matrices, descending."""
    return apply(ops.svdvals, x, params=(False,))
