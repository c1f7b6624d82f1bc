"""The methods of NumPy's ufuncs that have no row of their own: reduce, accumulate, reduceat and at, of the ufunc a parameter names.

`add.reduce` is `sum`, and so for the others that have a kernel; these rows compute the rest (`logaddexp.reduce`, `subtract.accumulate`)
with NumPy's own loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.factories import library
from lazytensor.compiler.ops.indexing import index
from lazytensor.compiler.ops.row import Signature

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def _resolved(ufunc: np.ufunc, dtype: Any) -> np.dtype[Any]:
    """The dtype in which a ufunc combines elements of one dtype. TypeError where its results cannot be combined again, as of `less`."""
    try:
        ufunc.resolve_dtypes((None, rules.strong(dtype), None), reduction=True)
    except TypeError:
        raise rules.dtype_error(
            f"{ufunc.__name__}.reduce", rules.accepted_kinds(ufunc), (dtype,), "; it has no such reduction"
        ) from None
    return rules.by_ufunc(f"{ufunc.__name__}.reduce", ufunc)(dtype, dtype).result


def _signature(x: Any, *arguments: Any) -> Signature:
    place, ufunc = next((place, item) for place, item in enumerate(arguments) if isinstance(item, np.ufunc))
    result = _resolved(ufunc, x)
    indices = arguments[:place]
    return Signature((x if result.kind == "b" else result, *indices), result)


# What a reduction may be given besides the array: names of keywords, each with an operand.
Given = tuple[str, ...]


def _reduce(x: Any, *arguments: Any) -> Array:
    *values, ufunc, axes, keepdims, given = arguments
    keywords = dict(zip(given, values, strict=True))
    if "initial" in keywords:
        keywords["initial"] = keywords["initial"][()]
    return rules.owned(ufunc.reduce(x, axis=axes, keepdims=keepdims, **keywords))


def _reduce_signature(x: Any, *arguments: Any) -> Signature:
    *values, ufunc, _, _, _ = arguments
    found = _signature(x, ufunc)
    return Signature((*found.operands, *values), found.result)


def _reduce_shape(x: Shape, *arguments: Any) -> Shape:
    ufunc, axes, keepdims, given = arguments[-4:]
    name = f"{ufunc.__name__}.reduce"
    if len(axes) > 1 and ufunc in (np.subtract, np.divide, np.power, np.arctan2, np.floor_divide):
        raise ValueError(f"{name}: reduction operation is not reorderable, so at most one axis may be specified")
    return shapes.reduction(name, empty=ufunc.identity is not None or "initial" in given)(x, axes, keepdims)


def _accumulate(x: Any, ufunc: np.ufunc, axis: int) -> Array:
    return rules.owned(ufunc.accumulate(x, axis=axis))


def _accumulate_shape(x: Shape, ufunc: np.ufunc, axis: int) -> Shape:
    shapes.check_axis(f"{ufunc.__name__}.accumulate", axis, len(x))
    return x


def _reduceat(x: Any, indices: Any, ufunc: np.ufunc, axis: int) -> Array:
    return rules.owned(ufunc.reduceat(x, np.asarray(indices).astype(np.intp), axis=axis))


def _reduceat_shape(x: Shape, indices: Shape, ufunc: np.ufunc, axis: int) -> Shape:
    name = f"{ufunc.__name__}.reduceat"
    shapes.check_axis(name, axis, len(x))
    if len(indices) != 1:
        raise ValueError(f"{name}: expects one-dimensional indices, got shape {indices}")
    axis %= len(x)
    return (*x[:axis], *indices, *x[axis + 1 :])


def _at(base: Any, *arguments: Any) -> Array:
    *arrays, ufunc, key = arguments
    out: Array = np.array(base, order="C")
    if ufunc.nin == 1:
        ufunc.at(out, index(key, arrays))
    else:
        value, *arrays = arrays
        ufunc.at(out, index(key, arrays), rules.fitting(value, out.dtype))
    return out


def _at_signature(base: Any, *arguments: Any) -> Signature:
    *operands, ufunc, _ = arguments
    name = f"{ufunc.__name__}.at"
    rules.check_supported(name, "biufc", (base,))
    types = (base,) if ufunc.nin == 1 else (base, operands[0])
    # A loop there must be; what it gives is stored whatever its dtype.
    rules.by_ufunc(name, ufunc)(*types)
    return Signature((base, *(rules.strong(item) for item in operands)), base)


ufunc_reduce = library(
    "ufunc_reduce", _reduce,
    arity=-1, signature=_reduce_signature, shape=_reduce_shape,
    doc="Combine the elements along axes by a ufunc: the parameters are the ufunc, axes, keepdims and the keywords of further operands.",
)  # fmt: skip
ufunc_accumulate = library(
    "ufunc_accumulate", _accumulate,
    signature=_signature, shape=_accumulate_shape,
    doc="The running results of combining the elements along an axis by a ufunc.",
)  # fmt: skip
ufunc_reduceat = library(
    "ufunc_reduceat", _reduceat,
    arity=2, signature=_signature, shape=_reduceat_shape,
    doc="Combine the elements of slices along an axis by a ufunc; the slices start at the indices.",
)  # fmt: skip
ufunc_at = library(
    "ufunc_at", _at,
    arity=-1, signature=_at_signature, shape=shapes.one,
    doc="Apply a ufunc to the elements at the given positions, once for each time a position comes.",
)  # fmt: skip
