"""`r_` and `c_`: arrays joined by indexing, with slices as ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling.results import astype
from lazytensor.core.handle import Handle
from lazytensor.core.record import common_device
from lazytensor.functions.creation import array, asarray
from lazytensor.functions.joining import concat
from lazytensor.functions.manipulation import expand_dims, permute_dims, swapaxes
from lazytensor.functions.ranges import arange, linspace

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "c_", "index_exp", "r_", "s_",
]  # fmt: skip

# They make slices and tuples of what they are indexed by: there is nothing to add to NumPy's.
index_exp = np.index_exp
s_ = np.s_


class _Concatenator:
    """Joins what it is indexed by: arrays, numbers, and slices as `arange` (an imaginary step: as `linspace`) has them.

    A string in the first place is NumPy's directive "axis", "axis,ndim" or "axis,ndim,start": the axis to join along, the least
    number of dimensions of every part, and where the axes of parts with fewer dimensions go. The directives "r" and "c" for
    matrices are not supported.
    """

    def __init__(self, axis: int, ndmin: int, start: int) -> None:
        self._axis = axis
        self._ndmin = ndmin
        self._start = start

    def __len__(self) -> int:
        return 0

    def __getitem__(self, key: Any) -> Tensor:
        items = key if isinstance(key, tuple) else (key,)
        axis, ndmin, start = self._axis, self._ndmin, self._start
        if items and isinstance(items[0], str):
            axis, ndmin, start = self._directive(items[0])
            items = items[1:]
        # Ranges and numbers go where the tensors are.
        device = common_device("r_", tuple([item._base() for item in items if isinstance(item, Handle)]))
        parts: list[Any] = []
        kinds: list[Any] = []
        for item in items:
            if isinstance(item, str):
                raise ValueError(f"r_: a directive must come first, got {item!r} later")
            if isinstance(item, (bool, int, float, complex, np.generic)):
                parts.append(item)
                kinds.append(item)
                continue
            part = (
                _range(item, device)
                if isinstance(item, slice)
                else asarray(item, device=None if isinstance(item, Handle) else device)
            )
            missing = ndmin - len(part.shape)
            if missing > 0:
                rank = len(part.shape)
                part = expand_dims(part, tuple(range(missing)))
                if isinstance(item, slice):
                    part = swapaxes(part, -1, start) if start != -1 else part
                elif start != -1:
                    first = start + missing + 1 if start < 0 else start
                    axes = list(range(ndmin))
                    part = permute_dims(part, axes[:first] + axes[missing:] + axes[first:missing])
                    assert len(part.shape) == rank + missing
            parts.append(part)
            kinds.append(part.dtype)
        if not parts:
            raise ValueError("r_: needs at least one array to join")
        kind = np.result_type(*kinds)
        # Numbers are converted to what they are joined to: OverflowError for integers beyond it.
        return concat(
            [
                astype(part, kind, copy=False)
                if isinstance(part, Handle)
                else array(part, kind, ndmin=max(ndmin, 1), device=device)
                for part in parts
            ],
            axis,
        )

    def _directive(self, text: str) -> tuple[int, int, int]:
        if text in ("r", "c"):
            raise ValueError(f"r_: the directive {text!r} makes a matrix, which is not supported; use reshape")
        try:
            numbers = [int(item) for item in text.split(",")]
        except ValueError:
            raise ValueError(f"r_: unknown special directive {text!r}") from None
        axis, ndmin, start, *_ = [*numbers, *(self._axis, self._ndmin, self._start)[len(numbers) :]]
        return axis, ndmin, start


def _range(part: slice, device: str | None) -> Tensor:
    start = 0 if part.start is None else part.start
    step: Any = 1 if part.step is None else part.step
    if isinstance(step, (complex, np.complexfloating)):
        return linspace(start, part.stop, num=int(abs(complex(step))), device=device)  # type: ignore[no-any-return]
    return arange(start, part.stop, step, device=device)


r_ = _Concatenator(axis=0, ndmin=1, start=-1)
c_ = _Concatenator(axis=-1, ndmin=2, start=0)
