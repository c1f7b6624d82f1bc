"""Tensors as text, by NumPy's functions on computed values: these wait. The print options are NumPy's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import get_printoptions, printoptions, set_printoptions

from lazytensor.fallback import values, waits
from lazytensor.manipulation import as_tensor

__all__ = [
    "array2string", "array_repr", "array_str", "get_printoptions", "printoptions", "set_printoptions",
]  # fmt: skip


@waits
def array2string(
    a: Any,
    max_line_width: int | None = None,
    precision: int | None = None,
    suppress_small: bool | None = None,
    separator: str = " ",
    prefix: str = "",
    **options: Any,
) -> str:
    """The values as text, by the options of numpy.array2string. Waits.

    >>> import lazytensor as lt
    >>> lt.array2string(lt.asarray([0.125, 2.0]), precision=1, separator=", ")
    '[0.1, 2. ]'
    """
    source: Any = values(as_tensor(a, "array2string"))
    return np.array2string(source, max_line_width, precision, suppress_small, separator, prefix, **options)


@waits
def array_repr(
    arr: Any, max_line_width: int | None = None, precision: int | None = None, suppress_small: bool | None = None
) -> str:
    """The text that makes an equal NumPy array. Waits."""
    return np.array_repr(values(as_tensor(arr, "array_repr")), max_line_width, precision, suppress_small)


@waits
def array_str(a: Any, max_line_width: int | None = None, precision: int | None = None, suppress_small: bool | None = None) -> str:
    """The values as text, like `str`. Waits."""
    return np.array_str(values(as_tensor(a, "array_str")), max_line_width, precision, suppress_small)
