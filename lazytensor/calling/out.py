"""`out=`: a result written into an array that exists, a tensor (lazily) or somebody's NumPy array (which waits)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.compiler.ops import structural
from lazytensor.core import storing, views
from lazytensor.core.eager import limit
from lazytensor.core.handle import Handle, mutable, stands_for_scalar, wrap
from lazytensor.core.inplace import take
from lazytensor.core.pending import end_statement
from lazytensor.core.record import record
from lazytensor.core.sites import user_site
from lazytensor.core.statements import write_lock

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def deliver(
    result: Tensor, out: Any, name: str, *, casting: Any = "same_kind", where: Any = True, fixed: int | None = None
) -> Tensor:
    """`result` itself where `out` is None, as an array where it is `...`; else store it in `out`, where the mask is true, and return
    `out`.

    Parameters
    ----------
    casting : str
        Which conversions from the result's dtype to that of `out` are allowed.
    where : Tensor of bool, or True
    fixed : int, optional
        For ufuncs, whose `out` takes part in broadcasting: how many of its last axes do not. None for what is no ufunc.

    Raises
    ------
    ValueError
        If `out` has another shape, or is read-only.
    TypeError
        If the casting rule does not allow the conversion, or `out` is no array.
    """
    out = single(out, name)
    if out is None:
        return result
    if out is ...:
        return mutable(result)
    if isinstance(out, np.ndarray):
        if fixed is None:
            check_shape(result, out.shape, name)
        elif result.shape != out.shape:
            result = stretched(result, out.shape, name, fixed)
        np.copyto(out, result._value(), casting=casting, where=where._value() if isinstance(where, Handle) else where)
        return out  # type: ignore[return-value]
    if not isinstance(out, Handle) or stands_for_scalar(out):
        raise TypeError(f"{name}: out must be an array, got {'a scalar' if isinstance(out, Handle) else type(out).__name__}")
    # Reading and writing are one statement, which no other thread's may come between.
    with write_lock:
        if where is True and limit.elements > 0 and type(result._array) is np.ndarray and take(out, result._array):
            return out  # type: ignore[return-value]
        if fixed is not None and result.shape != out.shape:
            result = stretched(result, out.shape, name, fixed)
        check_shape(result, out.shape, name)
        view = out._shown()
        if view is not None and not view.writeable:
            raise ValueError("output array is read-only")
        if where is not True:
            # Checked before the choice, which may have another dtype.
            result = wrap(storing.cast_for_assignment(result, out.dtype, name, casting=casting))
            result = results.where(where, result, out)
            check_shape(result, out.shape, name)
        stored = storing.cast_for_assignment(result, out.dtype, name, casting=casting)
        device = out._base().device
        if device is not None and stored.device != device:
            stored = record(structural.to_device, (stored,), (device,), device=device)
        out._assign(stored, user_site())
    end_statement()
    return out  # type: ignore[return-value]


def single(out: Any, name: str) -> Any:
    """The array in an `out=` that may be a tuple of one."""
    if type(out) is not tuple:
        return out
    if len(out) != 1:
        raise ValueError(f"{name}: the 'out' tuple must have exactly one entry")
    if out[0] is ...:
        raise TypeError(f"{name}: out must be `...` itself, not a tuple of it")
    return out[0]


def accumulated_in(dtype: Any, source: np.dtype[Any], out: Any, name: str) -> Any:
    """What a sum or a product is computed in: the dtype given, else, into an `out`, the common one of `out` and the operand."""
    found = single(out, name)
    return dtype if dtype is not None or not isinstance(found, (Handle, np.ndarray)) else np.promote_types(source, found.dtype)


@functools.cache
def _takes_into_any_dtype() -> bool:
    """Whether NumPy's `take` and `compress` convert what they store, as since 2.5, however far it is."""
    try:
        np.take(np.zeros(1, int), [0], out=np.zeros(1))
    except TypeError:
        return False
    return True


def returned(result: Tensor, out: Any, name: str) -> Tensor:
    """`deliver` for functions of positions, as NumPy has them: the dtype of `out` must be convertible to the result's, not the result."""
    found = single(out, name)
    fits = not isinstance(found, (Handle, np.ndarray)) or np.can_cast(found.dtype, result.dtype, "safe")
    if not fits and not (name in ("take", "compress") and _takes_into_any_dtype()):
        check_shape(result, found.shape, name)
        raise TypeError(f"{name}: out of dtype {found.dtype} cannot be cast to {result.dtype} according to the rule 'safe'")
    return deliver(result, found, name, casting="unsafe")


def stretched(result: Tensor, shape: tuple[int, ...], name: str, fixed: int = 0) -> Tensor:
    """A result broadcast to a shape, but for its last `fixed` axes; ValueError if it does not fit."""
    view = views.broadcast(result._index_map(), shape)
    if view is None or (fixed and result.shape[-fixed:] != shape[-fixed:]):
        raise _misfit(result.shape, shape, name)
    return result._alias(views.ReadOnly(*view))


def check_shape(result: Tensor, shape: tuple[int, ...], name: str) -> None:
    """Raise ValueError unless a result of this shape can be stored whole."""
    if result.shape != shape:
        raise _misfit(result.shape, shape, name)


def _misfit(made: tuple[int, ...], shape: tuple[int, ...], name: str) -> ValueError:
    return ValueError(f"{name}: non-broadcastable output operand with shape {shape} doesn't match the broadcast shape {made}")
