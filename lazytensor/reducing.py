"""What the reductions share: casts, checked `where=` and `initial=` arguments, and quotients by numbers of elements."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.arguments import truth
from lazytensor.axes import as_index, reduced_axes, sorted_axes
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops import ufuncs as rows
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.dtypes import as_dtype
from lazytensor.elementwise import astype, divide, imag, multiply, real, square
from lazytensor.handle import Handle, node_operand, record, wrap
from lazytensor.manipulation import broadcast_to
from lazytensor.storing import cast_for_assignment, single

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def given(value: Any) -> bool:
    """Is an argument given that has no default value?"""
    return value is not None and value is not np._NoValue


def unmasked(where: Any) -> bool:
    """Does a `where=` argument select everything without saying so?"""
    return where is True or where is np._NoValue


def mask(where: Any, shape: tuple[int, ...], name: str) -> Tensor:
    """A `where=` argument, checked: booleans that broadcast to the shape."""
    found = truth(where, name)
    if broadcast_shapes(name, found.shape, shape) != shape:
        raise ValueError(f"{name}: where of shape {found.shape} does not broadcast to shape {shape}")
    return found


def initial_value(value: Any, dtype: Any, name: str) -> Tensor:
    """An `initial=` argument, checked: a scalar of the dtype."""
    return wrap(cast_for_assignment(single(value, dtype, name), dtype, name))


def cast(x: Any, dtype: Any, name: str) -> Node:
    """The operand in a dtype, if one is given."""
    node = node_operand(x, name)
    if dtype is None or node.dtype == as_dtype(dtype, name):
        return node
    return astype(wrap(node), dtype)._read()


def flag(value: Any, name: str, keyword: str) -> bool:
    """The truth of a keyword, which an integer may stand for; TypeError for anything else."""
    found = as_index(value)
    if found is None:
        raise TypeError(f"{name}: {keyword} must be True or False, got {value!r}")
    return bool(found)


def reduce(op: Op, x: Any, axis: Any, keepdims: bool) -> Tensor:
    """Record a reduction row."""
    node = node_operand(x, op.name)
    return wrap(record(op, (node,), (reduced_axes(axis, len(node.shape), op.name), flag(keepdims, op.name, "keepdims"))))


def reduce_by_ufunc(ufunc: np.ufunc, x: Tensor, axis: Any, keepdims: bool, initial: Any, where: Any) -> Tensor:
    """Record a reduction that NumPy's own loop computes, with the keywords that are given."""
    name = f"{ufunc.__name__}.reduce"
    axes = reduced_axes(axis, len(x.shape), name)
    keepdims = flag(keepdims, name, "keepdims")
    operands, keywords = [x._read()], []
    if given(initial):
        result = rows.ufunc_reduce.resolve(x.dtype, ufunc, axes, keepdims, ()).result
        operands.append(initial_value(initial, result, name)._read())
        keywords.append("initial")
    if not unmasked(where):
        operands.append(mask(where, x.shape, name)._read())
        keywords.append("where")
        if ufunc.identity is None and not given(initial):
            raise ValueError(f"{name}: has no identity, so that a where mask needs an initial value")
    return wrap(record(rows.ufunc_reduce, tuple(operands), (ufunc, axes, keepdims, tuple(keywords))))


def may_be_negative_zero(value: Any) -> bool:
    """May an `initial=` argument be -0.0, or have it in a part? Only of tensors that are not computed it is not known."""
    if isinstance(value, Handle):
        return value.dtype.kind in "fc"
    array = np.asarray(value)
    return array.dtype.kind in "fc" and any(bool((np.signbit(part) & (part == 0)).any()) for part in (array.real, array.imag))


def floating(x: Any, dtype: Any, name: str) -> Tensor:
    """The operand in the dtype that its mean is computed in: integers in float64."""
    node = node_operand(x, name)
    if dtype is None and node.dtype.kind in "biu":
        dtype = "float64"
    return wrap(cast(wrap(node), dtype, name))


def count(x: Tensor, axis: Any, name: str) -> int:
    """How many elements are reduced to one."""
    # Not as a ufunc: a mean along axis 0 of a number is an error.
    return math.prod([x.shape[place] for place in sorted_axes(axis, len(x.shape), name)])


def masked_count(where: Tensor, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Tensor:
    """How many elements of a shape the mask selects over the axes."""
    return reduce(ops.sum, broadcast_to(where, shape), axis, keepdims)


def quotient(total: Tensor, divisor: Tensor) -> Tensor:
    """The total by numbers of elements, in its own dtype."""
    made = divide(total, divisor)
    return made if made.dtype == total.dtype else astype(made, total.dtype)


def complex_if_asked(made: Tensor, dtype: Any, name: str) -> Tensor:
    """Variances are real; NumPy's are of the dtype asked for."""
    return made if dtype is None or as_dtype(dtype, name).kind != "c" else astype(made, dtype)


def subtracted(ddof: Any, correction: Any, name: str) -> Any:
    """What two arguments of one meaning say."""
    if not given(correction):
        return ddof
    if ddof != 0:
        raise ValueError(f"{name}: ddof and correction are one argument; give one of them")
    return correction


def squared(deviation: Tensor) -> Tensor:
    """The squares of (absolute) values."""
    if deviation.dtype.kind == "c":
        return square(real(deviation)) + square(imag(deviation))
    return multiply(deviation, deviation)
