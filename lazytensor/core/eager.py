"""Small work whose operands are there runs at once, in the calling thread: one call of NumPy, no node, no plan.

An operand is there if the program's own wait computed it, or earlier small work. Nothing that can fail fails here: what NumPy refuses is
recorded, as if its operands were pending, and the error comes at the wait. `config.eager_elements` bounds the size, 0 turns it off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextvars import Context
from typing import Any

import numpy as np
from numpy import ndarray

from lazytensor.compiler import graph
from lazytensor.compiler.graph import Node
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.compiler.ops.table import TABLE
from lazytensor.config import config
from lazytensor.core.planning import changes, lock
from lazytensor.core.sites import Site, user_site
from lazytensor.runtime.errstate import quietly

# Sources are recorded, and draw their numbers when they are needed; small ones of one value have a way of their own (`creation`).
_KINDS = frozenset({Kind.ELEMENTWISE, Kind.REDUCE, Kind.SCAN, Kind.GATHER, Kind.SCATTER, Kind.LIBRARY})
# More elements than any small work has: where sizes are multiplied, so that none is too large for compiled code.
HUGE = 1 << 40
# Arithmetic of a library call that is started at once, in floating operations.
MAX_WORK = 1 << 22


class _Limit:
    """Elements up to which work runs at once; -1 where none does."""

    __slots__ = ("elements",)

    def __init__(self) -> None:
        self.follow("")

    def follow(self, name: str) -> None:
        self.elements = -1 if config.sync or config.tier == "compile" else config.eager_elements or -1


limit = _Limit()
config.listen(limit.follow)

# Entering a context is all that it costs to have NumPy say nothing of floating-point events (`runtime.errstate`).
_context = Context()
_context.run(np.seterr, all="ignore")
enter = _context.run


def silenced(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """function(*arguments, **keywords), with floating-point events silenced."""
    try:
        return enter(function, *arguments, **keywords)
    except RuntimeError as error:
        # Another thread, or what this one was doing when a finalizer came, is in the context.
        if "cannot enter context" not in str(error):
            raise
        return quietly(function, *arguments, **keywords)


def owned(value: Any) -> Any:
    """A NumPy result as an array in C order that holds its own memory: what is exported of a view would hold what it shows instead."""
    if type(value) is ndarray and value.base is None:
        array = value
        # The flags of a line need no look.
        if array.ndim < 2 or value.flags.c_contiguous:
            return value
    return np.array(value, order="C")


# -- lines whose plans keep missing ---------------------------------------------------------------------------------------------
#
# Work of some thousand to a hundred thousand elements is worth recording: as kernels it is 1.5 to 10 times as fast. But not where a loop
# makes another graph each round, as over `a[k:, k]`: there it goes at once too, from the lines that were met so.

# Elements up to which such lines run at once.
MEDIUM = 1 << 17
# Forms that a line took in graphs that were new, from which on it does.
_MISSES = 24
_MAX_LINES = 4096
_misses: dict[Site, int] = {}
changing: set[Site] = set()


def missed(nodes: Iterable[Node]) -> None:
    """Note the lines of a graph of medium work that was not met before: each once for every form that it has there, shapes and places, as a
    loop that waits for nothing puts many rounds into one graph."""
    forms: dict[tuple[Site, Op], set[Any]] = {}
    for node in nodes:
        if node.site is not None:
            forms.setdefault((node.site, node.op), set()).add((node.shape, node.params))
    found: dict[Site, int] = {}
    for (site, _), seen in forms.items():
        found[site] = max(found.get(site, 0), len(seen))
    for site, count in found.items():
        times = _misses.get(site, 0) + count
        if times < _MISSES:
            if len(_misses) >= _MAX_LINES:
                _misses.clear()
            _misses[site] = times
        else:
            if len(changing) >= _MAX_LINES:
                changing.clear()
            changing.add(site)


def forget_lines() -> None:
    """Forget which lines make another graph each time."""
    _misses.clear()
    changing.clear()


def small(size: int) -> bool:
    """Does work on so many elements run at once, where the program is? Never waits."""
    bound = limit
    return size <= bound.elements or (bool(changing) and size <= MEDIUM and bound.elements > 0 and user_site() in changing)


def make(node: Node, most: int) -> np.ndarray[Any, Any] | None:
    """The value of a pending creation of no more than so many elements, computed now; None of all else, and where it fails."""
    op = node.op
    if op.kind is not Kind.SOURCE or op.seeded or node.device is not None or math.prod(node.shape) > most:
        return None
    inputs = node.inputs
    if Node in map(type, inputs):
        return None
    try:
        value = silenced(op.reference, *inputs, *node.params)
    except Exception:
        return None
    with lock:
        if node.result is None:
            changes.count += 1
            graph.settle(node, np.asarray(value, dtype=node.dtype, order="C"))
    return node.result if type(node.result) is np.ndarray else None


def compute(op: Op, operands: tuple[Any, ...], params: tuple[Any, ...], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """The value of an operation on nodes and Python scalars, None where it is to be recorded."""
    most = limit.elements
    # What else computes, functions of the user's, may take any time.
    if most < 0 or op.kind not in _KINDS or TABLE.get(op.name) is not op:
        return None
    size = math.prod(shape)
    if size > most:
        if size > MEDIUM or not small(size):
            return None
        most = MEDIUM
    values: list[Any] = []
    types: list[Any] = []
    for item in operands:
        if type(item) is Node:
            value = item.result
            if type(value) is not np.ndarray:
                value = _shown(item) if item.op is structural.view else make(item, most) if value is None else None
            if value is None or item.device is not None or (value.size > most and (values or op.kind is not Kind.GATHER)):
                return None
            values.append(value)
            types.append(item.dtype)
        else:
            values.append(item)
            types.append(type(item))
    if op.work is not None and op.work(*[getattr(value, "shape", ()) for value in values], *params) > MAX_WORK:
        return None
    try:
        return owned(np.asarray(silenced(op.bind(*types, *params), *values, *params), dtype=dtype))
    except Exception:
        return None


def _shown(node: Node) -> np.ndarray[Any, Any] | None:
    """What a view node shows of a computed array."""
    if node.result is not None:
        return None
    base = node.inputs[0].result
    return structural.strided(base, *node.params) if type(base) is np.ndarray else None  # type: ignore[arg-type]
