"""Positions in arrays: between one number an axis and one in all, and iterating over them.

`unravel_index` and `ravel_multi_index` are lazy: positions out of bounds raise ValueError at the wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndindex

from lazytensor.calling.arguments import checked_shape
from lazytensor.calling.fallback import values, waits
from lazytensor.calling.keywords import bounds_mode, memory_order
from lazytensor.compiler.ops import positions as ops
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.indexing import get
from lazytensor.core.operands import as_tensor
from lazytensor.core.record import record

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "ndenumerate", "ndindex", "ravel_multi_index", "unravel_index",
]  # fmt: skip


def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Tensor, ...]:
    """The positions in an array of a shape, one tensor an axis, of positions in the raveled array.

    >>> import lazytensor as lt
    >>> print(*lt.unravel_index(lt.asarray([5, 7]), (2, 4)))
    [1 1] [1 3]
    """
    letter = memory_order(order, "unravel_index", "CF")
    dims = checked_shape(shape, "unravel_index")
    packed = wrap(record(ops.unravel_index, (as_tensor(indices, "unravel_index")._read(),), (dims, letter)))
    return tuple([get(packed, axis) for axis in range(len(dims))])


def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C") -> Tensor:
    """The positions in the raveled array of positions in an array of a shape.

    Parameters
    ----------
    multi_index : sequence of array_like of int
        One a dimension; they broadcast.
    dims : tuple of int
        The shape.
    mode : {"raise", "wrap", "clip"} or a tuple of them
        What to do with positions out of bounds, for each axis if several.
    order : {"C", "F"}

    >>> import lazytensor as lt
    >>> print(lt.ravel_multi_index(([0, 1], [3, 2]), (2, 4)))
    [3 6]
    """
    letter = memory_order(order, "ravel_multi_index", "CF")
    shape = checked_shape(dims, "ravel_multi_index")
    given = mode if isinstance(mode, (tuple, list)) else (mode,) * len(shape)
    modes = tuple([bounds_mode(item, "ravel_multi_index") for item in given])
    if len(modes) != len(shape):
        raise ValueError(f"ravel_multi_index: expects one mode, or one for each of {len(shape)} axes, got {mode!r}")
    parts = list(multi_index)
    if len(parts) != len(shape):
        raise ValueError(f"ravel_multi_index: expects one array of positions an axis of {shape}, got {len(parts)}")
    nodes = tuple([as_tensor(part, "ravel_multi_index")._read() for part in parts])
    return wrap(record(ops.ravel_multi_index, nodes, (shape, modes, letter)))


@waits
class ndenumerate:  # noqa: N801
    """Iterates over pairs of an element's position, a tuple, and its value, a NumPy scalar. Waits.

    >>> import lazytensor as lt
    >>> [(index, int(value)) for index, value in lt.ndenumerate(lt.asarray([[1, 2]]))]
    [((0, 0), 1), ((0, 1), 2)]
    """

    def __init__(self, arr: Any) -> None:
        source = as_tensor(arr, "ndenumerate")
        assert isinstance(source, Handle)
        self._items: Iterator[tuple[tuple[int, ...], Any]] = iter(np.ndenumerate(values(source)))

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Any]]:
        return self

    def __next__(self) -> tuple[tuple[int, ...], Any]:
        return next(self._items)
