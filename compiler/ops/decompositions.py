"""Linear algebra: systems of equations, determinants and decompositions, by the LAPACK that NumPy has.

A decomposition has several results, of one dtype or its real part. Its row gives them one after the other in one flat array, in
the shapes that its `*_parts` function tells; a real part among complex ones is stored as a complex number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import FINITE, library
from lazytensor.compiler.ops.row import Signature
from lazytensor.compiler.tuning import MAX_PIECES

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Parts = Callable[..., tuple[Shape, ...]]


def matrices(name: str) -> shapes.ShapeRule:
    """The operand's shape, which must have two axes at least."""

    def rule(shape: Shape, *_: Any) -> Shape:
        if len(shape) < 2:
            raise np.linalg.LinAlgError(f"{name}: expects matrices along the last two axes, got shape {shape}")
        return shape

    return rule


def _cubic(shape: Shape, *_: Any) -> float:
    return 2.0 * shapes.size(shape) * shape[-1]


def _decomposing(shape: Shape, *_: Any) -> float:
    # An iteration over all of the matrix for each of its values; of a tall one, after its reduction.
    return 20.0 * shapes.size(shape) * min(shape[-2:])


def _packed(parts: Parts) -> shapes.ShapeRule:
    """One flat array of all parts."""
    return lambda *arguments: (sum(shapes.size(part) for part in parts(*arguments)),)


def _pack(*parts: Any) -> Array:
    """The parts in one flat array of the common dtype."""
    return np.concatenate([np.ravel(part) for part in parts])


def _real(rule: rules.Rule) -> rules.Rule:
    """The rule with a real result."""

    def real(*arguments: Any) -> Signature:
        found = rule(*arguments)
        return Signature(found.operands, np.empty(0, found.result).real.dtype)

    return real


def _complex(rule: rules.Rule) -> rules.Rule:
    """The rule with a complex result."""

    def complex_(*arguments: Any) -> Signature:
        found = rule(*arguments)
        return Signature(found.operands, np.result_type(found.result, np.complex64))

    return complex_


