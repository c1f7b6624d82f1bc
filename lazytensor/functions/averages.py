"""What means and variances share: what they are computed in, numbers of elements, and quotients by them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lazytensor.calling.axes import sorted_axes
from lazytensor.calling.reducing import cast, given, reduce
from lazytensor.calling.results import astype
from lazytensor.compiler.ops import reductions as ops
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.handle import wrap
from lazytensor.core.operands import node_operand
from lazytensor.functions.elementwise import divide, imag, multiply, real, square
from lazytensor.functions.manipulation import broadcast_to

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor


def floating(x: Any, dtype: Any, name: str) -> Tensor:
    """The operand in the dtype that its mean is computed in: integers in float64."""
    node = node_operand(x, name)
    if dtype is None and node.dtype.kind in "biu":
        dtype = "float64"
    return wrap(cast(wrap(node), dtype, name))


def count(x: Tensor, axis: Any, name: str) -> int:
    """How many elements are reduced to one."""
    # Not as a ufunc: a mean along axis 0 of a number is an error.
    return math.prod([x.shape[place] for place in sorted_axes(axis, len(x.shape), name)])


def masked_count(where: Tensor, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Tensor:
    """How many elements of a shape the mask selects over the axes."""
    return reduce(ops.sum, broadcast_to(where, shape), axis, keepdims)


def quotient(total: Tensor, divisor: Tensor) -> Tensor:
    """The total by numbers of elements, in its own dtype."""
    made = divide(total, divisor)
    return made if made.dtype == total.dtype else astype(made, total.dtype)


def complex_if_asked(made: Tensor, dtype: Any, name: str) -> Tensor:
    """Variances are real; NumPy's are of the dtype asked for."""
    return made if dtype is None or as_dtype(dtype, name).kind != "c" else astype(made, dtype)


def subtracted(ddof: Any, correction: Any, name: str) -> Any:
    """What two arguments of one meaning say."""
    if not given(correction):
        return ddof
    if ddof != 0:
        raise ValueError(f"{name}: ddof and correction are one argument; give one of them")
    return correction


def squared(deviation: Tensor) -> Tensor:
    """The squares of (absolute) values."""
    if deviation.dtype.kind == "c":
        return square(real(deviation)) + square(imag(deviation))
    return multiply(deviation, deviation)
