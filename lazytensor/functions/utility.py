"""Small compositions: differences and comparisons within a tolerance. Nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.axes import one_axis
from lazytensor.calling.immediate import at_once
from lazytensor.calling.reducing import given
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.core import views
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.storage import constant
from lazytensor.functions import elementwise, statistics
from lazytensor.functions.joining import concat
from lazytensor.functions.manipulation import broadcast_to

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "allclose", "array_equal", "array_equiv", "diff", "isclose",
]  # fmt: skip


@at_once(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """Differences of neighbours along an axis, taken `n` times; of booleans, whether they differ.

    Parameters
    ----------
    a : array_like
    n : int
    axis : int
    prepend, append : array_like, optional
        What to join to `a` first; a scalar stands for one element.

    >>> import lazytensor as lt
    >>> print(lt.diff(lt.asarray([1, 4, 9])))
    [3 5]
    """
    if n < 0:
        raise ValueError(f"diff: order must be non-negative, got {n}")
    source = as_tensor(a, "diff")
    if n == 0:
        return source
    place = one_axis(axis, len(source.shape), "diff")
    parts = [source if part is source else _edge(part, source, place) for part in (prepend, source, append) if given(part)]
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


def _comparable(x: Any, name: str) -> Any:
    """A Python number as it is, so that it stays weak; anything else as a tensor."""
    return x if isinstance(x, (int, float, complex)) and not isinstance(x, np.generic) else as_tensor(x, name)


def isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where |a - b| <= atol + rtol * |b|, or both are the same infinity, or, if asked for, both are NaN.

    >>> import lazytensor as lt
    >>> print(lt.isclose(lt.asarray([1.0, 2.0]), [1.0 + 1e-9, 2.1]))
    [ True False]
    """
    x, y, least, rate = (_comparable(item, "isclose") for item in (a, b, atol, rtol))
    if isinstance(y, Handle):
        # The least integer has no absolute value.
        y = results.astype(y, np.result_type(y.dtype, 1.0), copy=False)
    elif isinstance(y, int):
        y = float(y)
    distance = elementwise.abs(elementwise.subtract(x, y))
    # By operators: of Python numbers alone the bound is one too, and as weak.
    near = elementwise.less_equal(distance, least + rate * abs(y))
    close = elementwise.logical_or(elementwise.logical_and(near, elementwise.isfinite(y)), elementwise.equal(x, y))
    if equal_nan:
        close = elementwise.logical_or(close, elementwise.logical_and(elementwise.isnan(x), elementwise.isnan(y)))
    return close


def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Tensor:
    """Is every element close, as `isclose` says? A 0-d boolean tensor: `if` waits for it."""
    return statistics.all(isclose(a, b, rtol, atol, equal_nan))


def _all_same(x: Tensor, y: Tensor, equal_nan: bool = False) -> Tensor:
    same = elementwise.equal(x, y)
    if equal_nan and x.dtype.kind in "fc" and y.dtype.kind in "fc":
        same = elementwise.logical_or(same, elementwise.logical_and(elementwise.isnan(x), elementwise.isnan(y)))
    return statistics.all(same)


def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Tensor:
    """Have both the same shape and elements? A 0-d boolean tensor: `if` waits for it. What is no array of numbers differs."""
    try:
        x, y = as_tensor(a1, "array_equal"), as_tensor(a2, "array_equal")
    except (TypeError, ValueError):
        return wrap(constant(np.asarray(False)))
    if x.shape != y.shape:
        return wrap(constant(np.asarray(False)))
    return _all_same(x, y, equal_nan)


def array_equiv(a1: Any, a2: Any) -> Tensor:
    """Are both the same once one is broadcast to the other? A 0-d boolean tensor: `if` waits for it.

    >>> import lazytensor as lt
    >>> print(lt.array_equiv(lt.asarray([1, 2]), [[1, 2], [1, 2]]))
    True
    """
    try:
        x, y = as_tensor(a1, "array_equiv"), as_tensor(a2, "array_equiv")
        broadcast_shapes("array_equiv", x.shape, y.shape)
    except (TypeError, ValueError):
        return wrap(constant(np.asarray(False)))
    return _all_same(x, y)
