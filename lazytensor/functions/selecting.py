"""Elements by position or by condition: `take` and its relatives. Their counterparts that write are in `placing`.

Nothing here waits but `extract` and `compress`, whose results are as long as their conditions have true elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from lazytensor.calling import results
from lazytensor.calling.arguments import positions
from lazytensor.calling.axes import one_axis
from lazytensor.calling.fallback import values, waits
from lazytensor.calling.immediate import at_once
from lazytensor.calling.keywords import bounds_mode
from lazytensor.calling.out import deliver, returned
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import indexing as ops
from lazytensor.compiler.ops.rules import result_type
from lazytensor.core import indexing
from lazytensor.core.handle import mutable, wrap
from lazytensor.core.operands import as_tensor, operand
from lazytensor.core.record import record
from lazytensor.core.storage import constant
from lazytensor.functions import elementwise
from lazytensor.functions.manipulation import ravel, raveled
from lazytensor.functions.ranges import iota
from lazytensor.functions.searching import nonzero

if TYPE_CHECKING:
    from lazytensor.tensor import Tensor

__all__ = [
    "choose", "compress", "extract", "select", "take", "take_along_axis", "where",
]  # fmt: skip


_MISSING: Any = object()


# -- reading --------------------------------------------------------------------------------------------------------------------


def bounded(indices: Any, length: int, mode: str, name: str) -> Tensor:
    """Positions as integers; with `mode`, brought into the range of the length."""
    mode = bounds_mode(mode, name)
    places = positions(indices, name, "safe" if name == "put" else "same_kind")
    if not length and 0 not in places.shape:
        raise IndexError(f"{name}: cannot do a non-empty take from an empty axis")
    if mode == "raise" or not length:
        return places
    wide = results.astype(places, np.int64, copy=False)
    return elementwise.remainder(wide, length) if mode == "wrap" else elementwise.clip(wide, 0, length - 1)


@at_once(np.take, grows=True)
def take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Tensor:
    """Elements along an axis at the given positions.

    Parameters
    ----------
    a : array_like
    indices : array_like of int
    axis : int, optional
        None takes from the raveled array.
    out : Tensor or numpy.ndarray, optional
        Where to store the result.
    mode : {"raise", "wrap", "clip"}
        What to do with positions out of bounds: IndexError at the wait, or count on from the other end, or take the nearest.

    >>> import lazytensor as lt
    >>> print(lt.take(lt.asarray([10, 20, 30]), [2, 0]))
    [30 10]
    """
    source, place = raveled(as_tensor(a, "take"), axis, "take")
    places = bounded(indices, source.shape[place], mode, "take")
    return returned(wrap(record(ops.take, (source._read(), places._read()), (place,))), out, "take")


def along_axis(arr: Tensor, indices: Any, axis: int, name: str) -> tuple[Tensor, ...]:
    """The key that pairs positions along an axis with every place of the other axes."""
    places = as_tensor(indices, name)
    rank = len(arr.shape)
    along = one_axis(axis, rank, name)
    if places.dtype.kind not in "iu":
        raise IndexError(f"{name}: indices must be integers, got {places.dtype}")
    if len(places.shape) != rank:
        raise ValueError(f"{name}: indices of shape {places.shape} do not have the dimensions of shape {arr.shape}")
    key: list[Tensor] = []
    for dimension, length in enumerate(arr.shape):
        if dimension == along:
            key.append(places)
        else:
            shape = tuple([length if place == dimension else 1 for place in range(rank)])
            key.append(iota(shape, dimension, np.int64))
    return tuple(key)


@at_once(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Tensor:
    """Elements at positions along the axis, given for each place: what `argsort` and `argmax(keepdims=True)` return.

    >>> import lazytensor as lt
    >>> print(lt.take_along_axis(lt.asarray([[1, 2], [3, 4]]), lt.asarray([[1], [0]]), axis=1))
    [[2]
     [3]]
    """
    source = as_tensor(arr, "take_along_axis")
    if axis is None:
        source, axis = ravel(source), 0
    return indexing.get(source, along_axis(source, indices, axis, "take_along_axis"))


def _condition(condition: Any, name: str) -> np.ndarray[Any, Any]:
    """The positions of the true elements of a one-dimensional condition: waits if it is a tensor."""
    flags = as_tensor(condition, name)
    return np.flatnonzero(values(flags))


def _taken(source: Tensor, positions: np.ndarray[Any, Any], axis: int) -> Tensor:
    length = source.shape[axis]
    if positions.size and positions[-1] >= length:
        raise IndexError(f"index {positions[-1]} is out of bounds for axis {axis} with size {length}")
    return wrap(record(ops.take, (source._read(), constant(positions)), (axis,)))


@waits
def compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Tensor:
    """The slices along an axis for which a condition is true. Waits for the condition, if it is a tensor.

    Parameters
    ----------
    condition : one-dimensional array_like
        May be shorter than the axis.
    a : array_like
    axis : int, optional
        None takes elements of the raveled array.
    out : Tensor or numpy.ndarray, optional

    >>> import lazytensor as lt
    >>> print(lt.compress([False, True], lt.asarray([[1, 2], [3, 4]]), axis=0))
    [[3 4]]
    """
    source, place = raveled(as_tensor(a, "compress"), axis, "compress")
    if len(as_tensor(condition, "compress").shape) != 1:
        raise ValueError("compress: condition must be a 1-d array")
    return returned(_taken(source, _condition(condition, "compress"), place), out, "compress")


@waits
def extract(condition: Any, arr: Any) -> Tensor:
    """The elements for which a condition is true, both raveled. Waits for the condition, if it is a tensor.

    >>> import lazytensor as lt
    >>> print(lt.extract([True, False, True], lt.asarray([1, 2, 3])))
    [1 3]
    """
    return _taken(ravel(arr), _condition(condition, "extract"), 0)


# -- choosing -------------------------------------------------------------------------------------------------------------------


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Tensor:
    """For each place, the element of the array among `choices` whose number `a` has there; all broadcast.

    Parameters
    ----------
    a : array_like of int
    choices : sequence of array_like, or array_like whose first axis numbers the choices
    out : Tensor or numpy.ndarray, optional
    mode : {"raise", "wrap", "clip"}
        What to do with numbers that are none: ValueError at the wait, or count on from the other end, or take the nearest.

    >>> import lazytensor as lt
    >>> print(lt.choose(lt.asarray([0, 1, 0]), [[1, 2, 3], -1]))
    [ 1 -1  3]
    """
    mode = bounds_mode(mode, "choose")
    items = list(choices)
    if not items:
        raise ValueError("choose: expects at least one choice")
    which = positions(a, "choose", "safe", cut=False)._read()
    nodes = [operand(item, "choose") for item in items]
    if any(type(item) is int for item in nodes):
        # Python scalars are weak, and cut to the common dtype.
        dtype = result_type(tuple([item.dtype if type(item) is Node else type(item) for item in nodes]))
        nodes = [results.cut(item, dtype, "choose") for item in nodes]
    return deliver(wrap(record(ops.choose, (which, *nodes), (mode,))), out, "choose", casting="unsafe")


@overload
def where(condition: Any, x: Any, y: Any, /) -> Tensor: ...
@overload
def where(condition: Any, /) -> tuple[Tensor, ...]: ...
@at_once(np.where)
def where(condition: Any, x: Any = _MISSING, y: Any = _MISSING, /) -> Any:
    """Elements of `x` where `condition` is true, else of `y`; all three broadcast.

    Parameters
    ----------
    condition : array_like of any dtype
    x, y : array_like
        The result has their common dtype, to which Python integers are cut. Without them, the positions of the true elements,
        as of `nonzero`: `condition` is waited for.

    >>> import lazytensor as lt
    >>> print(lt.where(lt.asarray([True, False]), 1, 2))
    [1 2]
    """
    if x is _MISSING and y is _MISSING:
        return nonzero(condition)
    if x is _MISSING or y is _MISSING:
        raise ValueError("where: either both or neither of x and y should be given")
    return mutable(results.where(condition, x, y))


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Tensor:
    """Elements of the first choice whose condition is true, else the default.

    Parameters
    ----------
    condlist : sequence of boolean array_like
    choicelist : sequence of array_like
        As many; the result has the common dtype of these and the default.
    default : scalar or array_like

    >>> import lazytensor as lt
    >>> x = lt.arange(5)
    >>> print(lt.select([x < 2, x > 3], [-x, x * 10], 7))
    [ 0 -1  7  7 40]
    """
    if len(condlist) != len(choicelist):
        raise ValueError(f"select: expects as many conditions as choices, got {len(condlist)} and {len(choicelist)}")
    if not len(condlist):
        raise ValueError("select: expects at least one condition")
    conditions = [as_tensor(condition, "select") for condition in condlist]
    for number, condition in enumerate(conditions):
        if condition.dtype.kind != "b":
            raise TypeError(f"select: conditions must be boolean, got {condition.dtype} in place {number}")
    weak = (int, float, complex)
    choices = [item if type(item) in weak else as_tensor(item, "select") for item in (*choicelist, default)]
    dtype = result_type(tuple([type(item) if type(item) in weak else item.dtype for item in choices]))
    for item in choices[:-1]:
        # NumPy copies choices, as arrays, by the rule "same_kind"; the default is stored as it is.
        kind = np.asarray(item).dtype if type(item) in weak else item.dtype
        if not np.can_cast(kind, dtype, "same_kind"):
            raise TypeError(f"select: cannot cast a choice from {kind} to {dtype} according to the rule 'same_kind'")
    *chosen, result = [
        wrap(constant(_plain(item, dtype))) if type(item) in weak else results.astype(item, dtype, copy=False) for item in choices
    ]
    for condition, choice in zip(reversed(conditions), reversed(chosen), strict=True):
        result = results.where(condition, choice, result)
    return mutable(result)


def _plain(value: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """A Python number in a dtype, cut to its bits."""
    array = np.asarray(value)
    if array.dtype.kind == "O":
        raise OverflowError(f"select: Python integer {value} is out of bounds for every integer dtype")
    with np.errstate(all="ignore"):
        return array.astype(dtype)
