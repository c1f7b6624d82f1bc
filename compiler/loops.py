"""Small arrays, computed in C where the core is compiled (`loops.pyx`): what NumPy does before and after its loop takes ten times as long
as ten elements."""

from __future__ import annotations

from typing import Any


def on_arrays(code: int, a: Any, b: Any, most: int) -> Any:
    """What a row (the numbers are those of `calling.at_once`) gives for two small arrays, or for one and a number: a
    new array of at most so many elements, the bits of NumPy's, without a look at floating-point events. None where NumPy is to be called:
    for all but float64, float32, int64 and booleans, and here, where nothing is faster, for all."""
    return None


def on_array(code: int, a: Any, most: int) -> Any:
    """The same of one array."""
    return None


def into_array(code: int, a: Any, b: Any) -> bool:
    """Make `a` what the row gives for it and `b`, if that has its dtype and shape; False, with nothing written, where NumPy is to."""
    return False
