"""Gathers and scatters: indexing by arrays of positions, and by masks.

A key template is a tuple of ("slice", start, stop, step), ("int", i), ("none",), ("ellipsis",), ("array", k), the k-th index array
from 1 on, and ("mask", k, count), the k-th index array being a boolean one that so many elements are true of. Basic indexing is a
view and has no row here. Positions out of bounds raise IndexError when the operation runs.
"""

from __future__ import annotations

from functools import lru_cache
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
        elif kind in ("array", "mask"):
            items.append(np.asarray(arrays[rest[0] - 1]))
        else:
            items.append(None if kind == "none" else Ellipsis)
    return tuple(items)


def axes_of(key: Key, arrays: tuple[Shape, ...], rank: int) -> list[int]:
    """The first axis that each item of a key indexes. A mask indexes as many axes as it has, a 0-d one none.

    Raises
    ------
    IndexError
        If the items index more axes than there are.
    """
    widths = [len(arrays[rest[0] - 1]) if kind == "mask" else int(kind in ("slice", "int", "array")) for kind, *rest in key]
    used = sum(widths)
    if used > rank:
        raise IndexError(f"too many indices for array: array is {rank}-dimensional, but {used} were indexed")
    found: list[int] = []
    axis = 0
    for (kind, *_), width in zip(key, widths, strict=True):
        found.append(axis)
        axis += rank - used if kind == "ellipsis" else width
    return found


@lru_cache(maxsize=4096)
def gathered(shape: Shape, arrays: tuple[Shape, ...], key: Key) -> Shape:
    """The shape of an array of `shape` indexed by arrays of those shapes, by NumPy's rules for advanced indexing."""
    if not any(kind == "ellipsis" for kind, *_ in key):
        key = (*key, ("ellipsis",))
    axes = axes_of(key, arrays, len(shape))
    found: list[int] = []
    together: list[Shape] = []
    places: list[int] = []  # the item numbers of arrays and integers, which index together
    start = 0
    for number, ((kind, *rest), axis) in enumerate(zip(key, axes, strict=True)):
        if kind == "none":
            found.append(1)
        elif kind == "ellipsis":
            found.extend(shape[axis : axes[number + 1] if number + 1 < len(key) else len(shape)])
        elif kind == "slice":
            found.append(len(range(*slice(*rest).indices(shape[axis]))))
        else:
            start = start if places else len(found)
            places.append(number)
            if kind == "int":
                if not -shape[axis] <= rest[0] < shape[axis]:
                    raise IndexError(f"index {rest[0]} is out of bounds for axis {axis} with size {shape[axis]}")
            elif kind == "mask":
                _check_mask(arrays[rest[0] - 1], shape, axis)
                together.append((rest[1],))
            else:
                together.append(arrays[rest[0] - 1])
    if places and places[-1] - places[0] >= len(places):
        start = 0  # apart from each other: their axes come first
    try:
        joint = shapes.broadcast_shapes("index", *together)
    except ValueError:
        given = " ".join(map(str, together))
        raise IndexError(f"shape mismatch: indexing arrays could not be broadcast together with shapes {given}") from None
    return (*found[:start], *joint, *found[start:])


def _check_mask(mask: Shape, shape: Shape, axis: int) -> None:
    """Raise IndexError unless the mask is as long as the axes it indexes; NumPy lets empty ones pass."""
    for place, length in enumerate(mask, axis):
        if length not in (0, shape[place]):
            raise IndexError(
                f"boolean index did not match indexed array along axis {place}; "
                f"size of axis is {shape[place]} but size of corresponding boolean axis is {length}"
            )


def _gather_signature(*arguments: Any) -> Signature:
    x, *indices, _ = arguments
    rules.check_supported("gather", "biufc", (x,))
    rules.check_supported("gather", "biu", tuple(indices))
    return Signature((x, *indices), x)


def _gather_shape(*arguments: Any) -> Shape:
    x, *arrays, key = arguments
    return gathered(x, tuple(arrays), key)


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
    doc="Elements at the positions that integer arrays and masks give: x[key].",
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


def _choose_signature(*arguments: Any) -> Signature:
    which, *choices = arguments[:-1]
    rules.check_supported("choose", "biu", (which,))
    rules.check_supported("choose", "biufc", tuple(choices))
    dtype = rules.result_type(rules.strengthen(tuple(choices)))
    return Signature((which, *(dtype for _ in choices)), dtype)


def _choose_shape(*arguments: Any) -> Shape:
    return shapes.broadcast_shapes("choose", *arguments[:-1])


def _choose(*arguments: Any) -> Array:
    which, *choices, mode = arguments
    # uint64 does not cast to positions safely.
    return rules.owned(np.choose(np.asarray(which).astype(np.intp, copy=False), choices, mode=mode))


choose = Op(
    name="choose",
    kind=Kind.LIBRARY,
    arity=-1,
    signature=_choose_signature,
    shape=_choose_shape,
    reference=_choose,
    domain=(Domain(0, 1, ()), rules.ANY, rules.ANY),
    doc="Elements of the arrays whose numbers the first operand has; the parameter says what to do with other numbers.",
)


def _store_number_signature(*arguments: Any) -> Signature:
    x, dtype = arguments
    rules.check_supported("store_number", "biuf", (x,))
    return Signature((x,), dtype)


def _store_number_shape(*arguments: Any) -> Shape:
    return arguments[0]  # type: ignore[no-any-return]


def _store_number(x: Any, dtype: np.dtype[Any]) -> Array:
    out: Array = np.empty(np.shape(x), dtype)
    for place, value in np.ndenumerate(x):
        out[place] = value
    return out


store_number = Op(
    name="store_number",
    kind=Kind.LIBRARY,
    arity=1,
    signature=_store_number_signature,
    shape=_store_number_shape,
    reference=_store_number,
    doc="Numbers in a signed integer dtype, which they must fit, as NumPy stores scalars.",
)
