"""Elements of small arrays taken, stored and put together, in C where the core is compiled (`places.pyx`)."""

from __future__ import annotations

from typing import Any


def taken(array: Any, key: Any, most: int) -> Any:
    """`array[key]` for an array of positions or of booleans, or for two of positions in a matrix, one of which may be an integer: a new
    array of at most so many elements. None where NumPy is to be asked: of all else, and here, where nothing is faster, of all."""
    return None


def stored(array: Any, key: Any, value: Any) -> bool:
    """`array[key] = value` for such a key, or a basic one that means a line, and one number or a line of as many; False, with nothing
    written, where NumPy is to do so."""
    return False


def marked(mask: Any, most: int) -> Any:
    """Where a line of booleans is true; None where NumPy is to be asked."""
    return None


def same_place(a: Any, b: Any) -> bool:
    """Do two arrays show the same memory the same way? False where nobody can say for nothing."""
    return False
