"""Checks of NumPy's keywords: memory orders, and what has one meaning here, subclasses and array functions of other libraries."""

from __future__ import annotations

from typing import Any


def memory_order(order: Any, name: str, accepted: str = "CFAK", default: str = "C") -> str:
    """The order as a capital letter, None as the default."""
    letter = default if order is None else order.upper() if isinstance(order, str) else None
    if letter is None or len(letter) != 1 or letter not in accepted:
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
