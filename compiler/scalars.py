"""NumPy's scalars, computed, read and stored in C where the core is compiled (`scalars.pyx`): a call of NumPy takes ten times as long."""

from __future__ import annotations

from typing import Any


def on_scalars(code: int, a: Any, b: Any) -> Any:
    """What a row (the numbers are those of `calling.at_once`) gives for two of NumPy's scalars, float64, booleans, or integers of which one
    class holds the other, or for one and a number of Python's, without a look at floating-point events. None where NumPy is to be called:
    for all others, and here, where nothing is faster, for all."""
    return None


def on_scalar(code: int, a: Any) -> Any:
    """The same of one scalar."""
    return None


def element(array: Any, key: Any) -> Any:
    """The scalar of an array at an integer, of a line, or at two, of a matrix; None where NumPy is to be asked."""
    return None


def set_element(array: Any, key: Any, value: Any) -> bool:
    """Store a number there that the array holds as it is, without a look at who else reads it; False where NumPy is to do so."""
    return False
