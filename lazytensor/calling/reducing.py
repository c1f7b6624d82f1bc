"""Reductions and running results, from a row and the keywords that NumPy's have: what the chapters and the methods of ufuncs call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.arguments import truth
from lazytensor.calling.axes import as_index, reduced_axes
from lazytensor.calling.out import accumulated_in, deliver, stretched
from lazytensor.calling.results import astype
from lazytensor.calling.results import where as choose
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops import ufuncs as rows
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.shapes import broadcast_shapes
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import as_tensor, node_operand
from lazytensor.core.record import record
from lazytensor.core.storing import cast_for_assignment, one_element

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
    return wrap(cast_for_assignment(one_element(value, dtype, name), dtype, name))


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


def accumulated(op: Op, join: Any, a: Any, axis: Any, dtype: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Tensor:
    """A sum or a product over axes, of which `join` combines two."""
    source = as_tensor(a, op.name)
    dtype = accumulated_in(dtype, source.dtype, out, op.name)
    source = wrap(cast(source, dtype, op.name))
    if source.dtype.kind in "fc" and _order_matters(op, source, initial, where):
        made = reduce_by_ufunc(join.reference, source, axis, keepdims, initial, where)
        return deliver(made, out, op.name, casting="unsafe")
    if not unmasked(where):
        source = choose(mask(where, source.shape, op.name), source, op.identity)
    made = reduce(op, source, axis, keepdims)
    # Small integers are accumulated in 64 bits; cut to the dtype asked for, they are what wrapping arithmetic gives.
    if dtype is not None and made.dtype != as_dtype(dtype, op.name):
        made = astype(made, dtype)
    if given(initial):
        made = join(made, initial_value(initial, made.dtype, op.name))
    return deliver(made, out, op.name, casting="unsafe")


def _order_matters(op: Op, source: Tensor, initial: Any, where: Any) -> bool:
    """Does the result tell whether the reduction began with `initial`, or left elements out? The sign of a zero does, of a sum for
    an `initial` of -0.0; and what complex numbers times one are is not always the same numbers."""
    if op is ops.sum:
        return given(initial) and may_be_negative_zero(initial)
    return source.dtype.kind == "c" and (given(initial) or not unmasked(where))


def extreme(op: Op, join: Any, a: Any, axis: Any, out: Any, keepdims: bool, initial: Any, where: Any) -> Tensor:
    """The largest or the smallest over axes, where `join` gives that of two."""
    source = as_tensor(a, op.name)
    if not given(initial):
        if not unmasked(where):
            raise ValueError(f"{op.name}: has no identity, so that a where mask needs an initial value")
        made = reduce(op, source, axis, keepdims)
    else:
        start = initial_value(initial, source.dtype, op.name)
        if not unmasked(where):
            source = choose(mask(where, source.shape, op.name), source, start)
        axes = reduced_axes(axis, len(source.shape), op.name)
        if math.prod([source.shape[place] for place in axes]):
            made = join(reduce(op, source, axis, keepdims), start)
        else:
            shape = ops.sum.shape(source.shape, axes, flag(keepdims, op.name, "keepdims"))
            made = wrap(record(elementwise.copy, (stretched(start, shape, op.name)._read(),)))
    return deliver(made, out, op.name, casting="unsafe")


def truth_over(op: Op, a: Any, axis: Any, keepdims: bool, where: Any) -> Tensor:
    """Whether any element, or every one, is true over axes."""
    if not unmasked(where):
        source = as_tensor(a, op.name)
        a = choose(mask(where, source.shape, op.name), source, op.identity)
    return reduce(op, a, axis, keepdims)


def running(op: Op, x: Tensor, place: int, dtype: Any, out: Any, initial: bool, name: str) -> Tensor:
    """Running sums or products along an axis, with one more, of nothing, where they begin if `initial` says so."""
    dtype = accumulated_in(dtype, x.dtype, out, name)
    made = wrap(record(op, (cast(x, dtype, name),), (place, initial)))
    if dtype is not None and made.dtype != as_dtype(dtype, name):
        made = astype(made, dtype)
    return deliver(made, out, name, casting="unsafe")
