"""`x[key]` and `x[key] = value` at once, where the values are there (see `core.eager`).

Each answers None or False where that is not so simple, with nothing written: `indexing` then records it, and says what is wrong.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from lazytensor.compiler.native import holders
from lazytensor.compiler.places import same_place, taken
from lazytensor.compiler.scalars import element, set_element
from lazytensor.core import views
from lazytensor.core.eager import HUGE, enter, extent, limit, owned, silenced, small
from lazytensor.core.handle import Handle, computed, current, is_open, look, pending, shown
from lazytensor.core.inplace import put
from lazytensor.core.lines import MEDIUM
from lazytensor.core.statements import write_lock
from lazytensor.core.storage import Storage

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

Array = np.ndarray[Any, Any]
# The types of items of a basic index, but NumPy's integers.
_BASIC = frozenset({int, slice, type(None), type(Ellipsis)})
_HUGE = HUGE  # as a number of C's
_FLOAT64, _INT64, _BOOL = np.dtype(np.float64), np.dtype(np.int64), np.dtype(bool)
# Kinds of dtypes by the types of Python numbers that can be stored in them as they are.
_STORES = {bool: "biufc", int: "iufc", float: "fc", complex: "c"}


def _plain(key: tuple[Any, ...]) -> bool:
    """Is it a basic index of Python's objects?"""
    for item in key:
        kind = type(item)
        if kind is not int and kind is not slice and item is not None and item is not Ellipsis:
            return False
    return True


def _basic(key: Any) -> Any:
    """A basic index with Python's integers for NumPy's, and for tensors that hold these; None for any other."""
    kind = type(key)
    if kind in _BASIC:
        return (None,) if key is None else key
    if kind is not tuple:
        key = _integer(key)
        return key if type(key) is int else None
    if _plain(key):
        return key
    items = tuple([_integer(item) for item in key])
    return items if _plain(items) else None


def _integer(key: Any) -> Any:
    """Python's integer for NumPy's, and for a tensor that holds one; all else as it is."""
    if isinstance(key, Handle):
        value = key._array
        return int(value) if isinstance(value, np.integer) else key
    return int(key) if isinstance(key, np.integer) else key


def read(x: Handle, key: Any) -> Tensor | None:
    """`x[key]`: NumPy's scalar, a handle on its view, or what an index with arrays in it gathers."""
    if x._array is None and pending(x):
        return None
    kind = type(key)
    # As `_basic`, without the call.
    basic = key if kind is int or kind is slice or (kind is tuple and _plain(key)) else _basic(key)
    if basic is None:
        return _gathered(x, key)
    try:
        return _viewed(x, basic)
    except IndexError:
        return None


def _viewed(x: Handle, key: Any) -> Tensor | None:
    array = x._array
    if array is None and x._storage is None:
        if not _there(x, key, limit.elements):
            return None
        array = x._array
    if array is not None:
        if type(array) is not ndarray:
            return None
        window = array
        if not window.ndim:
            return None
        found = element(window, key)
        if found is None:
            found = window[key]
        if type(found) is not ndarray:
            return computed(found)
        part = found
        if extent(part.size, part.itemsize) > MEDIUM:
            return None
        # Who holds the array as it becomes a storage's has it copied by the first store.
        array = window = found = part = None  # type: ignore[assignment]
        x._share()
    storage = x._storage
    seen = x._seen
    if storage is None or seen is None or seen[0] is not storage.array:
        with write_lock:
            if not _there(x, key, limit.elements) or (seen := look(x)) is None:
                return None
        storage = x._storage
        assert storage is not None
    window = seen[1]
    if not window.ndim:
        return None
    found = element(window, key)
    if found is None:
        found = window[key]
    if type(found) is not ndarray:
        return computed(found)
    part = found
    return shown(storage, seen[0], part) if extent(part.size, part.itemsize) <= MEDIUM and is_open(x) else None


def _there(x: Handle, key: Any, most: int) -> bool:
    """Is the value there? An array that is still to be created is made, where the key means no more than so many of its elements."""
    if current(x) is not None:
        return True
    if x._storage is not None and type(x._storage) is not Storage:
        return False
    meant = views.index(x._index_map(), key if type(key) is tuple else (key,))
    return math.prod(meant.shape) <= most and x._made() and current(x) is not None


