"""Small arrays that are made of numbers, of NumPy's arrays or in the likeness of tensors, at once (see `core.eager`).

Each answers None where it is not so simple: the functions of the chapters then record it, and say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from lazytensor.core.devices import pins
from lazytensor.core.dtypes import BY_DTYPE, as_dtype
from lazytensor.core.eager import HUGE, enter, extent, limit
from lazytensor.core.handle import Handle, computed

_FLOAT64, _INT64, _BOOL = np.dtype(np.float64), np.dtype(np.int64), np.dtype(bool)
_BY_TYPE = {float: _FLOAT64, int: _INT64, bool: _BOOL}
# Bounds of ranges that no arithmetic on them leaves int64.
_PLAIN = 1 << 60
_empty: Any = np.empty
_arange: Any = np.arange


def _size(shape: Any) -> int:
    """How many elements an array of this shape has; -1 where the shape is not so simple, or there are none."""
    size = 1
    if type(shape) is int:
        size = max(-1, min(shape, HUGE))
    elif type(shape) is tuple and shape:
        for length in shape:
            if type(length) is not int or length < 0:
                return -1
            size = min(size * min(length, HUGE), HUGE)
    else:
        return -1
    return size if size > 0 else -1


def constant_now(name: str, make: Callable[..., Any], shape: Any, dtype: Any) -> Any:
    """A small array of one value, as `np.zeros` makes it, in float64 where no dtype is given. TypeError, naming the function, for a dtype
    that tensors do not have."""
    if not 0 < _size(shape) <= limit.elements or pins:
        return None
    kind = _FLOAT64 if dtype is None else _BY_TYPE.get(dtype) if type(dtype) is type else None
    return computed(make(shape, as_dtype(dtype, name) if kind is None else kind))


def filled_now(shape: Any, value: Any, dtype: Any) -> Any:
    """A small array of a Python number, in its own dtype, or one that holds it as it is."""
    kind = type(value)
    own = _BY_TYPE.get(kind)
    if own is None or not 0 < _size(shape) <= limit.elements or pins:
        return None
    if dtype is not None and dtype is not own:
        if dtype is not _FLOAT64 or kind is bool:
            return None
    elif kind is int and not -_PLAIN <= value <= _PLAIN:
        return None
    made = _empty(shape, own if dtype is None else dtype)
    try:
        made.fill(value)
    except OverflowError:
        return None
    return computed(made)


def like_now(make: Callable[..., Any], x: Any) -> Any:
    """A small array of one value, as `np.zeros` makes it, of the shape and dtype of a tensor whose value is there."""
    if not isinstance(x, Handle):
        return None
    h = x
    value = h._array
    if type(value) is not ndarray:
        return None
    array = value
    if not array.ndim or not 0 < array.size <= limit.elements or pins:
        return None
    return computed(make(value.shape, array.dtype))


def imported_now(x: Any) -> Any:
    """A copy of a small array of NumPy's, in C order."""
    if type(x) is not ndarray:
        return None
    array = x
    if not array.ndim or not 0 < extent(array.size, array.itemsize) <= limit.elements or pins:
        return None
    dtype = array.dtype
    if dtype is not _FLOAT64 and dtype is not _INT64 and dtype is not _BOOL and dtype not in BY_DTYPE:
        return None
    flags = x.flags
    # What nobody may write to is taken as it is.
    if not flags.writeable or (array.ndim > 1 and not flags.c_contiguous):
        return None
    return computed(x.copy())


def range_now(first: Any, last: Any, step: Any, dtype: Any) -> Any:
    """A small range of Python's numbers, as loops ask for them: what `arange` does for all others takes 15 us."""
    if type(first) is int and type(last) is int and type(step) is int:
        if not step or not (-_PLAIN < first < _PLAIN and -_PLAIN < last < _PLAIN and -_PLAIN < step < _PLAIN):
            return None
        if (last - first if step > 0 else first - last) > HUGE or len(range(first, last, step)) > limit.elements:
            return None
    else:
        for item in (first, last, step):
            if type(item) is not float and type(item) is not int:
                return None
        try:
            if not step or not abs(last - first) <= abs(step) * (limit.elements - 1):  # NaN too
                return None
        except OverflowError:  # an integer that no float holds
            return None
    if pins:
        return None
    if dtype is None:
        return computed(_arange(first, last, step))
    kind = _BY_TYPE.get(dtype) if type(dtype) is type else dtype if dtype is _FLOAT64 or dtype is _INT64 else None
    return None if kind is None or kind is _BOOL else computed(_arange(first, last, step, kind))


def spaced_now(first: Any, last: Any, count: Any, endpoint: Any) -> Any:
    """A few numbers evenly spaced between two of Python's."""
    if (type(first) is not int and type(first) is not float) or (type(last) is not int and type(last) is not float):
        return None
    if type(count) is not int or type(endpoint) is not bool or not 0 < count <= limit.elements or pins:
        return None
    try:
        return computed(enter(np.linspace, float(first), float(last), count, endpoint))
    except (RuntimeError, OverflowError):  # the context is entered; no float64
        return None
