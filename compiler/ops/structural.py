"""The operations that compute nothing: bound inputs, views, region stores and copies between devices."""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.ops import rules, shapes
from lazytensor.compiler.ops.row import Kind, Op, Signature

Array = np.ndarray[Any, Any]


def _bound(*_: Any) -> Any:
    raise TypeError("leaf: a bound input has the dtype and shape it is made with")


def _leaf(name: str, doc: str) -> Op:
    # No reference: there is nothing to compute.
    nothing: Any = None
    return Op(name=name, kind=Kind.LEAF, arity=0, signature=_bound, shape=_bound, reference=nothing, flops=0, domain=(), doc=doc)


leaf = _leaf("leaf", "An array bound when the plan runs.")
scalar = _leaf("scalar", "A Python scalar bound when the plan runs.")
outside = _leaf("outside", "What NumPy computed outside the graph; the parameter names the function.")


def strided(base: Array, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
    """The view of a C-contiguous array that has this shape, strides and offset, both in elements."""
    if 0 in shape:
        return np.empty(shape, base.dtype)
    item = base.itemsize
    return np.ndarray(shape, base.dtype, base, offset * item, [stride * item for stride in strides])


def _view(base: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
    return strided(np.asarray(base, order="C"), shape, strides, offset)


def _view_shape(base: tuple[int, ...], shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> tuple[int, ...]:
    return shape


view = Op(
    name="view",
    kind=Kind.VIEW,
    arity=1,
    signature=rules.unchanged("view"),
    shape=_view_shape,
    reference=_view,
    flops=0,
    doc="Read an array by another shape, strides and offset, without a copy.",
)


def stored(name: str, *, params: int) -> rules.Rule:
    """Of (base, value, *indices) and parameters: the value is cast to the base's dtype, whatever its own."""

    def rule(*arguments: Any) -> Signature:
        base, value, *indices = arguments[: len(arguments) - params]
        rules.check_supported(name, "biufc", (base, value))
        rules.check_supported(name, "biu", tuple(indices))
        if value is complex and base.kind != "c":
            raise TypeError(f"{name}: a Python complex cannot be stored in {base}")
        return Signature((base, base, *indices), base)

    return rule


def _update(base: Any, value: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
    out: Array = np.array(base, order="C")
    if 0 not in shape:
        strided(out, shape, strides, offset)[...] = rules.fitting(value, out.dtype)
    return out


update = Op(
    name="update",
    kind=Kind.UPDATE,
    arity=2,
    signature=stored("update", params=3),
    shape=shapes.region("update"),
    reference=_update,
    domain=(rules.ANY, rules.ANY),
    flops=0,
    doc="Return the base with a region (shape, strides, offset) replaced by the value.",
)


def _to_device(x: Any, device: str) -> Array:
    return np.array(x, order="C")


to_device = Op(
    name="to_device",
    kind=Kind.COPY,
    arity=1,
    signature=rules.unchanged("to_device"),
    shape=shapes.one,
    reference=_to_device,
    flops=0,
    doc="Copy to the device that the parameter names.",
)


def _bitcast_signature(x: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Signature:
    rules.check_supported("bitcast", "biufc", (x, dtype))
    return Signature((x,), dtype)


def _bitcast_shape(x: tuple[int, ...], dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape


def _bitcast(x: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    return np.frombuffer(np.asarray(x).tobytes(), dtype).reshape(shape).copy()


bitcast = Op(
    name="bitcast",
    kind=Kind.LIBRARY,
    arity=1,
    signature=_bitcast_signature,
    shape=_bitcast_shape,
    reference=_bitcast,
    flops=0,
    doc="Copy the bytes of the elements as another dtype; the parameters are the dtype and the shape that it has then.",
)
