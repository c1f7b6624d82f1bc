"""Padding: `pad` in every mode of NumPy's. Only a mode that is a function of the user's waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.fallback import run
from lazytensor.calling.results import astype, where
from lazytensor.compiler.ops.indexing import take
from lazytensor.core import views
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.indexing import assign, get
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record
from lazytensor.core.storage import constant
from lazytensor.core.storing import cast_for_assignment, cast_unsafely
from lazytensor.functions import statistics
from lazytensor.functions.creation import asarray, full, zero_of
from lazytensor.functions.elementwise import isnan, multiply, round, subtract
from lazytensor.functions.joining import _slice, concat
from lazytensor.functions.manipulation import broadcast_to, copy, flip, squeeze
from lazytensor.functions.ranges import linspace
from lazytensor.functions.sorting import sort

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "pad",
]  # fmt: skip

Pairs = list[tuple[Any, Any]]

# What each mode takes besides the widths.
KEYWORDS: dict[str, str | None] = {
    "constant": "constant_values",
    "edge": None,
    "empty": None,
    "linear_ramp": "end_values",
    "maximum": "stat_length",
    "mean": "stat_length",
    "median": "stat_length",
    "minimum": "stat_length",
    "reflect": "reflect_type",
    "symmetric": "reflect_type",
    "wrap": None,
}


def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Tensor:
    """A copy with elements added around it. Later axes are padded together with what was added along earlier ones.

    Parameters
    ----------
    array : array_like
    pad_width : int, (before, after), sequence of such pairs, or dict of axis to int or pair
        How many elements to add at both ends of the axes.
    mode : str or function
        "constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap" or "empty", with
        NumPy's meanings ("empty" gives zeros). Waits for a function of NumPy's form, which is called on computed
        values.
    constant_values, end_values : array_like
        For "constant" and "linear_ramp": the values, one, a pair or a pair for each axis.
    stat_length : int, pair or sequence of pairs
        For "maximum", "mean", "median" and "minimum": how many elements at the edges to take into account.
    reflect_type : {"even", "odd"}
        For "reflect" and "symmetric": "odd" also reflects the values at the edge's.

    >>> import lazytensor as lt
    >>> print(lt.pad(lt.arange(1, 4), 2, mode="reflect"))
    [3 2 1 2 3 2 1]
    """
    source = as_tensor(array, "pad")
    if callable(mode):
        padded: Tensor = run("numpy.pad", np.pad, source, pad_width, mode, **kwargs)
        return padded
    if mode not in KEYWORDS:
        raise ValueError(f"pad: mode {mode!r} is not supported; supported are {', '.join(map(repr, KEYWORDS))}, or a function")
    unknown = sorted(set(kwargs) - {KEYWORDS[mode]})
    if unknown:
        raise ValueError(f"pad: unsupported keyword arguments for mode {mode!r}: {', '.join(unknown)}")
    widths = _widths(pad_width, len(source.shape))
    if mode in ("constant", "empty"):
        return _constant(source, widths, kwargs.get("constant_values", 0))
    for place, (before, after) in enumerate(widths):
        if 0 in source.shape and source.shape[place] == 0 and before + after:
            raise ValueError(f"pad: can't extend empty axis {place} using modes other than 'constant' or 'empty'")
    grow = _grower(mode, kwargs, len(source.shape))
    if 0 in source.shape:
        # There is nothing to repeat, and what is added has no elements either.
        return _constant(source, widths, 0)
    count = kwargs.get("stat_length")
    if mode in ("maximum", "minimum") and count is not None and 0 in np.ravel(_lengths(count, len(source.shape))):
        raise ValueError("pad: stat_length of 0 yields no value for padding")
    result = source
    for place, (before, after) in enumerate(widths):
        if before or after:
            result = grow(result, place, before, after)
    return copy(source) if result is source else result


def _widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, dict):
        pairs: list[Any] = [(0, 0)] * rank
        for axis, width in pad_width.items():
            pairs[axis] = (width, width) if views.is_integer(width) else width
        pad_width = pairs
    given = np.asarray(pad_width)
    if given.dtype.kind not in "iu":
        raise TypeError(f"pad: pad_width must be of integral type, got {given.dtype}")
    return _lengths(given, rank)


def _lengths(given: Any, rank: int) -> list[tuple[int, int]]:
    """Pairs of lengths, rounded as NumPy rounds them."""
    pairs = _pair_up(np.round(np.asarray(given)).astype(np.intp))
    try:
        found = np.broadcast_to(pairs, (rank, 2))
    except ValueError:
        raise ValueError(f"pad: lengths of shape {pairs.shape} do not broadcast to pairs for {rank} axes") from None
    if found.size and found.min() < 0:
        raise ValueError("pad: index can't contain negative values")
    return [(int(before), int(after)) for before, after in found]


def _pair_up(x: Any) -> Any:
    """Two values mean (before, after) for all axes, but for one a row."""
    return x.reshape(2) if x.size == 2 and x.shape != (2, 1) else x


def _converted(given: Any, dtype: np.dtype[Any], device: str | None) -> Tensor:
    """Numbers in the dtype that they are stored in: those beyond it wrap in unsigned dtypes, and raise OverflowError in signed ones,
    as NumPy's scalars do when they are assigned."""
    found = np.asarray(given)
    if found.dtype.kind == "O" or (dtype.kind == "i" and found.dtype.kind in "iuf"):
        return asarray(wrap(cast_for_assignment(found.tolist(), dtype, "pad")), device=device)
    return asarray(cast_unsafely(found, dtype, "pad"), device=device)


