"""Small arrays put together, in C where the core is compiled (`joins.pyx`)."""

from __future__ import annotations

from typing import Any


def joined(arrays: list[Any], most: int) -> Any:
    """The concatenation of arrays of one dtype along their first axis; None where NumPy is to be called."""
    return None


def line_of(numbers: list[Any]) -> Any:
    """The array of Python integers, or of these with Python floats and scalars of float64 among them; None of all else."""
    return None


def chosen(mask: Any, a: Any, b: Any, most: int) -> Any:
    """`where` of booleans and arrays of their shape, or numbers beside these; None where NumPy is to be called."""
    return None
