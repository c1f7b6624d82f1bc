"""Sums of products over named axes: `tensordot`, `einsum` and the order that `einsum_path` proposes. Nothing here waits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.axes import as_index, axis_tuple
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import CASTINGS, chosen, memory_order
from lazytensor.calling.out import deliver, single
from lazytensor.compiler.ops import library as ops
from lazytensor.compiler.ops.einsum import parse
from lazytensor.compiler.tuning import WALKED_WORK
from lazytensor.core import layout
from lazytensor.core.dtypes import as_dtype
from lazytensor.core.eager import HUGE
from lazytensor.core.handle import Handle, created, mutable
from lazytensor.core.operands import apply, as_tensor, node_operand
from lazytensor.core.record import record
from lazytensor.functions import elementwise
from lazytensor.functions.dtypes import result_type
from lazytensor.functions.manipulation import reshape

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = ["einsum", "einsum_path", "tensordot"]

LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def operand_as(x: Any, dtype: Any, casting: Any, name: str) -> Tensor:
    """An operand as a tensor of the dtype, if the rule allows the cast; of its own when that is None."""
    casting = chosen(casting, CASTINGS, name, "casting")
    source = as_tensor(x, name)
    if dtype is None:
        return source
    wanted = as_dtype(dtype, name)
    if not np.can_cast(source.dtype, wanted, casting):
        raise TypeError(f"{name}: cannot cast an operand from {source.dtype} to {wanted} with casting rule {casting!r}")
    return results.astype(source, wanted, copy=False)


@at_once(np.tensordot, grows=True)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    """Sum of products over pairs of axes.

    Parameters
    ----------
    a, b : array_like
    axes : int or pair of int or sequence
        So many of the last axes of `a` and the first of `b`; or the axes of each, in pairs.

    >>> import lazytensor as lt
    >>> lt.tensordot(lt.ones((2, 3, 4)), lt.ones((4, 3, 5)), axes=([1, 2], [1, 0])).shape
    (2, 5)
    """
    first, second = node_operand(a, "tensordot"), node_operand(b, "tensordot")
    left, right = len(first.shape), len(second.shape)
    count = as_index(axes)
    if count is not None:
        if not 0 <= count <= min(left, right):
            raise ValueError(f"tensordot: cannot contract {count} axes of shapes {first.shape} and {second.shape}")
        ours, theirs = tuple(range(left - count, left)), tuple(range(count))
    else:
        given_ours, given_theirs = axes
        ours, theirs = _axes(given_ours, left), _axes(given_theirs, right)
        if len(ours) != len(theirs):
            raise ValueError(f"tensordot: axes must come in pairs, got {axes}")
    if not ours:  # nothing is summed: an outer product, which fuses with its neighbours
        one, other = as_tensor(a, "tensordot"), as_tensor(b, "tensordot")
        return mutable(elementwise.multiply(reshape(one, one.shape + (1,) * right) if right else one, other))
    return created(record(ops.tensordot, (first, second), (ours, theirs)))


def _axes(given: Any, rank: int) -> tuple[int, ...]:
    return axis_tuple(given, rank, "tensordot")


def _contracted(values: list[Any]) -> int:
    """Elements of the result of an `einsum`, no fewer; more than any small work has where there is much arithmetic."""
    if type(values[0]) is not str:
        return HUGE
    inputs, arrow, result = values[0].replace(" ", "").partition("->")
    labels = inputs.split(",")
    lengths: dict[str, int] = {}
    for names, array in zip(labels, values[1:], strict=False):
        if len(names) != getattr(array, "ndim", 0):
            return HUGE  # an ellipsis, or an error
        for name, length in zip(names, array.shape, strict=True):
            lengths[name] = max(lengths.get(name, 1), length)
    work = math.prod(lengths.values())
    kept = result if arrow else [name for name in lengths if inputs.count(name) == 1]
    return math.prod([lengths.get(name, HUGE) for name in kept]) if work <= WALKED_WORK else work


def _einsum(*operands: Any) -> Any:
    return np.einsum(*operands)


@at_once(_einsum, grows=_contracted)
def einsum(
    *operands: Any, out: Any = None, optimize: Any = False, dtype: Any = None, order: str = "K", casting: Any = "safe"
) -> Tensor:
    """Einstein's summation convention.

    Parameters
    ----------
    *operands
        Labels of the axes, such as "ij,jk->ik", and the arrays; or each array followed by the list of its labels, integers below
        52 or Ellipsis, and at the end, optionally, the list of the result's.
    out : tensor or numpy.ndarray, optional
        Where to store the result. A NumPy array waits.
    optimize : bool, "greedy", "optimal" or path
        Contractions of several operands are always ordered, by an order of our own. As in NumPy, a sum is stored unsafely in `out` if
        it asks for an order.
    dtype, casting : optional
        What to compute in, and how freely the operands may be cast to it, and the result to `out`. Without a dtype it is computed in
        the common one of operands and `out`. Of no effect where NumPy gives a view.
    order : {"K", "A", "C", "F"}
        "F" lays a new result out in Fortran's order, "A" where all operands are in that; with any other it is C-contiguous.

    Returns
    -------
    tensor
        Never a view, which NumPy gives of one operand where no axis is summed.

    >>> import lazytensor as lt
    >>> print(lt.einsum("ii->", lt.asarray([[1, 2], [3, 4]])))
    5
    >>> print(lt.einsum(lt.asarray([[1, 2], [3, 4]]), [0, 1], [1, 0]))
    [[1 3]
     [2 4]]
    """
    letter = memory_order(order, "einsum", default="K")
    if not isinstance(optimize, (bool, np.bool_, list, tuple)) and optimize not in ("greedy", "optimal"):
        raise TypeError(f"einsum: optimize must be a boolean, 'greedy', 'optimal' or a path, got {optimize!r}")
    casting = chosen(casting, CASTINGS, "einsum", "casting")
    subscripts, arrays = _split(operands)
    tensors = [as_tensor(array, "einsum") for array in arrays]
    if isinstance(optimize, (list, tuple)):
        einsum_path(subscripts, *tensors, optimize=optimize)  # RuntimeError of what is no path
    if dtype is not None:
        dtype = as_dtype(dtype, "einsum")
    parsed = parse(tuple([tensor.shape for tensor in tensors]), subscripts)
    into = single(out, "einsum")
    summed = set(parsed.result) != parsed.lengths.keys()
    # What NumPy answers with a view keeps its dtype.
    if len(tensors) > 1 or out is not None or summed:
        if len(tensors) > 1 and bool(optimize):
            # NumPy contracts pairs as without `out`, and stores whatever comes of a sum.
            stored, beside = "unsafe" if summed else "same_kind" if casting == "safe" else casting, []
        else:
            stored, beside = casting, [into] if isinstance(into, (Handle, np.ndarray)) else []
        if dtype is None:
            dtype = result_type(*tensors, *beside)
        elif beside and not np.can_cast(beside[0].dtype, dtype, casting):
            raise TypeError(f"einsum: out of dtype {beside[0].dtype} cannot be cast to {dtype} according to the rule {casting!r}")
        tensors = [operand_as(tensor, dtype, casting, "einsum") for tensor in tensors]
        casting = stored
    made = apply(ops.einsum, *tensors, params=(subscripts,))
    if out is None:
        made = layout.laid_out(made, layout.result_order(letter, tensors))
    return deliver(made, out, "einsum", casting=casting)


def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> tuple[list[Any], str]:
    """NumPy's contraction order for an `einsum`, found from shapes alone, and a printable comparison of its cost.

    >>> import lazytensor as lt
    >>> path, text = lt.einsum_path("ij,jk,k", lt.ones((2, 3)), lt.ones((3, 4)), lt.ones(4))
    >>> path
    ['einsum_path', (1, 2), (0, 1)]
    """
    if einsum_call:
        raise ValueError("einsum_path: einsum_call is NumPy's own; it must be False")
    return np.einsum_path(*[_shape_of(operand) for operand in operands], optimize=optimize)


def _shape_of(operand: Any) -> Any:
    """An array of one element that has the operand's shape, in the place of a tensor."""
    return np.broadcast_to(np.empty((), operand.dtype), operand.shape) if isinstance(operand, Handle) else operand


