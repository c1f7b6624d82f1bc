"""Casts and choices as results, of which 0-d ones stand for scalars: what the functions above are made of.

The public `astype` and `where`, whose 0-d results are arrays, are in `functions.conversion` and `functions.selecting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import elementwise as ops
from lazytensor.compiler.ops.row import Op
from lazytensor.compiler.ops.rules import INTEGER_LIMITS
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import Handle, wrap
from lazytensor.core.operands import node_operand, operand
from lazytensor.core.record import record
from lazytensor.core.storage import constant

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Tensor:
    """The values in another dtype, as a result: unlike that of `lazytensor.astype`, a 0-d one stands for a scalar."""
    target = as_dtype(dtype, "astype")
    if isinstance(x, Handle) and x.dtype == target and not copy:
        return x  # type: ignore[return-value]
    node = node_operand(x, "astype")
    return wrap(record(ops.copy, (node,)) if node.dtype == target else record(ops.astype, (node,), (target,)))


def operands_of(op: Op, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[np.dtype[Any], ...]]:
    """The operands as nodes and Python numbers, and the dtypes that the row computes them in."""
    operands = tuple([operand(value, op.name) for value in values])
    return operands, op.resolve(*[item.dtype if type(item) is Node else type(item) for item in operands]).operands


def cut(value: Any, dtype: np.dtype[Any], name: str) -> Any:
    """A Python integer that `dtype` does not hold as the array of its lowest bits, which NumPy's `where` takes; others as they are."""
    limits = INTEGER_LIMITS.get(dtype)
    if type(value) is not int or limits is None or limits[0] <= value <= limits[1]:
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        raise OverflowError(f"{name}: Python integer {value} is out of bounds for every integer dtype")
    return constant(array.astype(dtype))


def where(condition: Any, x: Any, y: Any, /) -> Tensor:
    """Elements of `x` where `condition` is true, else of `y`, as a result: unlike that of `lazytensor.where`, a 0-d one stands for a
    scalar."""
    operands, types = operands_of(ops.where, (condition, x, y))
    return wrap(record(ops.where, tuple([cut(item, types[place], "where") for place, item in enumerate(operands)])))
