"""Views of computed tensors, at once (see `core.eager`): what NumPy's method or function shows of a small or medium array that is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy import ndarray

from lazytensor.calling.immediate import AS_THEY_ARE
from lazytensor.core.eager import extent, limit, owned
from lazytensor.core.handle import Handle, computed, current, is_open, look, shown
from lazytensor.core.lines import MEDIUM
from lazytensor.core.statements import write_lock

P = ParamSpec("P")
R = TypeVar("R")

_transpose = np.ndarray.transpose
_reshape = np.ndarray.reshape
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
    return None if limit.elements < 0 else _seen(_transpose, x, (), {})


def reshaped(x: Handle, shape: tuple[Any, ...]) -> Any:
    """The view in another shape, given as one tuple or by its lengths, of what is small or medium and there; else None."""
    if limit.elements < 0 or not shape:
        return None
    for item in shape[0] if len(shape) == 1 and type(shape[0]) is tuple else shape:
        if type(item) is not int:
            return None
    return _seen(_reshape, x, shape, {})


def _through(view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not isinstance(args[0], Handle):
        return None
    rest = args[1:]
    if kwargs and kwargs.get("order", "C") != "C":
        return None
    for item in rest:
        if type(item) not in AS_THEY_ARE and not (type(item) is tuple and AS_THEY_ARE.issuperset(map(type, item))):
            return None
    return _seen(view, args[0], rest, kwargs)


def _seen(view: Callable[..., Any], x: Handle, rest: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    n = x._node
    if x._array is None and n is not None and n.result is None:
        return None
    with write_lock:
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
        storage = x._storage
        seen = look(x)
        if storage is None or seen is None or not is_open(x):
            return None
        base, window = seen
        try:
            found = view(window, *rest, **kwargs) if rest or kwargs else view(window)
        except Exception:
            return None
        if type(found) is not ndarray:
            return None
        # NumPy's views of views hold the array that has the memory.
        if found.base is base or np.may_share_memory(found, window):
            return shown(storage, base, found)
        return computed(owned(found))
