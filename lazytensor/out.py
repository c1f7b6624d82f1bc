"""`out=`: a result written into an array that exists, a tensor (lazily) or somebody's NumPy array (which waits)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor import elementwise, indexing
from lazytensor.compiler.ops import structural
from lazytensor.handle import Handle, record, wrap, write_lock
from lazytensor.sites import user_site

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def deliver(result: Tensor, out: Any, name: str, *, casting: Any = "same_kind", where: Any = True) -> Tensor:
    """`result` itself where `out` is None; else store it in `out`, where the mask is true, and return `out`.

    Raises
    ------
    ValueError
        If `out` has another shape, or is read-only.
    TypeError
        If the casting rule does not allow the conversion, or `out` is no array.
    """
    if type(out) is tuple:
        if len(out) != 1:
            raise ValueError(f"{name}: the 'out' tuple must have exactly one entry")
        out = out[0]
    if out is None:
        return result
    if isinstance(out, np.ndarray):
        check_shape(result, out.shape, name)
        np.copyto(out, result._value(), casting=casting, where=where._value() if isinstance(where, Handle) else where)
        return out  # type: ignore[return-value]
    if not isinstance(out, Handle) or (out._node is not None and out.shape == ()):
        raise TypeError(f"{name}: out must be an array, got {'a scalar' if isinstance(out, Handle) else type(out).__name__}")
    # Reading and writing are one statement, which no other thread's may come between.
    with write_lock:
        check_shape(result, out.shape, name)
        view = out._shown()
        if view is not None and not view.writeable:
            raise ValueError("output array is read-only")
        if where is not True:
            # Checked before the choice, which may have another dtype.
            result = wrap(indexing.cast_for_assignment(result, out.dtype, name, casting=casting))
            result = elementwise.where(where, result, out)
        stored = indexing.cast_for_assignment(result, out.dtype, name, casting=casting)
        device = out._base().device
        if device is not None and stored.device != device:
            stored = record(structural.to_device, (stored,), (device,), device=device)
        out._assign(stored, user_site())
        return out  # type: ignore[return-value]


def check_shape(result: Tensor, shape: tuple[int, ...], name: str) -> None:
    """Raise ValueError unless a result of this shape can be stored whole."""
    if result.shape != shape:
        raise ValueError(
            f"{name}: non-broadcastable output operand with shape {shape} doesn't match the broadcast shape {result.shape}"
        )
