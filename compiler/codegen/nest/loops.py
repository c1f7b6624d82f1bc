"""Iteration domains: the operands of a group, and axes dropped and collapsed until a loop nest is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lazytensor.compiler.graph import Graph, Shape
from lazytensor.compiler.kernel import Access, Group, access, contiguous_strides
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.tuning import ALIGNED_ROW, LINE

Strides = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """A value read or written in the loops: elements of the array in `slot`, `offset` on, one stride for each axis of the domain.

    `slot` is None for an iota, whose "address" is its value. `node` is the position of the value it stands for.
    """

    node: int
    slot: int | None
    dtype: np.dtype[Any]
    strides: Strides
    offset: int = 0


def collapse(sizes: Sequence[int], strides: Sequence[Strides]) -> tuple[tuple[int, ...], list[Strides]]:
    """Drop axes of size one and merge neighbours that every operand steps through evenly."""
    kept = [axis for axis, size in enumerate(sizes) if size != 1]
    merged: list[list[int]] = []
    for axis in kept:
        if merged:
            last = merged[-1][-1]
            if all(steps[last] == steps[axis] * sizes[axis] for steps in strides):
                merged[-1].append(axis)
                continue
        merged.append([axis])
    lengths = []
    for run in merged:
        length = 1
        for axis in run:
            length *= sizes[axis]
        lengths.append(length)
    return tuple(lengths), [tuple(steps[run[-1]] for run in merged) for steps in strides]


def identical(have: Access, shape: Shape) -> bool:
    """Whether an access reads the whole array in order, as `shape`: so that element i of a loop is element i of the array."""
    return have.offset == 0 and have.strides == _neutral(have, shape)


def _neutral(have: Access, shape: Shape) -> Strides:
    plain = contiguous_strides(shape)
    return tuple(have.strides[axis] if size == 1 else plain[axis] for axis, size in enumerate(shape))


def read(graph: Graph, position: int, shape: Shape) -> Operand:
    """The operand for a value from outside the group (a leaf, another group's result, or a view of one)."""
    place = access(graph, position).broadcast(shape)
    return Operand(position, place.slot, graph.nodes[position].dtype, place.strides, place.offset)


def iota(graph: Graph, position: int, shape: Shape) -> Operand:
    """An iota source as an operand whose address is its value."""
    axis = graph.nodes[position].params[1]
    strides = tuple(int(index == axis) for index in range(len(shape)))
    return Operand(position, None, graph.nodes[position].dtype, strides)


def region(graph: Graph, position: int) -> Operand:
    """What a region store writes: elements of its result, by the strides of the region."""
    node = graph.nodes[position]
    _, strides, offset = node.params
    return Operand(position, position, node.dtype, strides, offset)  # type: ignore[arg-type]


def resolve_views(graph: Graph, position: int, members: set[int], shape: Shape) -> int | None:
    """The member that an input is, directly or through a view that changes nothing; -1 if it lies outside the group.

    None where the view of a member moves elements: such a group cannot be one loop.
    """
    place = access(graph, position)
    if place.slot not in members:
        return -1
    if graph.nodes[position].kind is not Kind.VIEW:
        return position
    wide = place.broadcast(shape)
    size = 1
    for length in shape:
        size *= length
    return place.slot if graph.nodes[place.slot].size == size and identical(wide, shape) else None


def pivot(operands: Sequence[Operand], strides: Sequence[Strides], sizes: Sequence[int]) -> int | None:
    """The operand that a row's loop had better start at a whole line of, where many loads would straddle two: in a stencil, which
    reads one array at several places. A step of five points on 1000 x 1000 float64 takes 245 us of one core instead of 280."""
    if len(sizes) < 2 or sizes[-1] < ALIGNED_ROW:
        return None
    places: dict[tuple[int, Strides], dict[int, int]] = {}
    for operand_index, (operand, steps) in enumerate(zip(operands, strides, strict=True)):
        if operand.slot is not None and steps[-1] == 1:
            places.setdefault((operand.slot, steps), {})[operand_index] = operand.offset * operand.dtype.itemsize % LINE
    for line_offsets in places.values():
        if len(line_offsets) > 2:
            lines = list(line_offsets.values())
            return max(line_offsets, key=lambda operand_index: lines.count(line_offsets[operand_index]))
    return None


def operations(graph: Graph, group: Group) -> tuple[str, ...]:
    return tuple(graph.nodes[position].op.name for position in group.members)
