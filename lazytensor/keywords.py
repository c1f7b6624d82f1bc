"""Checks of NumPy's keywords: those that are texts, as memory orders and rules of casting are, and what has one meaning here,
subclasses and array functions of other libraries."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

# In the order of the numbers that NumPy takes in their place.
MODES = ("clip", "wrap", "raise")
CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")


def text(value: Any, name: str, keyword: str) -> str:
    """The value of a keyword, if it is a text; TypeError if not."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: {keyword} must be a string, got {value!r}")
    return value


def chosen(value: Any, accepted: Sequence[str], name: str, keyword: str) -> str:
    """The value of a keyword, if it is one of the texts accepted; TypeError for no text, ValueError for another."""
    if text(value, name, keyword) not in accepted:
        raise ValueError(f"{name}: {keyword} must be one of {', '.join(map(repr, accepted))}, got {value!r}")
    return value  # type: ignore[no-any-return]


def bounds_mode(mode: Any, name: str) -> str:
    """What becomes of positions out of bounds: "raise", also for None, "wrap" or "clip", or NumPy's number of one."""
    if mode is None:
        return "raise"
    if isinstance(mode, int) and 0 <= mode < len(MODES):
        return MODES[mode]
    return chosen(mode, MODES, name, "mode")


def memory_order(order: Any, name: str, accepted: str = "CFAK", default: str = "C") -> str:
    """The order as a capital letter, None as the default."""
    letter = default if order is None else text(order, name, "order").upper()
    if len(letter) != 1 or letter not in accepted:
        raise ValueError(f"{name}: order must be one of {', '.join(map(repr, accepted))}, got {order!r}")
    return letter


def kept(keepdims: Any, name: str) -> bool:
    """Do reduced axes stay, with length 1? TypeError for what is neither a boolean nor an integer."""
    if isinstance(keepdims, (bool, np.bool_)):
        return bool(keepdims)
    if keepdims is np._NoValue:
        return False
    try:
        return operator.index(keepdims) != 0
    except TypeError:
        raise TypeError(f"{name}: keepdims must be a boolean, got {keepdims!r}") from None


def no_subclass(subok: Any, name: str) -> None:
    """Raise unless `subok` is false: tensors have no subclasses to pass through."""
    if subok:
        raise ValueError(f"{name}: subok must be False, got {subok!r}; tensors have no subclasses")


def no_model(like: Any, name: str) -> None:
    """Raise unless `like` is None: what is made here is always a tensor."""
    if like is not None:
        raise ValueError(f"{name}: like must be None, got {type(like).__name__}; the result is always a tensor")
