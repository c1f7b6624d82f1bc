"""What memory arrays have: whether two share it, and in which order the elements lie. Nothing here waits.

Tensors share memory as far as writes to one are seen through the other: by their index maps on a storage. A tensor and a NumPy array
do if the array looks at the tensor's computed values.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lazytensor.core.handle import Handle

__all__ = [
    "isfortran", "may_share_memory", "shares_memory",
]  # fmt: skip


def isfortran(a: Any) -> bool:
    """Is it laid out in Fortran order, and not in C order too? So are transposed views of tensors. Never waits."""
    if not isinstance(a, Handle):
        return bool(np.isfortran(a))
    found = a.flags  # type: ignore[attr-defined]
    return bool(found.f_contiguous and not found.c_contiguous)


def shares_memory(a: Any, b: Any, /, max_work: Any = -1) -> bool:
    """Have two arrays elements in common, so that writes to one can be seen in the other? Exact; never waits.

    Parameters
    ----------
    a, b : array_like
    max_work : int, optional
        As NumPy's: effort to spend, -1 for an exact answer however long it takes, 0 to compare the bounds only.

    Raises
    ------
    numpy.exceptions.TooHardError
        If `max_work` is exceeded.

    >>> import lazytensor as lt
    >>> x = lt.zeros(6)
    >>> lt.shares_memory(x, x[1:]), lt.shares_memory(x[::2], x[1::2])
    (True, False)
    """
    first, second = _places(a, b)
    return bool(np.shares_memory(first, second, max_work))


def may_share_memory(a: Any, b: Any, /, max_work: Any = 0) -> bool:
    """Do the bounds of two arrays overlap? Unless they do, the arrays share no memory. Never waits.

    >>> import lazytensor as lt
    >>> x = lt.zeros(6)
    >>> lt.may_share_memory(x[::2], x[1::2]), lt.may_share_memory(x[:3], x[3:])
    (True, False)
    """
    first, second = _places(a, b)
    return bool(np.may_share_memory(first, second, max_work))


_NOTHING = np.empty(0, np.int8)


def _places(a: Any, b: Any) -> tuple[Any, Any]:
    """NumPy arrays that overlap where these do."""
    if not isinstance(a, Handle) or not isinstance(b, Handle):
        return _computed(a), _computed(b)
    # A handle that owns its node alone shares with nobody.
    if a is not b and (a._storage is None or a._storage is not b._storage):
        return _NOTHING, _NOTHING
    # One byte for each element; what is never touched costs address space only.
    memory = np.empty(math.prod(a._base().shape), np.int8)
    first, second = [
        np.ndarray(view.shape, np.int8, memory, view.offset, view.strides) if 0 not in view.shape else _NOTHING
        for view in (a._index_map(), b._index_map())
    ]
    return first, second


def _computed(x: Any) -> Any:
    """A NumPy array of what is there already; of a tensor that is still to be computed, nothing."""
    if not isinstance(x, Handle):
        return x
    return x._value() if isinstance(x._base().result, np.ndarray) else _NOTHING
