"""The operations without array operands: counting, constants and random numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lazytensor.compiler.ops import philox, rules
from lazytensor.compiler.ops.row import Domain, Kind, Op, Signature
from lazytensor.compiler.tuning import COPY_GRAIN

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def _iota_signature(shape: Shape, axis: int, dtype: np.dtype[Any]) -> Signature:
    rules.check_supported("iota", "biufc", (dtype,))
    return Signature((), dtype)


def _iota_shape(shape: Shape, axis: int, dtype: np.dtype[Any]) -> Shape:
    if not 0 <= axis < len(shape):
        raise np.exceptions.AxisError(axis, len(shape), msg_prefix="iota")
    return shape


def _iota(shape: Shape, axis: int, dtype: np.dtype[Any]) -> Array:
    count = np.arange(shape[axis]).astype(dtype)
    return np.array(np.broadcast_to(count.reshape((-1,) + (1,) * (len(shape) - axis - 1)), shape), order="C")


iota = Op(
    name="iota",
    kind=Kind.SOURCE,
    arity=0,
    signature=_iota_signature,
    shape=_iota_shape,
    reference=_iota,
    cpu="{x}",
    domain=(),
    doc="The index along an axis: {x} is that index as the row's dtype.",
)


def _full_signature(value: Any, shape: Shape, dtype: np.dtype[Any]) -> Signature:
    rules.check_supported("full", "biufc", (value, dtype))
    return Signature((dtype,), dtype)


def _full_shape(value: Shape, shape: Shape, dtype: np.dtype[Any]) -> Shape:
    if value:
        raise ValueError(f"full: expects a value of shape (), got shape {value}")
    return shape


def _full(value: Any, shape: Shape, dtype: np.dtype[Any]) -> Array:
    return np.full(shape, rules.fitting(value, dtype), dtype)


def _full_into(out: Array, split: Callable[..., None], value: Any, shape: Shape, dtype: np.dtype[Any]) -> None:
    fitted = rules.fitting(value, dtype)

    def some(start: int, stop: int) -> None:
        out[start:stop] = fitted

    split(some, len(out), max(1, len(out) * COPY_GRAIN // max(out.size, 1)))


full = Op(
    name="full",
    kind=Kind.SOURCE,
    arity=1,
    signature=_full_signature,
    shape=_full_shape,
    reference=_full,
    into=_full_into,
    cpu="{x}",
    flops=0,
    doc="One value in every element.",
)


def _random_shape(seed: Shape, draw: Shape, shape: Shape, dtype: np.dtype[Any]) -> Shape:
    return shape


def _random(name: str, cpu: str, reference: Callable[..., Array], kinds: str, *, flops: float, doc: str) -> Op:
    """A row of a counter-based generator: element i depends on (seed, draw, i). `cpu` names its compiled block filler."""

    def signature(seed: Any, draw: Any, shape: Shape, dtype: np.dtype[Any]) -> Signature:
        rules.check_supported(name, kinds, (dtype,))
        if kinds == "u" and dtype != rules.UINT64:
            raise rules.dtype_error(name, kinds, (dtype,), "; only uint64 is supported")
        return Signature((rules.UINT64, rules.UINT64), dtype)

    return Op(
        name=name,
        kind=Kind.SOURCE,
        arity=2,
        signature=signature,
        shape=_random_shape,
        reference=reference,
        seeded=True,
        cpu=cpu,
        flops=flops,
        domain=(Domain(0, 100, ()), Domain(0, 100, ())),
        doc=doc,
    )


random_uniform = _random("random_uniform", "fill_uniform", philox.uniform, "f", flops=15, doc="Uniform random numbers in [0, 1).")
random_normal = _random(
    "random_normal", "fill_normal", philox.normal, "f", flops=50, doc="Normal random numbers of mean 0 and variance 1."
)
random_bits = _random("random_bits", "fill_bits", philox.bits, "u", flops=12, doc="Random bits: every uint64 equally likely.")
