"""Positions as data: of a capture that differs from others only in where its views and region stores lie, one with the same key as they.

A window that moves over an image, a row store at another place each round, `y[:, j] = f(y[:, j - 1])` over all j: shapes and strides are
structure, the offset is a number like any scalar. Of an array that is only read, each view gets a leaf of its own, bound to the same
array, whose elements lie so many further on as a scalar says (`Graph.shifts`). Views of one place share it. Of an array that regions are
stored to all views and regions move together, by the least offset, so that how they lie to each other stays structure.
"""

from __future__ import annotations

from typing import Any

from lazytensor.compiler.capture import Capture
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops.row import Kind

_MAPS = (Kind.VIEW, Kind.UPDATE)


def moving(captured: Capture) -> Capture | None:
    """The same capture with its positions as scalars; None where there are none, or where they mean more than places in memory."""
    order, leaves = captured.order, captured.leaves
    if any(leaf.device is not None for leaf in leaves) or any(node.device is not None for node in order):
        return None
    families, stored = _families(captured)
    if not families:
        return None
    found = Capture()
    found.order, found.kept, found.moves, found.shifts = order, captured.kept, {}, {}
    own: list[Node] = list(leaves)
    amounts: list[tuple[int, int]] = []
    for leaf, family in families.items():
        maps: list[Any] = [order[index].params for index in family]
        lowest = [_lowest(*params) for params in maps]
        if leaf in stored:
            places = [-1] * len(family)
            amounts.append((leaf, min(lowest)))
            lowest = [min(lowest)] * len(family)
        else:
            new = {low: len(own) + number for number, low in enumerate(dict.fromkeys(lowest))}
            own += [leaves[leaf]] * len(new)
            places = [new[low] for low in lowest]
            amounts += [(place, low) for low, place in new.items()]
        for index, place, low, (shape, strides, offset) in zip(family, places, lowest, maps, strict=True):
            found.moves[index] = place, (shape, strides, offset - low)
    found.leaves = own
    first = len(own) + len(captured.scalars)
    found.scalars = [*captured.scalars, *[amount for _, amount in amounts]]
    found.shifts = {place: first + number for number, (place, _) in enumerate(amounts)}
    found.key = _key(captured, found)
    return found


def _families(captured: Capture) -> tuple[dict[int, list[int]], set[int]]:
    """For each leaf whose positions are data the indices of the views of it and of what regions are stored to it, and these stores; and
    the leaves that regions are stored to."""
    roots: dict[int, int] = {id(leaf): number for number, leaf in enumerate(captured.leaves)}
    families: dict[int, list[int]] = {}
    whole: set[int] = set()
    stored: set[int] = set()
    for index, node in enumerate(captured.order):
        kind = node.op.kind
        params: Any = node.params
        for place, item in enumerate(node.inputs):
            root = roots.get(id(item)) if type(item) is Node else None
            if root is None:
                continue
            if place == 0 and kind in _MAPS and 0 not in params[0]:
                families.setdefault(root, []).append(index)
                if kind is Kind.UPDATE:
                    roots[id(node)] = root
                    stored.add(root)
            elif not (place == 0 and kind is Kind.VIEW):
                whole.add(root)
    # What is read as it is too would lie otherwise beside its views.
    return {root: family for root, family in families.items() if not (root in whole and root in stored)}, stored


def _lowest(shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> int:
    """The offset of the element of a map that comes first in memory."""
    return offset + sum([stride * (length - 1) for length, stride in zip(shape, strides, strict=True) if stride < 0])


def _key(captured: Capture, found: Capture) -> tuple[Any, ...]:
    """What a plan of the moving capture depends on, in the manner of `capture.structure`."""
    order = captured.order
    numbers = {id(leaf): ~number for number, leaf in enumerate(captured.leaves)}
    key: list[Any] = [captured.key[0], captured.key[1], "moving", len(found.leaves), *found.shifts]
    for leaf in found.leaves:
        key += (leaf.shape, leaf.dtype)
    for index, node in enumerate(order):
        place, params = found.moves.get(index, (-1, node.params))
        key += (node.op, params, place)
        for item in node.inputs:
            key.append(numbers[id(item)] if type(item) is Node else type(item))
        numbers[id(node)] = index
    return (*key, None, *captured.kept)