def _value(key: Any) -> Any:
    """An item of a key with arrays in it, with the value of a tensor; None if that is pending, or it is something else."""
    if isinstance(key, Handle):
        value = current(key)
        if type(value) is ndarray:
            array = value
            dtype = array.dtype
            return value if dtype is _INT64 or dtype is _BOOL or value.dtype.kind in "iub" else None
        return int(value) if isinstance(value, np.integer) else value if isinstance(value, np.bool_) else None
    if type(key) is list:
        for item in key:
            if type(item) is not int:
                return None
        return np.array(key) if key else None
    if isinstance(key, np.integer):
        return int(key)
    return key if type(key) is ndarray and key.dtype.kind in "iub" else None


def _values(key: Any) -> Any:
    """A key with the values of the tensors in it, for who holds `write_lock`; None if one is pending, or something else is in it."""
    if type(key) is not tuple:
        return _value(key)
    items = []
    for item in key:
        if type(item) not in _BASIC:
            item = _values(item)
            if item is None:
                return None
        items.append(item)
    return tuple(items)


def _gathered_size(array: Array, key: Any) -> int:
    """No fewer elements than `array[key]` has: those of the arrays in the key, times the axes that no array and no integer takes; where a
    slice is in it, all axes are counted."""
    whole = 1
    axis = 0
    last = None
    sliced = False
    for item in key if type(key) is tuple else (key,):
        if type(item) is ndarray:
            part = item
            axis += part.ndim if part.dtype is _BOOL else 1
            # Lines of one length, as most are, count once.
            if last is None or part.ndim != 1 or last.ndim != 1 or part.size != last.size:
                whole = _multiplied(whole, part.size)
            last = part
        elif item is Ellipsis or type(item) is slice:
            sliced = True
        elif item is not None:
            axis += 1
    for place in range(0 if sliced else axis, array.ndim):
        whole = _multiplied(whole, array.shape[place])
    return whole


def _multiplied(size: int, by: int) -> int:
    """The product, HUGE at most: that of two may be more than a machine word holds."""
    return _HUGE if by > 0 and size > _HUGE // by else size * by


def _gathered(x: Handle, key: Any) -> Tensor | None:
    with write_lock:
        value = current(x)
        if type(value) is not ndarray:
            return None
        array = value
        if not array.ndim or (key := _values(key)) is None:
            return None
        found = taken(value, key, limit.elements)
        if found is not None:
            return computed(found)
        if not small(extent(_gathered_size(array, key), array.itemsize)):
            return None
        try:
            found = array[key]
        except IndexError:
            return None
    if type(found) is not ndarray:
        return computed(found)
    return computed(owned(found)) if found.ndim else None


def _axes(key: Any, rank: int) -> int:
    """Of how many axes what a basic index means is."""
    if type(key) is not tuple:
        return rank - 1 if type(key) is int else rank
    for item in key:
        if type(item) is int:
            rank -= 1
        elif item is None:
            rank += 1
    return rank


