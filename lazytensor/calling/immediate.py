"""Functions of computed tensors, at once (see `core.eager`): where all that is small and there, NumPy's function is called.

`at_once` is for functions whose results are new arrays, `seen_through` for those that give views.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np

from lazytensor.compiler.ops.row import Kind
from lazytensor.core.dtypes import BY_DTYPE
from lazytensor.core.eager import MEDIUM, limit, owned, silenced, small
from lazytensor.core.handle import Handle, computed, shown
from lazytensor.core.statements import write_lock

P = ParamSpec("P")
R = TypeVar("R")

_AS_THEY_ARE = frozenset({int, float, bool, complex, type(None), str, type(np._NoValue)})

# Arguments that the functions see to; and dtypes, which a variance of integers takes otherwise, but for arrays of sequences.
_OTHERWISE = frozenset({"out", "where", "initial", "like", "device", "order", "subok"})
_DTYPE = frozenset({"dtype"})


class _Way(NamedTuple):
    """How a function is called at once: NumPy's function; the keywords that it is not called with; and what `at_once` says."""

    reference: Callable[..., Any]
    otherwise: frozenset[str]
    grows: bool
    sequences: bool


def at_once(
    reference: Callable[..., Any], *, grows: bool = False, sequences: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a function that gives what `reference`, NumPy's, gives of every dtype that tensors have, in arrays of its own.

    `grows` says that there may be more elements in the result than in the arguments; `sequences`, that the function does more than NumPy's
    with a tensor as first argument, but not with a sequence.
    """
    way = _Way(reference, _OTHERWISE if sequences else _OTHERWISE | _DTYPE, grows, sequences)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        names = function.__code__.co_varnames
        last = min((names.index(name) for name in way.otherwise if name in names), default=len(names))

        @wraps(function)
        def either(*args: P.args, **kwargs: P.kwargs) -> R:
            if args and limit.elements >= 0 and len(args) <= last and not (sequences and isinstance(args[0], Handle)):
                made = _now(way, args, kwargs)
                if made is not None:
                    return made  # type: ignore[no-any-return]
            return function(*args, **kwargs)

        return either

    return decorate


def _now(way: _Way, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What NumPy's function makes of computed arguments; None where the function itself is to see to them."""
    found = _Arguments()
    first = args[0]
    if isinstance(first, Handle):
        # The way of most that is pending.
        node = first._node
        if first._array is None and node is not None and node.result is None and node.op.kind is not Kind.SOURCE:
            return None
    elif type(first) not in (list, tuple) or (
        not way.sequences and not any(isinstance(item, (Handle, list, tuple)) for item in first)
    ):
        return None
    if not way.otherwise.isdisjoint(kwargs):
        return None
    with write_lock:
        values = [found.value(item) for item in args]
        if not found.missing:
            kwargs = {name: found.value(item) for name, item in kwargs.items()}
        if found.missing or not (found.sizes or way.sequences) or (way.grows and not small(math.prod(found.sizes))):
            return None
        try:
            made = silenced(way.reference, *values, **kwargs)
            # Rounded integers are NumPy's argument itself, the diagonal of a matrix is a view of it: the function knows what it gives.
            return None if _shares(made, values) else _made(made)
        except Exception:
            return None


class _Arguments:
    """The values of arguments: `sizes` of the tensors among them; `missing` is set by one that is pending, large, or of an unknown type."""

    __slots__ = ("missing", "sizes")

    def __init__(self) -> None:
        self.missing = False
        self.sizes: list[int] = []

    def value(self, item: Any, depth: int = 4) -> Any:
        if isinstance(item, Handle):
            value = item._array
            if value is None:
                value = item._current()
            # Of nothing NumPy warns, or says what it says of nothing in other words.
            if value is None or not value.size or not small(value.size):
                self.missing = True
            else:
                self.sizes.append(value.size)
            return value
        kind = type(item)
        if kind in _AS_THEY_ARE or isinstance(item, (np.dtype, type)):
            return item
        if kind is tuple or kind is list:
            if len(item) <= limit.elements and depth:
                return item if _AS_THEY_ARE.issuperset(map(type, item)) else kind([self.value(part, depth - 1) for part in item])
        elif isinstance(item, (np.ndarray, np.generic)) and item.size <= limit.elements and item.dtype in BY_DTYPE:
            return item
        self.missing = True
        return None


def _shares(made: Any, values: list[Any]) -> bool:
    if type(made) is not np.ndarray or made.base is None:
        return any(made is item for item in values)
    return any(type(item) is np.ndarray and np.may_share_memory(made, item) for item in values)


def _made(value: Any) -> Any:
    """The result as a tensor; None of what tensors do not hold, and of 0-d arrays, which are no scalars."""
    if type(value) is np.ndarray:
        if not value.ndim or value.dtype not in BY_DTYPE:
            return None
        return computed(owned(value))
    if isinstance(value, np.generic):
        return computed(value) if value.dtype in BY_DTYPE else None
    if type(value) is tuple:
        parts = [_made(item) for item in value]
        return None if any(part is None for part in parts) else tuple(parts)
    return None


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


def _through(view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    x = args[0]
    if not isinstance(x, Handle):
        return None
    node = x._node
    if x._array is None and node is not None and node.result is None:
        return None
    rest = args[1:]
    if kwargs.get("order", "C") != "C":
        return None
    if not all(type(item) in _AS_THEY_ARE or (type(item) is tuple and _AS_THEY_ARE.issuperset(map(type, item))) for item in rest):
        return None
    with write_lock:
        value = x._current()
        if value is None or not value.ndim or not 0 < value.size <= MEDIUM:
            return None
        if x._storage is None:
            x._share()
        storage = x._storage
        seen = x._look()
        if storage is None or seen is None or not x._is_open():
            return None
        base, window = seen
        try:
            found = view(window, *rest, **kwargs)
        except Exception:
            return None
        if type(found) is not np.ndarray:
            return None
        if np.may_share_memory(found, window):
            return shown(storage, base, found)
        return computed(owned(found))
