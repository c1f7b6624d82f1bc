"""Shape rules of the op table, as small factories: each returns the function from operand shapes and parameters to the result's
shape.

Errors name the operation and the shapes: ValueError, or NumPy's AxisError for an axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from lazytensor.compiler.ops.rules import join

Shape: TypeAlias = tuple[int, ...]
ShapeRule: TypeAlias = Callable[..., Shape]


def broadcast_shapes(name: str, *shapes: Shape) -> Shape:
    """NumPy's broadcast of shapes; np.broadcast_shapes takes ten times as long."""
    rank = max((len(shape) for shape in shapes), default=0)
    found = [1] * rank
    for shape in shapes:
        for axis, length in enumerate(shape, rank - len(shape)):
            if length != 1 and found[axis] != length:
                if found[axis] != 1:
                    raise ValueError(f"{name}: shapes {join([str(item) for item in shapes])} cannot be broadcast")
                found[axis] = length
    return tuple(found)


def one(shape: Shape, *_: Any) -> Shape:
    """The shape of the first operand."""
    return shape


def broadcast(name: str) -> ShapeRule:
    """The operands' broadcast."""

    def rule(*shapes: Shape) -> Shape:
        if len(shapes) == 2:
            x, y = shapes
            if x == y or not y:
                return x
            if not x:
                return y
        return broadcast_shapes(name, *shapes)

    return rule


def check_axis(name: str, axis: int, rank: int) -> None:
    """Raise NumPy's AxisError for an axis that the shape lacks."""
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(axis, rank, msg_prefix=name)


def along(name: str) -> ShapeRule:
    """The operand's shape; the first parameter is an axis of it."""

    def rule(shape: Shape, axis: int, *_: Any) -> Shape:
        check_axis(name, axis, len(shape))
        return shape

    return rule


def reduction(name: str, *, empty: bool = True) -> ShapeRule:
    """The shape without the reduced axes (of length 1 with keepdims); `empty` allows reducing an axis of length 0."""

    def rule(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Shape:
        for axis in axes:
            check_axis(name, axis, len(shape))
            if not shape[axis] and not empty:
                raise ValueError(f"{name}: zero-size axis {axis} of shape {shape} to reduction operation which has no identity")
        if keepdims:
            return tuple(1 if axis in axes else length for axis, length in enumerate(shape))
        return tuple(length for axis, length in enumerate(shape) if axis not in axes)

    return rule


def arg_reduction(name: str) -> ShapeRule:
    """Like `reduction`, over one axis or all."""
    inner = reduction(name, empty=False)

    def rule(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Shape:
        if len(axes) != 1 and axes != tuple(range(len(shape))):
            raise ValueError(f"{name}: expects one axis or all, got axes {axes} of shape {shape}")
        return inner(shape, axes, keepdims)

    return rule


def scan(name: str) -> ShapeRule:
    """The operand's shape, one longer along the axis where the initial value is included."""

    def rule(shape: Shape, axis: int, include_initial: bool) -> Shape:
        check_axis(name, axis, len(shape))
        axis %= len(shape)
        return (*shape[:axis], shape[axis] + bool(include_initial), *shape[axis + 1 :])

    return rule


def region(name: str) -> ShapeRule:
    """Of (base, value) with a region's shape, strides and offset: the base's, if the value broadcasts to the region."""

    def rule(base: Shape, value: Shape, shape: Shape, strides: tuple[int, ...], offset: int) -> Shape:
        check_assignable(name, value, shape)
        return base

    return rule


def check_assignable(name: str, value: Shape, shape: Shape) -> None:
    """Raise unless a value of one shape may be assigned to a region of another (leading ones are ignored)."""
    extra = len(value) - len(shape)
    fits = extra <= 0 or all(length == 1 for length in value[:extra])
    inner = value[extra:] if extra > 0 else value
    tail = shape[len(shape) - len(inner) :]
    if not fits or any(have not in (1, want) for have, want in zip(inner, tail, strict=True)):
        raise ValueError(f"{name}: a value of shape {value} cannot be broadcast to a region of shape {shape}")


def concatenation(name: str) -> ShapeRule:
    """Shapes that agree but along the axis, joined there."""

    def rule(*arguments: Any) -> Shape:
        *shapes, axis = arguments
        if not shapes or not shapes[0]:
            raise ValueError(f"{name}: expects arrays of at least one dimension, got shapes {shapes}")
        first = shapes[0]
        check_axis(name, axis, len(first))
        axis %= len(first)
        for shape in shapes:
            if len(shape) != len(first) or shape[:axis] != first[:axis] or shape[axis + 1 :] != first[axis + 1 :]:
                raise ValueError(f"{name}: shapes {first} and {shape} differ apart from axis {axis}")
        return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])

    return rule


