"""Axis arguments of the chapters: one integer, a tuple of them, or None for all."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def as_index(value: Any) -> int | None:
    """The integer that a value stands for by `__index__`, as 0-d tensors of integers do, which are waited for; None for others."""
    try:
        return operator.index(value)
    except TypeError:
        return None


def one_axis(axis: Any, rank: int, name: str) -> int:
    """A checked axis, counted from the front; AxisError if there is no such axis. A Python boolean is an integer, as most functions of
    NumPy have it."""
    place = as_index(axis)
    if place is None:
        raise TypeError(f"{name}: an axis must be an integer, got {axis!r}")
    place = int(place)
    if not -rank <= place < rank:
        raise np.exceptions.AxisError(place, rank, msg_prefix=name)
    return place + rank if place < 0 else place


def strict_axis(axis: Any, rank: int, name: str) -> int:
    """As `one_axis`, for the functions that refuse booleans."""
    if isinstance(axis, bool):
        raise TypeError(f"{name}: an axis must be an integer, got {axis!r}")
    return one_axis(axis, rank, name)


def axis_tuple(axis: Any, rank: int, name: str, *, strict: bool = False) -> tuple[int, ...]:
    """Checked axes, counted from the front, in the order given: an integer or any sequence of them; no booleans if `strict`."""
    given = axis
    if not isinstance(axis, (tuple, list)):
        place = as_index(axis)
        try:
            given = tuple(axis) if place is None else (place,)
        except TypeError:
            raise TypeError(f"{name}: an axis must be an integer, got {axis!r}") from None
    places = tuple([(strict_axis if strict else one_axis)(item, rank, name) for item in given])
    if len(set(places)) != len(places):
        raise ValueError(f"{name}: repeated axis in {axis}")
    return places


def reduced_axes(axis: Any, rank: int, name: str) -> tuple[int, ...]:
    """The axes of a ufunc's reduction in ascending order; None is all, and so are 0 and -1 where there is no axis, as NumPy has it."""
    if axis is None:
        return tuple(range(rank))
    if isinstance(axis, tuple):
        return tuple(sorted(axis_tuple(axis, rank, name, strict=True)))
    place = as_index(axis)
    if place is None or isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"{name}: axis must be None, an integer or a tuple of integers, got {axis!r}")
    return () if not rank and place in (0, -1) else (one_axis(place, rank, name),)


def running_axis(axis: Any, rank: int, name: str) -> int:
    """The axis along which a ufunc accumulates: None, a tuple or an integer that means a single one."""
    places = reduced_axes(axis, rank, name)
    if not rank:
        raise TypeError(f"{name}: a scalar has no axis to go along")
    if len(places) != 1:
        raise ValueError(f"{name}: goes along a single axis, got {axis} for {rank} dimensions")
    return places[0]


def sorted_axes(axis: Any, rank: int, name: str) -> tuple[int, ...]:
    """The axes of a reduction that is no ufunc's, in ascending order: None is all, and any sequence will do."""
    return tuple(range(rank)) if axis is None else tuple(sorted(axis_tuple(axis, rank, name)))
