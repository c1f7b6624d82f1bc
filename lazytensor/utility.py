"""Small compositions: differences and comparisons within a tolerance. Nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, statistics, views
from lazytensor.axes import one_axis
from lazytensor.handle import constant, wrap
from lazytensor.joining import concat
from lazytensor.manipulation import as_tensor, broadcast_to

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "allclose", "array_equal", "diff", "isclose",
]  # fmt: skip


def diff(x: Any, /, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """Differences of neighbours along an axis, taken `n` times; of booleans, whether they differ.

    Parameters
    ----------
    x : array_like
    n : int
    axis : int
    prepend, append : array_like, optional
        What to join to `x` first; a scalar stands for one element.

    >>> import lazytensor as lt
    >>> print(lt.diff(lt.asarray([1, 4, 9])))
    [3 5]
    """
    if n < 0:
        raise ValueError(f"diff: order must be non-negative, got {n}")
    source = as_tensor(x, "diff")
    if n == 0:
        return source
    place = one_axis(axis, len(source.shape), "diff")
    parts = [source if part is source else _edge(part, source, place) for part in (prepend, source, append) if part is not None]
    result = concat(parts, axis=place) if len(parts) > 1 else source
    subtract = elementwise.not_equal if result.dtype.kind == "b" else elementwise.subtract
    whole = (slice(None),) * place
    for _ in range(n):
        view = result._index_map()
        later, earlier = (views.index(view, (*whole, part)) for part in (slice(1, None), slice(None, -1)))
        result = subtract(result._alias(later), result._alias(earlier))
    return result


def _edge(part: Any, source: Tensor, axis: int) -> Tensor:
    edge = as_tensor(part, "diff")
    return edge if edge.shape else broadcast_to(edge, (*source.shape[:axis], 1, *source.shape[axis + 1 :]))


def isclose(a: Any, b: Any, /, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where |a - b| <= atol + rtol * |b|, or both are the same infinity, or, if asked for, both are NaN."""
    x, y = as_tensor(a, "isclose"), as_tensor(b, "isclose")
    if y.dtype.kind in "biu":
        y = elementwise.astype(y, np.float64)
    near = elementwise.less_equal(elementwise.abs(x - y), atol + rtol * elementwise.abs(y))
    close = (near & elementwise.isfinite(y)) | (x == y)
    return close | (elementwise.isnan(x) & elementwise.isnan(y)) if equal_nan else close


def allclose(a: Any, b: Any, /, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Is every element close, as `isclose` says? A 0-d boolean tensor: `if` waits for it."""
    return statistics.all(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a: Any, b: Any, /, equal_nan: bool = False) -> Tensor:
    """Have both the same shape and elements? A 0-d boolean tensor: `if` waits for it."""
    x, y = as_tensor(a, "array_equal"), as_tensor(b, "array_equal")
    if x.shape != y.shape:
        return wrap(constant(np.asarray(False)))
    same = elementwise.equal(x, y)
    return statistics.all(same | (elementwise.isnan(x) & elementwise.isnan(y)) if equal_nan else same)