def _split(operands: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The subscripts in letters, and the arrays."""
    if not operands:
        raise ValueError("einsum: expects subscripts and arrays, or arrays and lists of labels")
    if isinstance(operands[0], str):
        return operands[0], list(operands[1:])
    if len(operands) < 2:
        raise ValueError("einsum: expects subscripts and arrays, or arrays and lists of labels")
    pairs = len(operands) // 2
    text = ",".join(_letters(operands[2 * place + 1]) for place in range(pairs))
    if len(operands) % 2:
        text += "->" + _letters(operands[-1])
    return text, [operands[2 * place] for place in range(pairs)]


def _letters(labels: Any) -> str:
    if isinstance(labels, Handle):
        labels = labels.tolist()  # type: ignore[attr-defined]
    if not hasattr(labels, "__iter__"):
        raise TypeError(f"einsum: an array must be followed by the list of its labels, got {type(labels).__name__}")
    found = ""
    for label in labels:
        if label is Ellipsis:
            found += "..."
            continue
        place = as_index(label)
        if place is None or isinstance(label, bool):
            raise TypeError(f"einsum: labels are integers or Ellipsis, got {label!r}")
        if not 0 <= place < len(LABELS):
            raise ValueError(f"einsum: labels are from 0 to {len(LABELS) - 1}, got {label}")
        found += LABELS[place]
    return found
