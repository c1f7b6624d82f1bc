"""Gathers and scatters: indexing by arrays of positions.

A key template is a tuple of ("slice", start, stop, step), ("int", i), ("none",), ("ellipsis",) and ("array", k), the k-th index
array from 1 on. Basic indexing is a view and has no row here. Positions out of bounds raise IndexError when the operation runs.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.row import Domain, Kind, Op, Signature
from lazytensor.compiler.ops.structural import stored

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Key: TypeAlias = tuple[tuple[Any, ...], ...]
POSITIONS = Domain(0, 3, ())


def index(key: Key, arrays: tuple[Any, ...] | list[Any]) -> tuple[Any, ...]:
    """The template as an index that NumPy takes."""
    items: list[Any] = []
    for kind, *rest in key:
        if kind == "slice":
            items.append(slice(*rest))
        elif kind == "int":
            items.append(rest[0])
        elif kind == "array":
            items.append(np.asarray(arrays[rest[0] - 1]))
        else:
            items.append(None if kind == "none" else Ellipsis)
    return tuple(items)


def gathered(shape: Shape, arrays: list[Shape], key: Key) -> Shape:
    """The shape of an array of `shape` indexed by integer arrays of those shapes, by NumPy's rules for advanced indexing."""
    used = sum(kind in ("slice", "int", "array") for kind, *_ in key)
    if used > len(shape):
        raise IndexError(f"gather: too many indices for shape {shape}: {used} were given")
    if not any(kind == "ellipsis" for kind, *_ in key):
        key = (*key, ("ellipsis",))
    found: list[int] = []
    places: list[int] = []  # the item numbers of arrays and integers, which index together
    start = axis = 0
    for number, (kind, *rest) in enumerate(key):
        if kind == "none":
            found.append(1)
        elif kind == "ellipsis":
            found.extend(shape[axis : axis + len(shape) - used])
            axis += len(shape) - used
        else:
            length = shape[axis]
            axis += 1
            if kind == "slice":
                found.append(len(range(*slice(*rest).indices(length))))
                continue
            if kind == "int" and not -length <= rest[0] < length:
                raise IndexError(f"gather: index {rest[0]} is out of bounds for axis {axis - 1} with size {length}")
            start = start if places else len(found)
            places.append(number)
    together = shapes.broadcast_shapes("gather", *arrays)
    if places and places[-1] - places[0] >= len(places):
        start = 0  # apart from each other: their axes come first
    return (*found[:start], *together, *found[start:])


def _gather_signature(*arguments: Any) -> Signature:
    x, *indices, _ = arguments
    rules.check_supported("gather", "biufc", (x,))
    rules.check_supported("gather", "iu", tuple(indices))
    return Signature((x, *indices), x)


def _gather_shape(*arguments: Any) -> Shape:
    x, *arrays, key = arguments
    return gathered(x, arrays, key)


def _gather(*arguments: Any) -> Array:
    x, *arrays, key = arguments
    return rules.owned(x[index(key, arrays)])


gather = Op(
    name="gather",
    kind=Kind.GATHER,
    arity=-1,
    signature=_gather_signature,
    shape=_gather_shape,
    reference=_gather,
    domain=(rules.ANY, POSITIONS),
    doc="Elements at the positions that integer arrays give: x[key].",
)


def _take_signature(x: Any, indices: Any, axis: int) -> Signature:
    rules.check_supported("take", "biufc", (x,))
    rules.check_supported("take", "iu", (indices,))
    return Signature((x, rules.strong(indices)), x)


def _take_shape(x: Shape, indices: Shape, axis: int) -> Shape:
    shapes.check_axis("take", axis, len(x))
    axis %= len(x)
    return (*x[:axis], *indices, *x[axis + 1 :])


def _take(x: Any, indices: Any, axis: int) -> Any:
    # np.take refuses uint64, which indexing accepts.
    return np.take(x, np.asarray(indices).astype(np.intp, copy=False), axis=axis)


take = Op(
    name="take",
    kind=Kind.GATHER,
    arity=2,
    signature=_take_signature,
    shape=_take_shape,
    reference=_take,
    domain=(rules.ANY, POSITIONS),
    doc="Take elements along an axis at the given positions.",
)


def _put(*arguments: Any) -> Array:
    base, value, *arrays, key = arguments
    out: Array = np.array(base, order="C")
    out[index(key, arrays)] = rules.fitting(value, out.dtype)
    return out


put = Op(
    name="put",
    kind=Kind.SCATTER,
    arity=-1,
    signature=stored("put", params=1),
    shape=shapes.one,
    reference=_put,
    domain=(rules.ANY, rules.ANY, POSITIONS),
    doc="Return the base with x[key] replaced by a value; the key's arrays are positions or masks.",
)
