"""The dtypes that tensors have, and what a `dtype=` argument means. The public names are in `functions.dtypes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.core.handle import Handle

_INTEGERS = tuple([np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)])
_INEXACT = (np.dtype("float32"), np.dtype("float64"), np.dtype("complex64"), np.dtype("complex128"))
SUPPORTED = (np.dtype("bool"), *_INTEGERS, *_INEXACT)
BY_DTYPE = {dtype: dtype for dtype in SUPPORTED}
# A dtype's hash takes 0.2 us, and finding the one that a string or a class means as long.
_BY_IDENTITY = {id(dtype): dtype for dtype in SUPPORTED}
_BY_NAME: dict[Any, np.dtype[Any]] = {}
_MOST_NAMES = 256


def as_dtype(dtype: Any, name: str) -> np.dtype[Any]:
    """The dtype that a `dtype=` argument means, of the machine's byte order; TypeError, naming the operation, for one that tensors do
    not have."""
    found: np.dtype[Any] | None = _BY_IDENTITY.get(id(dtype))
    if found is not None:
        return found
    short = type(dtype) is str or type(dtype) is type
    if short and (found := _BY_NAME.get(dtype)) is not None:
        return found
    try:
        # NumPy would take the dtype of anything that has one: of an array, it is an argument in the wrong place.
        if isinstance(dtype, type) and issubclass(dtype, np.dtype):
            kind: Any = dtype
            dtype = kind()  # numpy.dtypes.Float64DType and its like, which np.dtype takes for classes of objects
        found = None if isinstance(dtype, (Handle, np.ndarray)) else BY_DTYPE.get(np.dtype(dtype))
        if found is None and not isinstance(dtype, (Handle, np.ndarray)):
            found = BY_DTYPE.get(np.dtype(dtype).newbyteorder("="))
    except TypeError:
        found = None
    if found is None or dtype is None:
        raise TypeError(f"{name}: dtype {dtype!r} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
    if short and len(_BY_NAME) < _MOST_NAMES:
        _BY_NAME[dtype] = found
    return found