def stacking(name: str) -> ShapeRule:
    """Equal shapes, with a new axis."""

    def rule(*arguments: Any) -> Shape:
        *shapes, axis = arguments
        if not shapes:
            raise ValueError(f"{name}: expects at least one array")
        first = shapes[0]
        check_axis(name, axis, len(first) + 1)
        axis %= len(first) + 1
        for shape in shapes:
            if shape != first:
                raise ValueError(f"{name}: shapes {first} and {shape} differ")
        return (*first[:axis], len(shapes), *first[axis:])

    return rule


def matmul(x: Shape, y: Shape) -> Shape:
    """Matrix product: the last two axes contract, those before broadcast, a one-dimensional operand's axis disappears."""
    if not x or not y:
        raise ValueError(f"matmul: expects at least one dimension, got shapes {x} and {y}")
    if x[-1] != y[max(len(y) - 2, 0)]:
        raise ValueError(f"matmul: shapes {x} and {y} do not contract: {x[-1]} and {y[max(len(y) - 2, 0)]} differ")
    return (*broadcast_shapes("matmul", x[:-2], y[:-2]), *x[-2:-1], *(y[-1:] if len(y) > 1 else ()))


def vecdot(x: Shape, y: Shape) -> Shape:
    """Vectors along the last axes, the axes before broadcast."""
    if not x or not y or x[-1] != y[-1]:
        raise ValueError(f"vecdot: expects vectors of one length along the last axes, got shapes {x} and {y}")
    return broadcast_shapes("vecdot", x[:-1], y[:-1])


def tensordot(x: Shape, y: Shape, x_axes: tuple[int, ...], y_axes: tuple[int, ...]) -> Shape:
    """The remaining axes of both, the contracted ones being equal in pairs."""
    for axis in x_axes:
        check_axis("tensordot", axis, len(x))
    for axis in y_axes:
        check_axis("tensordot", axis, len(y))
    if [x[axis] for axis in x_axes] != [y[axis] for axis in y_axes]:
        raise ValueError(f"tensordot: shapes {x} and {y} differ along axes {x_axes} and {y_axes}")
    rest = tuple(length for axis, length in enumerate(x) if axis not in x_axes)
    return rest + tuple(length for axis, length in enumerate(y) if axis not in y_axes)


def square_matrices(name: str) -> ShapeRule:
    """The operand's shape, whose last two axes must be equal."""

    def rule(shape: Shape, *_: Any) -> Shape:
        if len(shape) < 2 or shape[-1] != shape[-2]:
            raise np.linalg.LinAlgError(f"{name}: expects square matrices along the last two axes, got shape {shape}")
        return shape

    return rule


def solution(x: Shape, y: Shape) -> Shape:
    """Of linear systems: right-hand sides are vectors exactly when one-dimensional."""
    square_matrices("solve")(x)
    rows = y[-1:] if len(y) == 1 else y[-2:-1]
    if rows != x[-1:]:
        raise ValueError(f"solve: shapes {x} and {y} do not agree: a system of {x[-1]} equations")
    if len(y) == 1:
        return x[:-1]
    return (*broadcast_shapes("solve", x[:-2], y[:-2]), *y[-2:])


def size(shape: Shape) -> int:
    """Elements of an array of that shape."""
    return math.prod(shape)
