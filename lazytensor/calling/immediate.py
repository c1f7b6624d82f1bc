"""Functions of computed tensors, at once (see `core.eager`): where all that is small and there, NumPy's function is called.

`at_once` is for functions whose results are new arrays; those that give views are in `viewing`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import CO_VARARGS
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy import ndarray

from lazytensor.calling.shortcuts import SHORTCUTS, made_of, product_size, times
from lazytensor.compiler.folds import reduced
from lazytensor.compiler.ops import shapes
from lazytensor.compiler.ops.library import matrix_product, matrix_product_into
from lazytensor.compiler.tuning import WALKED_WORK
from lazytensor.core.dtypes import BY_DTYPE
from lazytensor.core.eager import HUGE, enter, extent, limit, silenced, small
from lazytensor.core.handle import Handle, computed, current, pending
from lazytensor.core.lines import MEDIUM
from lazytensor.core.statements import write_lock
from lazytensor.core.system import engine

P = ParamSpec("P")
R = TypeVar("R")

_method = type(np.ndarray.dot)
# The numbers of `reduced`.
_REDUCTIONS = {
    name: code for code, name in enumerate(("sum", "max", "min", "any", "all", "mean", "var", "std", "argmax", "argmin"))
}
# Types of arguments that functions take as they are.
AS_THEY_ARE = frozenset({int, float, bool, complex, type(None), str, type(np._NoValue)})

# Arguments that the functions see to; and dtypes, which a variance of integers takes otherwise, but for arrays of sequences.
_OTHERWISE = frozenset({"out", "where", "initial", "like", "device", "order", "subok"})
_DTYPE = frozenset({"dtype"})
# Dimensions of a product that is computed in panels.
_MATRICES = frozenset({(1, 2), (2, 1), (2, 2)})
# How deep nested sequences are looked into.
_DEPTH = 4


class _Way:
    """How a function is called at once: NumPy's function; the keywords that it is not called with; and what `at_once` says."""

    __slots__ = ("code", "grows", "otherwise", "reduce", "reference", "sequences")

    def __init__(
        self,
        reference: Callable[..., Any],
        otherwise: frozenset[str],
        grows: Callable[[list[Any]], int] | bool,
        sequences: bool,
        ufunc: np.ufunc | None = None,
    ) -> None:
        # Its number in `folds`, -1 where it has none.
        self.code = _REDUCTIONS.get(reference.__name__, -1) if type(reference) is _method else -1
        self.reduce = None if ufunc is None else ufunc.reduce
        self.reference = reference
        self.otherwise = otherwise
        self.grows = grows
        self.sequences = sequences