def _values(given: Any, rank: int, dtype: np.dtype[Any], device: str | None) -> Pairs:
    """Pairs of 0-d tensors of the dtype."""
    found = as_tensor(given, "pad") if isinstance(given, Handle) else _converted(given, dtype, device)
    found = found.reshape(2) if found.size == 2 and found.shape != (2, 1) else found
    table = broadcast_to(astype(found, dtype, copy=False), (rank, 2))
    return [(get(table, (place, 0)), get(table, (place, 1))) for place in range(rank)]


def _constant(source: Tensor, widths: list[tuple[int, int]], values: Any) -> Tensor:
    shape = tuple([length + before + after for length, (before, after) in zip(source.shape, widths, strict=True)])
    if not shape:
        return copy(source)
    device = source._base().device
    if isinstance(values, (bool, int, float, complex)):
        # One value: a constant with the array stored in its middle, which kernels compute in one pass.
        value = _converted(values, source.dtype, device)
        made = copy(broadcast_to(value, shape)) if values else full(shape, zero_of(source.dtype), source.dtype, device=device)
        inside = tuple([slice(before, before + length) for length, (before, _) in zip(source.shape, widths, strict=True)])
        assign(made, inside, source)
        return made
    result = source
    pairs = _values(values, len(shape), source.dtype, device)
    for place, ((before, after), (low, high)) in enumerate(zip(widths, pairs, strict=True)):
        result = _joined(result, place, before, after, low, high)
    return copy(source) if result is source else result


def _joined(x: Tensor, axis: int, before: int, after: int, low: Any, high: Any) -> Tensor:
    """The array between two parts, which are stretched to their widths."""
    parts = [
        broadcast_to(value, (*x.shape[:axis], width, *x.shape[axis + 1 :])) if value is not x else x
        for value, width in ((low, before), (x, 1), (high, after))
        if width
    ]
    return concat(parts, axis) if len(parts) > 1 else x