def _region(array: Array, key: Any, basic: bool) -> int:
    """Of how many axes what is stored under a key may be; -1 where that is no small work."""
    axes = array.ndim
    if not basic:
        return axes if small(extent(_gathered_size(array, key), array.itemsize)) else -1
    axes = _axes(key, axes)
    if axes and array.size > limit.elements:
        if type(key) is int and extent(array.size // max(1, array.shape[0]), array.itemsize) <= limit.elements:
            return axes
        region = array[key]
        if not small(extent(region.size, region.itemsize)):
            return -1
    return axes


def write(x: Handle, key: Any, value: Any) -> bool:
    """`x[key] = value`, in place."""
    if x._storage is None and x._array is not None and _set_own(x, key, value):
        return True
    if pending(x):
        return False
    kind = type(value)
    is_tensor = isinstance(value, Handle)
    if not is_tensor and kind not in _STORES:
        return False
    with write_lock:
        try:
            target = current(x)
            # As `_basic`, without the call.
            basic = key if type(key) is int or (type(key) is tuple and _plain(key)) else _basic(key)
            if target is None and basic is not None and _there(x, basic, limit.elements):
                target = current(x)
            if type(target) is not ndarray or (x._storage is not None and not is_open(x)):
                return False
            array: Any = target
            if not array.ndim or (basic is None and (key := _values(key)) is None):
                return False
            if basic is not None:
                key = basic
            axes = _region(target, key, basic is not None)
            dtype = array.dtype
            # Whoever else holds the memory has it copied.
            target = array = None
            if axes < 0:
                return False
            if is_tensor:
                source = value
                value = current(source)
                if value is None or value.ndim > axes:
                    return False
                # `x[key] += v` has written already, through the view that it gives back.
                if (
                    source._storage is x._storage
                    and x._storage is not None
                    and basic is not None
                    and same_place(value, current(x)[key])
                ):
                    return True
                if value.dtype is dtype:
                    return put(x, key, value)
                # The casts that no value can fail.
                if not np.can_cast(value.dtype, dtype, "safe"):
                    return False
            elif (
                (dtype is _FLOAT64 and kind is not complex)
                or (dtype is _BOOL and kind is bool)
                or (dtype is _INT64 and kind is int)
            ):
                return put(x, key, value)
            elif dtype.kind not in _STORES[kind]:
                return False
            return silenced(put, x, key, value)  # type: ignore[no-any-return]
        except (IndexError, ValueError, TypeError, OverflowError):
            return False


def _holders(x: Handle) -> int:
    """How many hold the array of a handle that has one for itself, if `_SOLE` do where nobody else does."""
    array = x._array
    return holders(array)


_SOLE = _holders(computed(np.empty(1)))


def _set_own(x: Handle, key: Any, value: Any) -> bool:
    """`x[key] = value` of one number, where nobody else reads the array: no call of Python's comes in between, and no other thread."""
    if isinstance(value, Handle):
        value = value._array
    if type(value) is ndarray or x._node is not None or _holders(x) != _SOLE or type(x._array) is not ndarray:
        return False
    return set_element(x._array, key, value)


def copied_now(x: Handle, order: str, dtype: np.dtype[Any] | None) -> Tensor | None:
    """The copy of a small array that is there, in another dtype if one is given, if its own order is C's or does not matter."""
    if limit.elements < 0:
        return None
    with write_lock:
        value = current(x)
        if type(value) is not ndarray:
            return None
        window = value
        if (
            not window.ndim
            or not small(extent(window.size, max(window.itemsize, 0 if dtype is None else dtype.itemsize)))
            or (order != "C" and window.ndim > 1 and (order == "F" or not value.flags.c_contiguous))
        ):
            return None
        if dtype is None or dtype is value.dtype:
            return computed(value.copy())
        # Of complex numbers the row takes the real part.
        if value.dtype.kind == "c" and dtype.kind not in "bc":
            return None
        try:
            return computed(enter(value.astype, dtype, "C"))
        except RuntimeError:  # the context is entered
            return computed(silenced(value.astype, dtype, "C"))


def apply_at(x: Handle, key: Any, value: Any, ufunc: np.ufunc) -> bool:
    """`ufunc.at(x, key, value)`, in place, a value of None for a ufunc of one operand. False where it is to be recorded, or NumPy refuses
    it, with nothing written."""
    if limit.elements < 0 or pending(x):
        return False
    with write_lock:
        target = current(x)
        if type(target) is not ndarray or (x._storage is not None and not is_open(x)):
            return False
        array: Any = target
        basic = _basic(key)
        key = _values(key) if basic is None else basic
        if not array.ndim or key is None or not small(extent(_gathered_size(target, key), array.itemsize)):
            return False
        if isinstance(value, Handle):
            value = current(value)
            if value is None:
                return False
        elif value is not None and type(value) not in _STORES:
            return False
        # Whoever else holds the memory has it copied.
        target = array = None
        try:
            return put(x, key, value, ufunc.at)
        except Exception:
            return False
