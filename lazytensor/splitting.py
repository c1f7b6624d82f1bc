"""Splitting: parts of an array as views of it. Nothing here waits, but for cuts that are given as a tensor."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from lazytensor import indexing, views
from lazytensor.arguments import truncated
from lazytensor.axes import one_axis
from lazytensor.joining import _slice
from lazytensor.manipulation import as_tensor

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "array_split", "dsplit", "hsplit", "split", "unstack", "vsplit",
]  # fmt: skip


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The arrays that `stack` would make `x` from, as views."""
    source = as_tensor(x, "unstack")
    place = one_axis(axis, len(source.shape), "unstack")
    if len(source.shape) == 1:  # elements, which are snapshots
        return tuple([indexing.get(source, index) for index in range(source.shape[0])])
    whole = (slice(None),) * place
    view = source._index_map()
    return tuple([source._alias(views.index(view, (*whole, index))) for index in range(source.shape[place])])


def _sections(indices_or_sections: Any, name: str) -> int | None:
    """The number of parts, None where positions are given; a 0-d tensor is waited for."""
    try:
        len(indices_or_sections)
    except TypeError:
        return truncated(indices_or_sections, name, "the number of sections")
    return None


def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Views of parts along an axis: so many of nearly one length, or those between the given positions."""
    source = as_tensor(ary, "array_split")
    place = one_axis(axis, len(source.shape), "array_split")
    length = source.shape[place]
    count = _sections(indices_or_sections, "array_split")
    if count is not None:
        if count <= 0:
            raise ValueError("array_split: number of sections must be larger than 0")
        small, longer = divmod(length, count)
        cuts = [part * small + min(part, longer) for part in range(1, count)]
    else:
        cuts = [operator.index(cut) for cut in indices_or_sections]
    bounds = zip([0, *cuts], [*cuts, None], strict=True)
    return [_slice(source, place, slice(start, stop)) for start, stop in bounds]


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Like `array_split`, but parts of a given number must have one length."""
    source = as_tensor(ary, "split")
    count = _sections(indices_or_sections, "split")
    if count is not None:
        length = source.shape[one_axis(axis, len(source.shape), "split")]
        if count <= 0 or length % count:
            raise ValueError(f"split: {length} elements do not divide equally into {count}")
    return array_split(source, indices_or_sections, axis)


def _split_at(ary: Any, indices_or_sections: Any, axis: int, least: int, name: str) -> list[Tensor]:
    source = as_tensor(ary, name)
    if len(source.shape) < least:
        raise ValueError(f"{name}: only works on arrays of {least} or more dimensions, got shape {source.shape}")
    return split(source, indices_or_sections, min(axis, len(source.shape) - 1))


def vsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """`split` along the first axis, of arrays of two or more."""
    return _split_at(ary, indices_or_sections, 0, 2, "vsplit")


def hsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """`split` along the second axis; of one-dimensional arrays along their only one."""
    return _split_at(ary, indices_or_sections, 1, 1, "hsplit")


def dsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """`split` along the third axis."""
    return _split_at(ary, indices_or_sections, 2, 3, "dsplit")
