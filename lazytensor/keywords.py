"""Checks of NumPy's keywords: those that are texts, as memory orders and rules of casting are, and what has one meaning here,
subclasses and array functions of other libraries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# In the order of the numbers that NumPy takes in their place.
MODES = ("clip", "wrap", "raise")
CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")


def text(value: Any, name: str, keyword: str) -> str:
    """The value of a keyword, if it is a text; TypeError if not. As NumPy does, it takes bytes for one."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if not isinstance(value, str):
        raise TypeError(f"{name}: {keyword} must be a string, got {value!r}")
    return value


def chosen(value: Any, accepted: Sequence[str], name: str, keyword: str) -> str:
    """The value of a keyword, if it is one of the texts accepted; TypeError for no text, ValueError for another."""
    found = text(value, name, keyword)
    if found not in accepted:
        raise ValueError(f"{name}: {keyword} must be one of {', '.join(map(repr, accepted))}, got {value!r}")
    return found


def bounds_mode(mode: Any, name: str) -> str:
    """What becomes of positions out of bounds: "raise", also for None, "wrap" or "clip", or NumPy's number of one."""
    if mode is None:
        return "raise"
    if isinstance(mode, int) and not isinstance(mode, bool):
        if not 0 <= mode < len(MODES):
            raise ValueError(f"{name}: the number of a mode must be from 0 to {len(MODES) - 1}, got {mode}")
        return MODES[mode]
    return chosen(mode, MODES, name, "mode")


def memory_order(order: Any, name: str, accepted: str = "CFAK", default: str = "C") -> str:
    """The order as a capital letter, None as the default."""
    letter = default if order is None else text(order, name, "order").upper()
    if len(letter) != 1 or letter not in accepted:
        raise ValueError(f"{name}: order must be one of {', '.join(map(repr, accepted))}, got {order!r}")
    return letter


def no_subclass(subok: Any, name: str) -> None:
    """Raise unless `subok` is false: tensors have no subclasses to pass through."""
    if subok:
        raise ValueError(f"{name}: subok must be False, got {subok!r}; tensors have no subclasses")


def no_model(like: Any, name: str) -> None:
    """Raise unless `like` is None: what is made here is always a tensor."""
    if like is not None:
        raise ValueError(f"{name}: like must be None, got {type(like).__name__}; the result is always a tensor")
