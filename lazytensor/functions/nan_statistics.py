"""Reductions that pass over NaNs. Nothing here waits, and nothing warns: of a slice of NaNs the mean, the extremes and the variance
are NaN.

All but the positions are compositions: NaNs are replaced by what does not change the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.axes import reduced_axes
from lazytensor.calling.out import deliver, returned, single
from lazytensor.calling.reducing import given, initial_value, mask, reduce, unmasked
from lazytensor.calling.results import astype
from lazytensor.calling.results import where as choose
from lazytensor.compiler.ops import reductions as ops
from lazytensor.compiler.ops import statistics as rows
from lazytensor.compiler.ops.row import Op
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import wrap
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.functions import statistics as plain
from lazytensor.functions.averages import complex_if_asked, floating, masked_count, quotient, squared, subtracted
from lazytensor.functions.elementwise import fmax, fmin, isnan, logical_and, logical_not, logical_or, maximum, sqrt, subtract

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum",
    "nanvar",
]  # fmt: skip


def _filled(a: Any, value: Any, name: str) -> Tensor:
    source = as_tensor(a, name)
    return source if source.dtype.kind in "biu" else choose(isnan(source), value, source)


def nansum(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Tensor:
    """Sum over axes with NaNs as zeros; parameters as of `sum`.

    >>> import lazytensor as lt
    >>> print(lt.nansum(lt.asarray([1.0, lt.nan, 2.0])))
    3.0
    """
    return plain.sum(_filled(a, 0, "nansum"), axis, dtype, out, keepdims, initial, where)


def nanprod(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Tensor:
    """Product over axes with NaNs as ones; parameters as of `prod`."""
    return plain.prod(_filled(a, 1, "nanprod"), axis, dtype, out, keepdims, initial, where)


def nancumsum(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Tensor:
    """Running sum along an axis, or of the raveled array, with NaNs as zeros."""
    return plain.cumsum(_filled(a, 0, "nancumsum"), axis, dtype, out)


def nancumprod(a: Any, axis: int | None = None, dtype: Any = None, out: Any = None) -> Tensor:
    """Running product along an axis, or of the raveled array, with NaNs as ones."""
    return plain.cumprod(_filled(a, 1, "nancumprod"), axis, dtype, out)


# -- extremes -------------------------------------------------------------------------------------------------------------------


def _extreme(
    name: str, best: Any, join: Any, least: float, a: Any, axis: Any, out: Any, keepdims: bool, initial: Any, where: Any
) -> Tensor:
    source = as_tensor(a, name)
    if source.dtype.kind in "biu":
        return best(source, axis, out, keepdims, initial, where)  # type: ignore[no-any-return]
    missing = isnan(source)
    lowest = complex(least, least) if source.dtype.kind == "c" else least
    if not unmasked(where):
        if not given(initial):
            raise ValueError(f"{name}: has no identity, so that a where mask needs an initial value")
        missing = logical_or(missing, logical_not(mask(where, source.shape, name)))
    start = initial_value(initial, source.dtype, name) if given(initial) else None
    made = best(choose(missing, lowest, source), axis, None, keepdims, None if start is None else lowest)
    made = choose(plain.all(missing, axis, None, keepdims), np.nan, made)
    return deliver(made if start is None else join(made, start), out, name, casting="unsafe")


def nanmax(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Tensor:
    """Maximum over axes of what is not NaN, NaN where nothing is; parameters as of `max`."""
    return _extreme("nanmax", plain.max, fmax, -np.inf, a, axis, out, keepdims, initial, where)


def nanmin(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Tensor:
    """Minimum over axes of what is not NaN, NaN where nothing is; parameters as of `min`."""
    return _extreme("nanmin", plain.min, fmin, np.inf, a, axis, out, keepdims, initial, where)


def _position(op: Op, a: Any, axis: Any, out: Any, keepdims: bool) -> Tensor:
    source = as_tensor(a, op.name)
    if isinstance(axis, tuple):
        raise TypeError(f"{op.name}: axis must be None or an integer, got {axis}")
    made = wrap(record(op, (source._read(),), (reduced_axes(axis, len(source.shape), op.name), bool(keepdims))))
    return returned(made, out, op.name)


def nanargmax(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """Index of the first maximum that is not NaN, along one axis or in the raveled array.

    Raises
    ------
    ValueError
        At the wait, if a slice has nothing but NaNs.

    >>> import lazytensor as lt
    >>> print(lt.nanargmax(lt.asarray([lt.nan, 3.0, 7.0])))
    2
    """
    return _position(rows.nanargmax, a, axis, out, keepdims)


def nanargmin(a: Any, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
    """Index of the first minimum that is not NaN; as `nanargmax`."""
    return _position(rows.nanargmin, a, axis, out, keepdims)


# -- means ----------------------------------------------------------------------------------------------------------------------


def _numbers(value: Tensor, where: Any, name: str) -> Tensor:
    """Where the elements are that count."""
    found = logical_not(isnan(value))
    return found if unmasked(where) else logical_and(found, mask(where, value.shape, name))


def nanmean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True) -> Tensor:
    """Arithmetic mean over axes of what is not NaN; parameters as of `mean`.

    >>> import lazytensor as lt
    >>> print(lt.nanmean(lt.asarray([1.0, lt.nan, 2.0])))
    1.5
    """
    source = as_tensor(a, "nanmean")
    if source.dtype.kind in "biu":
        return plain.mean(source, axis, dtype, out, keepdims, where=where)
    value = floating(source, _inexact(dtype, "nanmean"), "nanmean")
    chosen = _numbers(value, where, "nanmean")
    total = reduce(ops.sum, choose(chosen, value, 0), axis, keepdims)
    made = quotient(total, masked_count(chosen, value.shape, axis, keepdims))
    return deliver(made, _inexact_out(out, made, "nanmean"), "nanmean", casting="unsafe")


def _inexact(dtype: Any, name: str) -> Any:
    if dtype is not None and as_dtype(dtype, name).kind not in "fc":
        raise TypeError(f"{name}: dtype must be inexact where the array is, got {dtype}")
    return dtype


def _inexact_out(out: Any, source: Tensor, name: str) -> Any:
    found = single(out, name)
    if found is not None and source.dtype.kind in "fc" and getattr(found, "dtype", source.dtype).kind not in "fc":
        raise TypeError(f"{name}: out must be inexact where the array is, got {found.dtype}")
    return found


def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Tensor:
    """Variance over axes of what is not NaN; parameters as of `var`. NaN where no degrees of freedom are left."""
    made = _variance(a, axis, dtype, ddof, keepdims, where, mean, correction, "nanvar")
    made = complex_if_asked(made, dtype, "nanvar")
    return deliver(made, _inexact_out(out, as_tensor(a, "nanvar"), "nanvar"), "nanvar", casting="unsafe")


def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: Any = None,
) -> Tensor:
    """Standard deviation over axes of what is not NaN; parameters as of `std`."""
    made = sqrt(_variance(a, axis, dtype, ddof, keepdims, where, mean, correction, "nanstd"))
    made = complex_if_asked(made, dtype, "nanstd")
    return deliver(made, _inexact_out(out, as_tensor(a, "nanstd"), "nanstd"), "nanstd")


def _variance(
    a: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, where: Any, mean: Any, correction: Any, name: str
) -> Tensor:
    source = as_tensor(a, name)
    if source.dtype.kind in "biu":
        return plain.var(source, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    less = subtracted(ddof, correction, name)
    value = floating(source, _inexact(dtype, name), name)
    chosen = _numbers(value, where, name)
    if not given(mean):
        total = reduce(ops.sum, choose(chosen, value, 0), axis, True)
        mean = quotient(total, masked_count(chosen, value.shape, axis, True))
    total = reduce(ops.sum, choose(chosen, squared(subtract(value, mean)), 0), axis, keepdims)
    freedom = masked_count(chosen, value.shape, axis, keepdims) - less
    return choose(freedom > 0, quotient(total, maximum(freedom, 0)), astype(np.nan, total.dtype))
