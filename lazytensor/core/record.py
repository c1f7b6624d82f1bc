"""Recording an operation: shape, dtype and device are checked at the user's line."""

from __future__ import annotations

import math
from typing import Any

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.compiler.ops.structural import leaf
from lazytensor.core.devices import default_name
from lazytensor.core.eager import compute
from lazytensor.core.followers import LARGE
from lazytensor.core.pending import enroll, shrinks
from lazytensor.core.sites import Site, user_site
from lazytensor.errors import DeviceError


def common_device(name: str, operands: tuple[Any, ...]) -> str | None:
    """The device that the operands are pinned to, None if none is; DeviceError if they differ."""
    found: str | None = None
    for item in operands:
        if type(item) is Node and item.device is not None:
            if found is None:
                found = item.device
            elif found != item.device:
                raise DeviceError(
                    f"{name}: operands are on different devices, {found} and {item.device}; move one with to_device"
                )
    return found


def record(op: Op, operands: tuple[Any, ...], params: tuple[Any, ...] = (), site: Site = None, device: str | None = None) -> Node:
    """Record an operation on nodes and Python scalars, or run it where it is small and its operands are there: shape, dtype and device are
    checked here, at the user's line."""
    shapes = [item.shape if type(item) is Node else () for item in operands]
    types = [item.dtype if type(item) is Node else type(item) for item in operands]
    result = op.resolve(*types, *params).result
    shape = op.shape(*shapes, *params)
    if device is None and (value := compute(op, operands, params, shape, result)) is not None:
        return Node(leaf, (), (), shape, result, None, None, value)
    if op.kind is not Kind.ELEMENTWISE and max(map(math.prod, shapes), default=0) > LARGE:
        shrinks.append(None)
    where = device or common_device(op.name, operands)
    if where is None and default_name() is not None and Node not in map(type, operands):
        where = default_name()
    node = Node(op, operands, params, shape, result, where, site or user_site())
    enroll(node)
    return node
