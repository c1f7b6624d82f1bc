"""Views of computed tensors, at once (see `core.eager`): what NumPy's method or function shows of a small or medium array that is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np
from numpy import ndarray

from lazytensor.calling.immediate import AS_THEY_ARE
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.eager import extent, limit, owned
from lazytensor.core.elements import copied_now
from lazytensor.core.handle import Handle, computed, current, is_open, look, shown
from lazytensor.core.lines import MEDIUM
from lazytensor.core.statements import write_lock

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

P = ParamSpec("P")
R = TypeVar("R")

_most = MEDIUM


def seen_through(view: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a function that shows its first argument another way, as the method or function `view` of NumPy's arrays does."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def either(*args: P.args, **kwargs: P.kwargs) -> R:
            if args and limit.elements >= 0 and (made := _through(view, args, kwargs)) is not None:
                return made  # type: ignore[no-any-return]
            return function(*args, **kwargs)

        return either

    return decorate


def transposed(x: Handle) -> Any:
    """The view with all axes reversed, where that is small or medium and there; else None."""
    if limit.elements < 0:
        return None
    with write_lock:
        seen = _window(x)
        return None if seen is None else _part(x, seen, seen[1].T)


def _in_shape(x: Handle, shape: tuple[Any, ...]) -> Any:
    for item in shape[0] if len(shape) == 1 and type(shape[0]) is tuple else shape:
        if type(item) is not int:
            return None
    with write_lock:
        seen = _window(x)
        if seen is None:
            return None
        try:
            found = seen[1].reshape(shape[0] if len(shape) == 1 else shape)
        except ValueError:
            return None
        return _part(x, seen, found)


# Methods of tensors: compiled, they take half the time of a method in Python.


def reshaped(self: Any, *shape: Any, order: str = "C", copy: bool | None = None) -> Tensor:
    """See `lazytensor.reshape`; takes the lengths as one tuple or one by one."""
    if order == "C" and copy is None and shape and limit.elements >= 0:
        made = _in_shape(self, shape)
        if made is not None:
            return made  # type: ignore[no-any-return]
    return self._reshaped(shape, order, copy)  # type: ignore[no-any-return]


def copied(self: Any, order: str = "C") -> Tensor:
    """An independent tensor of the same values; of a result that stands for a scalar that itself."""
    made = copied_now(self, order, None) if order == "C" else None
    return self._copied(order) if made is None else made


def converted(
    self: Any, dtype: Any, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True, *, device: Any = None
) -> Tensor:
    """The values in another dtype, if the casting rule allows it. See `lazytensor.astype`."""
    if order == "K" and casting == "unsafe" and copy and device is None:
        made = copied_now(self, order, as_dtype(dtype, "astype"))
        if made is not None:
            return made
    return self._converted(dtype, order, casting, copy, device)  # type: ignore[no-any-return]


for _method, _name in ((reshaped, "reshape"), (copied, "copy"), (converted, "astype")):
    _method.__name__ = _method.__qualname__ = _name


def _through(view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not isinstance(args[0], Handle):
        return None
    rest = args[1:]
    if kwargs and kwargs.get("order", "C") != "C":
        return None
    for item in rest:
        if type(item) not in AS_THEY_ARE and not (type(item) is tuple and AS_THEY_ARE.issuperset(map(type, item))):
            return None
    x = args[0]
    with write_lock:
        seen = _window(x)
        if seen is None:
            return None
        try:
            found = view(seen[1], *rest, **kwargs)
        except Exception:
            return None
        return _part(x, seen, found) if type(found) is ndarray else None


def _window(x: Handle) -> Any:
    """The array of a storage and what the handle shows of it, small or medium and there, for who holds `write_lock`; else None."""
    value = x._array
    if value is None:
        n = x._node
        if n is not None and n.result is None:
            return None
        value = current(x)
    if type(value) is not ndarray:
        return None
    array = value
    if not array.ndim or not 0 < extent(array.size, array.itemsize) <= _most:
        return None
    if x._storage is None:
        # Who holds the array as it becomes a storage's has it copied by the first store.
        value = array = None  # type: ignore[assignment]
        x._share()
    return look(x) if x._storage is not None and is_open(x) else None


def _part(x: Handle, seen: tuple[Any, Any], found: Any) -> Any:
    """A tensor of what NumPy shows of a window, or of its copy."""
    storage = x._storage
    assert storage is not None
    # NumPy's views of views hold the array that has the memory.
    base = found.base
    if base is None and found is not seen[0]:
        return computed(owned(found))
    if base is seen[0] or found is seen[0] or np.may_share_memory(found, seen[1]):
        return shown(storage, seen[0], found)
    return computed(owned(found))