def at_once(
    reference: Callable[..., Any],
    *,
    grows: Callable[[list[Any]], int] | bool = False,
    sequences: bool = False,
    ufunc: np.ufunc | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a function that gives what `reference`, NumPy's, gives of every dtype that tensors have, in arrays of its own.

    `grows` says that there may be more elements in the result than in the arguments, as many as their sizes multiplied, or how many at
    most; `sequences`, that the function does more than NumPy's with a tensor as first argument, but not with a sequence; `ufunc`, that
    it is the reduction by that one, which by itself takes 0.4 us less.
    """
    way = _Way(reference, _OTHERWISE if sequences else _OTHERWISE | _DTYPE, grows, sequences, ufunc)

    quick = SHORTCUTS.get(reference)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        most = HUGE if code.co_flags & CO_VARARGS else len(names)
        last = min((names.index(name) for name in way.otherwise if name in names), default=most)

        @wraps(function)
        def either(*args: P.args, **kwargs: P.kwargs) -> R:
            if args and limit.elements >= 0 and len(args) <= last and not (sequences and isinstance(args[0], Handle)):
                made = None if quick is None or kwargs else quick(args)
                if made is None:
                    made = _now(way, args, kwargs)
                if made is not None:
                    return made  # type: ignore[no-any-return]
            return function(*args, **kwargs)

        return either

    return decorate


_MATMUL = _Way(matrix_product, _OTHERWISE, product_size, False)


def _now(way: _Way, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What NumPy's function makes of computed arguments; None where the function itself is to see to them."""
    first = args[0]
    if isinstance(first, Handle):
        # The way of most that is pending.
        if pending(first):
            return None
    elif type(first) in AS_THEY_ARE:
        # A number or a text before the tensors.
        if len(args) < 2 or not _has(args):
            return None
    elif type(first) not in (list, tuple) or (not way.sequences and not _has(first)):
        return None
    if kwargs and not way.otherwise.isdisjoint(kwargs):
        return None
    if way.code >= 0:
        made = _reduced(way.code, args, kwargs)
        if made is not None:
            return made
    found = _Arguments(WALKED_WORK if way.grows is product_size and limit.most > limit.elements else 0)
    with write_lock:
        values: list[Any] = []
        for item in args:
            values.append(found.value(item, _DEPTH))
            if found.missing:
                return None
        if kwargs:  # not changed: the function may get them yet
            kwargs = {name: found.value(item, _DEPTH) for name, item in kwargs.items()}
        if found.missing or not (found.size or way.sequences):
            return None
        if way.grows and not small(found.size if way.grows is True else way.grows(values)):
            return None
        try:
            if found.large:
                made = silenced(_large_product, way.reference, *values, **kwargs)
            elif way.reduce is not None and len(values) == 1 and (not kwargs or (len(kwargs) == 1 and "axis" in kwargs)):
                made = enter(way.reduce, values[0], kwargs["axis"] if kwargs else None)
            elif kwargs:
                made = silenced(way.reference, *values, **kwargs)
            elif len(values) == 1:
                made = enter(way.reference, values[0])
            else:
                made = enter(way.reference, *values)
        except Exception:
            try:
                made = silenced(way.reference, *values, **kwargs)
            except Exception:
                return None
        # Rounded integers are NumPy's argument itself, the diagonal of a matrix is a view of it: the function knows what it gives.
        return None if _shares(made, values) else made_of(made)


def _reduced(code: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A reduction of a small array over all elements or one axis; None of all else."""
    axis = None
    if len(args) == 2:
        axis = args[1]
    if len(args) > 2 or kwargs:
        if len(args) != 1 or len(kwargs) != 1 or "axis" not in kwargs:
            return None
        axis = kwargs["axis"]
    x = args[0]
    if not isinstance(x, Handle):
        return None
    h = x
    with write_lock:
        value = h._array
        if value is None:
            value = current(h)
        if type(value) is not ndarray:
            return None
        made = reduced(code, value, axis, limit.elements)
    return None if made is None else computed(made)


def _large_product(reference: Callable[..., Any], *values: Any, **kwargs: Any) -> Any:
    """As all that is recorded: BLAS's own threads wait for each other a millisecond where the compiler has a core."""
    lane = engine().lane
    with lane.blas():
        if len(values) != 2 or kwargs or (reference is not matrix_product and reference is not np.dot):
            return reference(*values, **kwargs)
        x, y = values
        if type(x) is not ndarray or type(y) is not ndarray or x.dtype != y.dtype or (x.ndim, y.ndim) not in _MATRICES:
            return reference(x, y)
        out = np.empty(shapes.matmul(x.shape, y.shape), x.dtype)
        matrix_product_into(out, lane.split, x, y)
        return out


def product(x: Any, y: Any) -> Any:
    """x @ y, where both are there and that is no more than medium work; else None."""
    if limit.elements < 0 or not isinstance(x, Handle) or not isinstance(y, Handle):
        return None
    h, g = x, y
    if pending(h) or pending(g):
        return None
    # What loops ask for, without a look at all that arguments can be.
    if h._array is not None and g._array is not None:
        made = times(h._array, g._array)
    else:
        with write_lock:
            made = times(current(h), current(g))
    if made is not None:
        return made
    return _now(_MATMUL, (x, y), {})


def _has(items: Any) -> bool:
    """Are there tensors among the items, or sequences?"""
    for item in items:  # noqa: SIM110  (a generator takes longer)
        if isinstance(item, (Handle, list, tuple)):
            return True
    return False


class _Arguments:
    """The values of arguments: `size` is that of the tensors among them, multiplied; `missing` is set by one that is pending, large, or of
    an unknown type. `large` is set by one that is no medium work, but has no more than `most` elements, which is taken too."""

    __slots__ = ("large", "missing", "most", "size")

    def __init__(self, most: int) -> None:
        self.large = self.missing = False
        self.most = most
        self.size = 0

    def value(self, item: Any, depth: int) -> Any:
        if isinstance(item, Handle):
            h = item
            value = h._array
            if value is None:
                value = current(h)
            if type(value) is ndarray:
                array = value
                size = array.size
                most = extent(size, array.itemsize)
            else:
                size = most = -1 if value is None else 1
            # Of nothing NumPy warns, or says what it says of nothing in other words.
            if size <= 0 or (most > self.most and not small(most)):
                self.missing = True
            else:
                self.large |= most > MEDIUM
                self.size = min(size * (self.size or 1), HUGE)
            return value
        kind = type(item)
        if kind in AS_THEY_ARE or isinstance(item, (np.dtype, type)):
            return item
        if kind is tuple or kind is list:
            if len(item) <= limit.elements and depth:
                if not (item and isinstance(item[0], Handle)) and AS_THEY_ARE.issuperset(map(type, item)):
                    return item
                return kind([self.value(part, depth - 1) for part in item])
        elif isinstance(item, (np.ndarray, np.generic)) and small(extent(item.size, item.itemsize)) and item.dtype in BY_DTYPE:
            return item
        self.missing = True
        return None


def _shares(made: Any, values: list[Any]) -> bool:
    if type(made) is not ndarray or made.base is None:
        for item in values:  # noqa: SIM110  (a generator takes longer)
            if made is item:
                return True
        return False
    for item in values:  # noqa: SIM110  (as above)
        if type(item) is ndarray and np.may_share_memory(made, item):
            return True
    return False
