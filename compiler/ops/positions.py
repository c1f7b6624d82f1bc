"""The operations between positions in an array and positions in the raveled array.

Positions out of bounds raise ValueError when the operation runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import library
from lazytensor.compiler.ops.row import Domain, Signature

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
POSITIONS = Domain(0, 3, ())


def _unravel_signature(indices: Any, *_: Any) -> Signature:
    rules.check_supported("unravel_index", "biu", (indices,))
    return Signature((rules.strong(indices),), rules.INT64)


def _unravel_shape(indices: Shape, shape: Shape, order: str) -> Shape:
    return (len(shape), *indices)


def _unravel(indices: Any, shape: Shape, order: str) -> Array:
    source = np.asarray(indices).astype(np.intp, copy=False)
    unravel: Any = np.unravel_index
    found = unravel(source, shape, order)
    return np.stack(found) if shape else np.empty((0, *source.shape), np.int64)


def _ravel_signature(*arguments: Any) -> Signature:
    indices = arguments[:-3]
    rules.check_supported("ravel_multi_index", "biu", indices)
    return Signature(tuple(rules.strong(item) for item in indices), rules.INT64)


def _ravel_shape(*arguments: Any) -> Shape:
    return shapes.broadcast_shapes("ravel_multi_index", *arguments[:-3])


def _ravel(*arguments: Any) -> Array:
    *found, dims, mode, order = arguments
    places = tuple(np.asarray(item).astype(np.intp, copy=False) for item in found)
    return rules.owned(np.ravel_multi_index(places, dims, mode=mode, order=order))


unravel_index = library(
    "unravel_index", _unravel,
    signature=_unravel_signature, shape=_unravel_shape, domain=(POSITIONS,),
    doc="Positions in an array of a shape, one row an axis, of positions in the raveled array.",
)  # fmt: skip
ravel_multi_index = library(
    "ravel_multi_index", _ravel,
    arity=-1, signature=_ravel_signature, shape=_ravel_shape, domain=(POSITIONS,),
    doc="Positions in the raveled array; parameters are the array's shape, what to do out of bounds, and the order.",
)  # fmt: skip
