"""What stands for an array among the arguments of an operation, as a node: tensors, NumPy's arrays, lists and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import library
from lazytensor.compiler.ops.row import Op
from lazytensor.core import views
from lazytensor.core.dtypes import BY_DTYPE, SUPPORTED
from lazytensor.core.foreign import array_of, items_of
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.nesting import contains_handle
from lazytensor.core.record import record
from lazytensor.core.storage import constant

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def import_array(source: np.ndarray[Any, Any], device: str | None = None, copy: bool | None = None) -> Node:
    """A leaf of a NumPy array: copied, unless it can never change (its whole base chain is read-only) or `copy=False`."""
    dtype = BY_DTYPE.get(source.dtype)
    if dtype is None:
        native = source.dtype.newbyteorder("=")
        dtype = BY_DTYPE.get(native)
        if dtype is None:
            raise TypeError(f"asarray: dtype {source.dtype} is not supported; supported are {', '.join(map(str, SUPPORTED))}")
        if copy is False:
            raise ValueError(f"asarray: dtype {source.dtype} cannot be used without a copy")
        return constant(source.astype(dtype), device)
    plain = type(source) is np.ndarray and source.flags.c_contiguous and source.flags.aligned
    if copy is False:
        if not plain:
            raise ValueError("asarray: an array that is not C-contiguous cannot be used without a copy")
        shared = source.view()
        shared.flags.writeable = False
        return constant(shared, device)
    if copy is None and plain and _frozen(source):
        return constant(source, device)
    return constant(np.array(source, dtype=dtype, order="C", subok=False), device)


def _frozen(array: Any) -> bool:
    """Can nobody write to this memory through NumPy?"""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return array is None or isinstance(array, bytes)


def operand(value: Any, name: str) -> Any:
    """A node or a Python scalar for anything that stands for an array; TypeError naming the operation for anything else."""
    if isinstance(value, Handle):
        return value._read()
    kind = type(value)
    if kind is bool or kind is int or kind is float or kind is complex:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return imported(value, name)
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, (Handle, list, tuple)) for item in value) and contains_handle(value):
            return stacked(value)
        return imported(value, name)
    if isinstance(value, int):  # subclasses, such as IntEnum
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return complex(value)
    return imported(value, name)


def imported(value: Any, name: str) -> Node:
    """A leaf of what NumPy makes an array of; errors name the operation."""
    if isinstance(value, np.ndarray) and value.dtype in BY_DTYPE:
        return import_array(value)
    items = items_of(value)
    if isinstance(items, Handle) or (type(items) is list and contains_handle(items)):
        found: Node = operand(items, name)
        return found
    return import_array(array_of(value, name))


def stacked(value: Any, convert: Callable[[Any], Node] | None = None, depth: int = views.MAX_AXES) -> Node:
    """Nested lists with tensors among the items, each converted; ValueError beyond so many axes, as of a list that contains itself."""
    if isinstance(value, (list, tuple)) and contains_handle(value):
        if not depth:
            raise ValueError(
                f"asarray: setting an array element with a sequence: nested lists exceed {views.MAX_AXES} dimensions"
            )
        return record(library.stack, tuple([stacked(item, convert, depth - 1) for item in value]), (0,))
    return node_operand(value, "asarray") if convert is None else convert(value)


def node_operand(value: Any, name: str) -> Node:
    """Like `operand`, with scalars made into 0-d arrays of NumPy's default dtype."""
    found = operand(value, name)
    return found if type(found) is Node else constant(np.asarray(found))


def as_tensor(x: Any, name: str) -> Tensor:
    """The tensor itself, or a new one of anything that stands for an array."""
    return x if isinstance(x, Handle) else wrap(node_operand(x, name))  # type: ignore[return-value]


def apply(op: Op, *values: Any, params: tuple[Any, ...] = ()) -> Tensor:
    """Record an operation on anything that stands for arrays."""
    name = op.name
    return wrap(record(op, tuple([operand(value, name) for value in values]), params))