def _edges(x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    return _slice(x, axis, slice(0, 1)), _slice(x, axis, slice(x.shape[axis] - 1, None))


def _grower(mode: str, kwargs: dict[str, Any], rank: int) -> Callable[[Tensor, int, int, int], Tensor]:
    """The function (array, axis, before, after) -> array that pads one axis."""
    if mode == "edge":
        return lambda x, axis, before, after: _joined(x, axis, before, after, *_edges(x, axis))
    if mode == "linear_ramp":
        ends = kwargs.get("end_values", 0)
        return lambda x, axis, before, after: _ramps(x, axis, before, after, ends, rank)
    if mode in _STATISTICS:
        length = kwargs.get("stat_length")
        limits: Any = [(None, None)] * rank if length is None else _lengths(length, rank)
        return lambda x, axis, before, after: _joined(x, axis, before, after, *_levels(x, axis, mode, *limits[axis]))
    kind = kwargs.get("reflect_type", "even")
    if kind not in ("even", "odd"):
        raise ValueError(f"pad: reflect_type must be 'even' or 'odd', got {kind!r}")
    if kind == "odd":
        return lambda x, axis, before, after: _odd(x, axis, before, after, mode == "symmetric")
    return lambda x, axis, before, after: _repeated(x, axis, before, after, mode)


def _repeated(x: Tensor, axis: int, before: int, after: int, mode: Any) -> Tensor:
    """Elements of the array again: the same positions for all rows, which NumPy says."""
    positions = np.pad(np.arange(x.shape[axis]), (before, after), mode=mode)
    return wrap(record(take, (x._read(), constant(positions)), (axis,)))


def _ramps(x: Tensor, axis: int, before: int, after: int, ends: Any, rank: int) -> Tensor:
    device = x._base().device
    found = as_tensor(ends, "pad") if isinstance(ends, Handle) else asarray(ends, device=device)
    pair = _values(found, rank, found.dtype, device)[axis]
    parts = [x]
    for side, (width, edge, end) in enumerate(zip((before, after), _edges(x, axis), pair, strict=True)):
        if width:
            ramp = linspace(end, squeeze(edge, axis), width, endpoint=False, dtype=x.dtype, axis=axis, device=device)
            parts = [ramp, *parts] if side == 0 else [*parts, flip(ramp, axis)]
    return concat(parts, axis)


def _median(x: Tensor, axis: int) -> Tensor:
    ordered = sort(x, axis=axis)
    length = x.shape[axis]
    middle = statistics.mean(_slice(ordered, axis, slice((length - 1) // 2, length // 2 + 1)), axis=axis, keepdims=True)
    if x.dtype.kind not in "fc":
        return middle
    last = _slice(ordered, axis, slice(length - 1, None))
    return where(isnan(last), last, middle)


_STATISTICS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "maximum": lambda x, axis: statistics.max(x, axis=axis, keepdims=True),
    "minimum": lambda x, axis: statistics.min(x, axis=axis, keepdims=True),
    "mean": lambda x, axis: statistics.mean(x, axis=axis, keepdims=True),
    "median": _median,
}


def _levels(x: Tensor, axis: int, mode: str, before: int | None, after: int | None) -> tuple[Tensor, Tensor]:
    """The statistic of so many elements at the front and at the back, all where None; of no elements, what NumPy gives."""
    length = x.shape[axis]
    first, last = (length if count is None else min(count, length) for count in (before, after))
    found = []
    for count, part in ((first, slice(0, first)), (last, slice(length - last, None))):
        some = _slice(x, axis, part)
        # NumPy's median of nothing is its mean.
        level = _STATISTICS[mode if count else "mean"](some, axis)
        found.append(astype(round(level) if x.dtype.kind in "iu" else level, x.dtype, copy=False))
    return found[0], found[1]


def _odd(x: Tensor, axis: int, before: int, after: int, include_edge: bool) -> Tensor:
    """Reflection of the values too, as often as it takes: each round doubles what there is to reflect."""
    period = x.shape[axis]
    if period == 1:
        return _joined(x, axis, before, after, *_edges(x, axis))
    while before or after:
        length = x.shape[axis]
        # Whole periods only, as NumPy reflects them.
        usable = length // period * period if include_edge else (length - 1) // (period - 1) * (period - 1)
        skip = 0 if include_edge else 1
        parts = [x]
        low, high = _edges(x, axis)
        count = min(usable, before)
        if count:
            chunk = flip(_slice(x, axis, slice(skip, skip + count)), axis)
            parts.insert(0, astype(subtract(multiply(low, 2), chunk), x.dtype, copy=False))
            before -= count
        count = min(usable, after)
        if count:
            chunk = flip(_slice(x, axis, slice(length - skip - count, length - skip)), axis)
            parts.append(astype(subtract(multiply(high, 2), chunk), x.dtype, copy=False))
            after -= count
        x = concat(parts, axis)
    return x