def _shared(reference: Callable[..., Any]) -> Callable[..., None]:
    """Share a stack of matrices between threads along its first axis."""

    def into(out: Array, split: Callable[..., None], x: Array, *params: Any) -> None:
        length = x.shape[0] if x.ndim > 2 else 1
        pieces = min(MAX_PIECES, length)
        if pieces < 2:
            out[...] = reference(x, *params)
            return

        def some(start: int, stop: int) -> None:
            part = slice(length * start // pieces, length * stop // pieces)
            out[part] = reference(x[part], *params)

        split(some, pieces, 1)

    return into


# Systems and determinants


def _solve_work(x: Shape, y: Shape) -> float:
    return _cubic(x) + 2.0 * shapes.size(y) * x[-1]


def _by_matrix(name: str, *, square: bool = True) -> shapes.ShapeRule:
    """One number for each matrix."""
    check = shapes.square_matrices(name) if square else matrices(name)
    return lambda shape, *_: check(shape)[:-2]


def slogdet_parts(shape: Shape) -> tuple[Shape, ...]:
    """The signs and the logarithms of the absolute values."""
    found = shapes.square_matrices("slogdet")(shape)[:-2]
    return found, found


def lstsq_parts(x: Shape, y: Shape, _: Any = None) -> tuple[Shape, ...]:
    """Solutions, sums of squared residuals, the rank and the singular values."""
    if len(x) != 2:
        raise np.linalg.LinAlgError(f"lstsq: expects a matrix, got shape {x}")
    if len(y) not in (1, 2):
        raise np.linalg.LinAlgError(f"lstsq: expects right-hand sides of one or two dimensions, got shape {y}")
    if y[0] != x[0]:
        raise np.linalg.LinAlgError(f"lstsq: shapes {x} and {y} do not agree: {x[0]} equations")
    return (x[1], *y[1:]), (y[1] if len(y) == 2 else 1,), (1,), (min(x),)


def _lstsq(x: Any, y: Any, cutoff: float | None) -> Array:
    solution, residuals, rank, values = np.linalg.lstsq(x, y, cutoff)
    # There are none below full rank.
    count = lstsq_parts(np.shape(x), np.shape(y))[1][0]
    return _pack(solution, residuals if residuals.size == count else np.full(count, np.nan, values.dtype), rank, values)


def _lstsq_work(x: Shape, y: Shape, _: Any) -> float:
    return _decomposing(x) + 4.0 * shapes.size(x) * (y[1] if len(y) == 2 else 1)


def cond_shape(shape: Shape, order: Any) -> Shape:
    """One number for each matrix; only the condition by singular values exists of matrices that are not square."""
    found = _by_matrix("cond", square=order not in (None, 2, -2))(shape)
    if 0 in shape:
        raise np.linalg.LinAlgError(f"cond: is not defined on empty arrays, got shape {shape}")
    return found


inv = library(
    "inv", np.linalg.inv, into=_shared(np.linalg.inv),
    signature=rules.inexact("inv"), shape=shapes.square_matrices("inv"), work=_cubic, domain=(FINITE,),
    doc="Compute the inverse of square matrices.",
)  # fmt: skip
solve = library(
    "solve", np.linalg.solve,
    arity=2, signature=rules.inexact("solve"), shape=shapes.solution, work=_solve_work, domain=(FINITE, FINITE),
    doc="Solve systems of linear equations.",
)  # fmt: skip
det = library(
    "det", np.linalg.det, into=_shared(np.linalg.det),
    signature=rules.inexact("det"), shape=_by_matrix("det"), work=_cubic, domain=(FINITE,),
    doc="Compute the determinants of square matrices.",
)  # fmt: skip
slogdet = library(
    "slogdet", lambda x: _pack(*np.linalg.slogdet(x)),
    signature=rules.inexact("slogdet"), shape=_packed(slogdet_parts), work=_cubic, domain=(FINITE,),
    doc="Compute signs and logarithms of the determinants of square matrices.",
)  # fmt: skip
lstsq = library(
    "lstsq", _lstsq,
    arity=2, signature=rules.inexact("lstsq", params=1), shape=_packed(lstsq_parts), work=_lstsq_work, domain=(FINITE, FINITE),
    doc="Solve linear equations by least squares; the parameter is the cutoff of singular values.",
)  # fmt: skip
cond = library(
    "cond", np.linalg.cond, into=_shared(np.linalg.cond),
    signature=_real(rules.inexact("cond", params=1)), shape=cond_shape, work=_decomposing, domain=(FINITE,),
    doc="Compute the condition numbers of matrices; the parameter is the order of the norm.",
)  # fmt: skip

# Decompositions


def _cholesky(x: Any, upper: bool) -> Array:
    return rules.owned(np.linalg.cholesky(x, upper=upper))


def qr_parts(shape: Shape, mode: str) -> tuple[Shape, ...]:
    """The factors; R alone for "r"; the reflectors, transposed, and their scales for "raw"."""
    *stack, rows, columns = matrices("qr")(shape)
    few = min(rows, columns)
    if mode == "raw":
        return (*stack, columns, rows), (*stack, few)
    if mode == "r":
        return ((*stack, few, columns),)
    inner = rows if mode == "complete" else few
    return (*stack, rows, inner), (*stack, inner, columns)


def _qr(x: Any, mode: Any) -> Array:
    found: Any = np.linalg.qr(x, mode=mode)
    return _pack(found) if mode == "r" else _pack(*found)


def svd_parts(shape: Shape, full: bool, hermitian: bool) -> tuple[Shape, ...]:
    """The left vectors, the values and the right vectors."""
    *stack, rows, columns = (shapes.square_matrices("svd") if hermitian else matrices("svd"))(shape)
    few = min(rows, columns)
    left, right = (rows, columns) if full else (few, few)
    return (*stack, rows, left), (*stack, few), (*stack, right, columns)


def _svd(x: Any, full: bool, hermitian: bool) -> Array:
    return _pack(*np.linalg.svd(x, full, True, hermitian))


def _svdvals_shape(shape: Shape, hermitian: bool) -> Shape:
    return svd_parts(shape, False, hermitian)[1]


def _svdvals(x: Any, hermitian: bool) -> Array:
    return rules.owned(np.linalg.svd(x, compute_uv=False, hermitian=hermitian))


def eig_parts(name: str) -> Parts:
    """The values and the vectors."""

    def parts(shape: Shape, *_: Any) -> tuple[Shape, ...]:
        found = shapes.square_matrices(name)(shape)
        return found[:-1], found

    return parts


def _values_shape(name: str) -> shapes.ShapeRule:
    return lambda shape, *_: shapes.square_matrices(name)(shape)[:-1]


def _eigh(x: Any, triangle: Any) -> Array:
    return _pack(*np.linalg.eigh(x, triangle))


def _eigvalsh(x: Any, triangle: Any) -> Array:
    return rules.owned(np.linalg.eigvalsh(x, triangle))


cholesky = library(
    "cholesky", _cholesky, into=_shared(_cholesky),
    signature=rules.inexact("cholesky", params=1), shape=shapes.square_matrices("cholesky"), work=_cubic, domain=(FINITE,),
    doc="Cholesky decomposition of positive-definite matrices, as lower or upper triangles.",
)  # fmt: skip
qr = library(
    "qr", _qr,
    signature=rules.inexact("qr", params=1), shape=_packed(qr_parts), work=_cubic, domain=(FINITE,),
    doc="Factor matrices into orthonormal columns and upper triangles; the parameter is NumPy's mode.",
)  # fmt: skip
svd = library(
    "svd", _svd,
    signature=rules.inexact("svd", params=2), shape=_packed(svd_parts), work=_decomposing, domain=(FINITE,),
    doc="Singular value decomposition; the parameters are full_matrices and hermitian.",
)  # fmt: skip
svdvals = library(
    "svdvals", _svdvals, into=_shared(_svdvals),
    signature=_real(rules.inexact("svdvals", params=1)), shape=_svdvals_shape, work=_decomposing, domain=(FINITE,),
    doc="Compute singular values; the parameter is hermitian.",
)  # fmt: skip
eig = library(
    "eig", lambda x: _pack(*np.linalg.eig(x)),
    signature=_complex(rules.inexact("eig")), shape=_packed(eig_parts("eig")), work=_decomposing, domain=(FINITE,),
    doc="Compute eigenvalues and right eigenvectors of square matrices.",
)  # fmt: skip
eigvals = library(
    "eigvals", np.linalg.eigvals, into=_shared(np.linalg.eigvals),
    signature=_complex(rules.inexact("eigvals")), shape=_values_shape("eigvals"), work=_decomposing, domain=(FINITE,),
    doc="Compute eigenvalues of square matrices.",
)  # fmt: skip
eigh = library(
    "eigh", _eigh,
    signature=rules.inexact("eigh", params=1), shape=_packed(eig_parts("eigh")), work=_decomposing, domain=(FINITE,),
    doc="Compute eigenvalues and eigenvectors of Hermitian matrices; the parameter is the triangle to read.",
)  # fmt: skip
eigvalsh = library(
    "eigvalsh", _eigvalsh, into=_shared(_eigvalsh),
    signature=_real(rules.inexact("eigvalsh", params=1)), shape=_values_shape("eigvalsh"), work=_decomposing, domain=(FINITE,),
    doc="Compute eigenvalues of Hermitian matrices; the parameter is the triangle to read.",
)  # fmt: skip
