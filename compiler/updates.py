"""Region stores: how a step gets at what it reads, and the array that its result is written into."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from operator import setitem
from typing import Any

import numpy as np

from lazytensor.compiler.graph import Graph
from lazytensor.compiler.kernel import Access, access, shift_of
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.plan import Environment, Lane

Reader = Callable[[Environment], Any]
Destination = Callable[[Environment, Lane], np.ndarray[Any, Any]]


class Writing:
    """A region store under way, in the slot of its result: `target` is the array that `tasks` write to, each once."""

    __slots__ = ("alive", "target", "tasks")

    def __init__(self, target: np.ndarray[Any, Any], tasks: Sequence[Any], alive: Any) -> None:
        self.target = target
        self.tasks = tasks
        self.alive = alive


def store(
    params: tuple[Any, ...], slot: int, find: Destination, read: Reader, shift: int = -1
) -> Callable[[Environment, Lane], None]:
    """A step that writes a value to the region (shape, strides, offset) of the array that `find` gives, which becomes its result; so many
    elements further on as the slot `shift` says, if there is one."""
    shape, strides, offset = params

    def run(environment: Environment, lane: Lane) -> None:
        writing = environment[slot]
        if writing is None:
            value = read(environment)
            out = find(environment, lane)
            item = out.itemsize
            start = offset if shift < 0 else offset + environment[shift]
            region = np.ndarray(shape, out.dtype, out, start * item, tuple([stride * item for stride in strides]))
            writing = environment[slot] = Writing(out, (iter((region,)),), value)
        if type(writing) is Writing:
            # One instruction to the interpreter, see `KernelTask`.
            deque(map(setitem, writing.tasks[0], (...,), (writing.alive,)), 0)
            environment[slot] = writing.target

    return run


def reader(graph: Graph, item: int, where: Access) -> Reader:
    """How a step gets at an input: the value in its slot, or a view of it."""
    slot = where.slot
    if graph.nodes[item].kind is not Kind.VIEW:
        return lambda environment: environment[slot]
    dtype, shape = graph.nodes[item].dtype, where.shape
    offset = where.offset * dtype.itemsize
    strides = tuple(stride * dtype.itemsize for stride in where.strides)
    if math.prod(shape) == 0:
        return lambda environment: np.empty(shape, dtype)
    shift = shift_of(graph, slot)
    if shift >= 0:
        item = dtype.itemsize
        return lambda environment: np.ndarray(
            shape, dtype, np.asarray(environment[slot]), offset + environment[shift] * item, strides
        )
    return lambda environment: np.ndarray(shape, dtype, np.asarray(environment[slot]), offset, strides)


def destination(graph: Graph, position: int, consumed: frozenset[int]) -> Destination:
    """The array for the result of the store at `position`, its region still to be written.

    That is the base itself when nobody else can see it: it dies with this step (`consumed`), and only the environment holds the
    array. Otherwise it is a copy.
    """
    node = graph.nodes[position]
    item = node.inputs[0]
    where = access(graph, item)
    base, shape, dtype = where.slot, node.shape, node.dtype
    read = reader(graph, item, where)
    reuse = base in consumed and graph.nodes[item].kind is not Kind.VIEW

    def find(environment: Environment, lane: Lane) -> np.ndarray[Any, Any]:
        if reuse and alone(environment, base):
            found: np.ndarray[Any, Any] = environment[base]
            return found
        out = lane.empty(shape, dtype)
        np.copyto(out, read(environment))
        return out

    return find
