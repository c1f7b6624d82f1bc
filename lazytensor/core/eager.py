"""Small work whose operands are there runs at once, in the calling thread: one call of NumPy or one loop in C, no node, no plan.

An operand is there if the program's own wait computed it, or earlier small work. Nothing that can fail fails here: what NumPy refuses is
recorded, as if its operands were pending, and the error comes at the wait. `config.eager_elements` bounds the size, 0 turns it off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextvars import Context
from typing import Any

import numpy as np
from numpy import ndarray

from lazytensor.compiler import graph
from lazytensor.compiler.cost import pays_each_time, saved_at_most, saved_by_kernels
from lazytensor.compiler.graph import Graph, Node
from lazytensor.compiler.kernel import Group
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind, Op
from lazytensor.compiler.ops.table import TABLE
from lazytensor.compiler.tuning import WALKED_WORK
from lazytensor.config import config
from lazytensor.core.lines import MEDIUM, comes_at_once, dismiss, missed
from lazytensor.core.planning import changes, lock
from lazytensor.core.sites import Site
from lazytensor.runtime.errstate import quietly
from lazytensor.runtime.heap import use

# Sources are recorded, and draw their numbers when they are needed; small ones of one value have a way of their own (`creation`).
_KINDS = frozenset({Kind.ELEMENTWISE, Kind.REDUCE, Kind.SCAN, Kind.GATHER, Kind.SCATTER, Kind.LIBRARY})
# More elements than any small work has: where sizes are multiplied, so that none is too large for compiled code.
HUGE = 1 << 40


class _Limit:
    """Elements up to which work runs at once, -1 where none does; and up to which it does so from some lines (see `core.lines`)."""

    __slots__ = ("elements", "most")

    def __init__(self) -> None:
        self.follow("")

    def follow(self, name: str) -> None:
        self.elements = -1 if config.sync or config.tier == "compile" else config.eager_elements or -1
        # Who forces a tier, or wants no decision but by size, has all of it recorded.
        recorded = self.elements < 0 or config.deterministic or config.tier != "auto"
        self.most = self.elements if recorded else max(self.elements, MEDIUM)


limit = _Limit()
config.listen(limit.follow)

# Entering a context is all that it costs to have NumPy say nothing of floating-point events (`runtime.errstate`).
_context = Context()
_context.run(np.seterr, all="ignore")
_context.run(use)
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


def small(size: int, op: Any = None) -> bool:
    """Does work on so many elements run at once, where the program is? Never waits."""
    bound = limit
    return size <= bound.elements or (size <= bound.most and comes_at_once(size, op))


def extent(size: int, item: int) -> int:
    """So many elements of `item` bytes, as elements of eight: what a NumPy call takes goes by the bytes."""
    return size if item >= 8 else (size * item + 7) >> 3


def make(node: Node, most: int = -1) -> np.ndarray[Any, Any] | None:
    """The value of a pending creation that is small, or has no more than so many elements, computed now; None of all else, and where it
    fails."""
    op = node.op
    if op.kind is not Kind.SOURCE or op.seeded or node.device is not None:
        return None
    size = math.prod(node.shape)
    if size > most and not small(extent(min(size, HUGE), node.dtype.itemsize)):
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
    most = limit.most
    # What else computes, functions of the user's, may take any time.
    if most < 0 or op.kind not in _KINDS or TABLE.get(op.name) is not op:
        return None
    size = extent(min(math.prod(shape), HUGE), dtype.itemsize)
    if size > most:
        return None
    values: list[Any] = []
    types: list[Any] = []
    for item in operands:
        if type(item) is Node:
            value = item.result
            if type(value) is not np.ndarray:
                value = _shown(item) if item.op is structural.view else make(item) if value is None else None
            if value is None or item.device is not None:
                return None
            # Whatever is gathered from may be large.
            if values or op.kind is not Kind.GATHER:
                size = max(size, extent(value.size, value.itemsize))
            values.append(value)
            types.append(item.dtype)
        else:
            values.append(item)
            types.append(type(item))
    if not small(size, op):
        return None
    if op.work is not None and op.work(*[getattr(value, "shape", ()) for value in values], *params) > WALKED_WORK:
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


# -- judging the lines of medium work (see `core.lines`) ----------------------------------------------------------------------------


def judge_graph(nodes: Sequence[Node]) -> None:
    """Note the lines of a graph that was not met before, of captured nodes."""
    if _is_medium([extent(math.prod(node.shape), node.dtype.itemsize) for node in nodes]):
        if saved_at_most(nodes) <= 0:
            dismiss([node.site for node in nodes])
        elif not pays_each_time(nodes):
            missed(nodes)


def judge_plan(planned: Graph, groups: tuple[Group, ...], sites: Iterable[Site]) -> None:
    """Have the lines that a plan's operations come from do without it, if it gains nothing."""
    if _is_medium([extent(node.size, node.dtype.itemsize) for node in planned.nodes]) and saved_by_kernels(planned, groups) <= 0:
        dismiss(sites)


def _is_medium(sizes: list[int]) -> bool:
    """Is the work medium, neither recorded for its size nor for what it reads alone?"""
    return limit.elements < max(sizes, default=0) <= limit.most
