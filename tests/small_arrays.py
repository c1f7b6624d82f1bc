"""Small arrays of many dtypes and layouts, and whether two are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

DTYPES = ("float64", "float32", "int64", "bool", "int32", "complex128")
SHAPES = ((1,), (3,), (7,), (8,), (30,), (129,), (1000,), (3, 4), (1, 4), (3, 1), (30, 30), (2, 3, 4), (1, 1, 4), (5, 1, 3), (0,))
LAYOUTS: tuple[Callable[[Any], Any], ...] = (
    lambda a: a,
    lambda a: a[::-1],
    lambda a: a.T,
    lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
)
SPECIAL = (0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 5e-324)


@st.composite
def arrays(draw: st.DrawFn, dtype: str | None = None) -> Any:
    kind = np.dtype(dtype or draw(st.sampled_from(DTYPES)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = draw(st.sampled_from(SHAPES))
    if kind.kind == "b":
        made = rng.random(shape) < 0.5
    elif kind.kind == "i":
        low, high = draw(st.sampled_from(((-5, 6), (np.iinfo(kind).min, np.iinfo(kind).max))))
        made = rng.integers(low, high, shape).astype(kind)
    else:
        made = (rng.normal(size=shape) * 10.0 ** draw(st.integers(-3, 3))).astype(kind)
        for value in draw(st.lists(st.sampled_from(SPECIAL), max_size=4)):
            if made.size:
                made.reshape(-1)[rng.integers(0, made.size)] = value
    return draw(st.sampled_from(LAYOUTS))(made)


def same(made: Any, expected: Any) -> bool:
    """Equal in dtype, shape, class and bits, but for those of NaNs."""
    a, b = np.asarray(made), np.asarray(expected)
    if type(made) is not type(expected) or a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind == "f":
        if not np.array_equal(np.isnan(a), np.isnan(b)):
            return False
        a, b = np.where(np.isnan(a), 0, a), np.where(np.isnan(b), 0, b)
    return a.tobytes() == b.tobytes()
