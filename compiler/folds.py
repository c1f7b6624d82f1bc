"""Reductions of small arrays, in C where the core is compiled (`folds.pyx`), in NumPy's order, which a few sums are asked for."""

from __future__ import annotations

from typing import Any


def reduced(code: int, a: Any, axis: Any, most: int) -> Any:
    """A reduction (the numbers are those of `calling.immediate`) over all elements, or over one axis of a matrix; None where NumPy is to be
    called."""
    return None
