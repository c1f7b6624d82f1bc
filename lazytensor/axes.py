"""Axis arguments of the chapters: one integer, a tuple of them, or None for all."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def one_axis(axis: Any, rank: int, name: str) -> int:
    """A checked axis, counted from the front; AxisError if there is no such axis."""
    try:
        place = operator.index(axis)
    except TypeError:
        place = None
    if place is None or axis is True or axis is False:
        raise TypeError(f"{name}: an axis must be an integer, got {axis!r}")
    if not -rank <= place < rank:
        raise np.exceptions.AxisError(place, rank, msg_prefix=name)
    return place + rank if place < 0 else place


def axis_tuple(axis: Any, rank: int, name: str) -> tuple[int, ...]:
    """Checked axes, counted from the front, in the order given."""
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    places = tuple([one_axis(item, rank, name) for item in given])
    if len(set(places)) != len(places):
        raise ValueError(f"{name}: repeated axis in {axis}")
    return places


def reduced_axes(axis: Any, rank: int, name: str) -> tuple[int, ...]:
    """The axes of a reduction in ascending order; None is all."""
    if axis is None:
        return tuple(range(rank))
    if isinstance(axis, list):
        raise TypeError(f"{name}: axis must be None, an integer or a tuple of integers, got the list {axis}")
    return tuple(sorted(axis_tuple(axis, rank, name)))
