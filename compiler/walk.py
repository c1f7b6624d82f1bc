"""A plan without planning: the captured operations in the order they were recorded, each a NumPy call.

For graphs of small work that are seen for the first time: the passes cost 60 us an operation, these steps 4. What comes again is planned
(`lazytensor.core.planning`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from lazytensor.compiler.capture import Capture
from lazytensor.compiler.graph import Node
from lazytensor.compiler.native import alone
from lazytensor.compiler.ops.row import Kind
from lazytensor.compiler.plan import Environment, Lane, Plan, Segment, Step, Stream
from lazytensor.compiler.tuning import BYTES_PER_SECOND, CALL_SECONDS, MAX_SIGNATURES, WALKED_ELEMENTS, WALKED_WORK
from lazytensor.compiler.updates import store

Run = Callable[[Environment, Lane], None]

# The calls of elementwise rows by operation and operand types, and whether NumPy itself chooses the row's dtype.
_calls: dict[Any, tuple[Callable[..., Any], bool]] = {}


def forget_calls() -> None:
    """Forget the calls of elementwise rows."""
    _calls.clear()


def calls_alone(captured: Capture) -> bool:
    """Is it on no particular device, and something that NumPy computes?"""
    return all(leaf.device is None for leaf in captured.leaves) and all(
        node.device is None and not node.op.seeded and node.op.kind is not Kind.COPY for node in captured.order
    )


def walkable(captured: Capture) -> bool:
    """Is it small or medium work throughout, and alone NumPy's calls?"""
    if not calls_alone(captured):
        return False
    for node in captured.order:
        op = node.op
        if math.prod(node.shape) * min(node.dtype.itemsize, 8) > 8 * WALKED_ELEMENTS:
            return False
        if op.work is not None:
            shapes = [item.shape if type(item) is Node else () for item in node.inputs]
            if op.work(*shapes, *node.params) > WALKED_WORK:
                return False
    return True


def walk(captured: Capture, device: str) -> Plan:
    """The steps of a capture that is `walkable`, as a plan for one stream."""
    slots = {id(leaf): number for number, leaf in enumerate(captured.leaves)}
    scalar = len(slots)
    inputs = scalar + len(captured.scalars)
    drafts: list[tuple[Node, list[int], list[Any]]] = []
    last: dict[int, int] = {}
    seconds = 0.0
    for index, node in enumerate(captured.order):
        reads: list[int] = []
        types: list[Any] = []
        for item in node.inputs:
            if type(item) is Node:
                reads.append(slots[id(item)])
                types.append(item.dtype)
            else:
                reads.append(scalar)
                types.append(type(item))
                scalar += 1
        slots[id(node)] = last[inputs + index] = inputs + index
        for slot in reads:
            last[slot] = inputs + index
        drafts.append((node, reads, types))
        seconds += CALL_SECONDS + math.prod(node.shape) * node.dtype.itemsize * 2 / BYTES_PER_SECOND
    outputs = tuple([inputs + index for index in captured.kept])
    for slot in outputs:
        last.pop(slot)
    frees: list[list[int]] = [[] for _ in drafts]
    for slot, end in last.items():
        frees[end - inputs].append(slot)
    steps = []
    kept = set(outputs)
    for index, (node, reads, types) in enumerate(drafts):
        run = _step(node, reads, types, inputs + index, frees[index], inputs + index in kept)
        steps.append(Step(node.op.name, run, tuple(reads), (inputs + index,), index, CALL_SECONDS, tuple(frees[index])))
    size = inputs + len(drafts)
    return Plan(size, inputs, outputs, (Segment(0, tuple(steps), ()),), (Stream(device, (0,)),), (), seconds, 0)


def _step(node: Node, reads: list[int], types: list[Any], slot: int, frees: list[int], kept: bool) -> Run:
    kind = node.op.kind
    if kind is Kind.ELEMENTWISE:
        # Of 0-d arrays a ufunc makes scalars, which serve until a value is kept.
        return _elementwise(node, reads, types, slot, kept and not node.shape)
    if kind is Kind.VIEW:
        return _view(node, reads[0], slot)
    if kind is Kind.UPDATE:
        return _update(node, reads, slot, reads[0] in frees and reads[0] != reads[1])
    return _general(node.op.bind(*types, *node.params), node, reads, slot)


def _elementwise(node: Node, reads: list[int], types: list[Any], slot: int, as_array: bool) -> Run:
    key = (node.op, *types, *node.params)
    found = _calls.get(key)
    if found is None:
        if len(_calls) >= MAX_SIGNATURES:
            _calls.clear()
        found = _calls[key] = _call(node, types)
    function, exact = found
    if as_array or not exact or any(type(item) is Node and item.op.kind is Kind.VIEW for item in node.inputs):
        return _general(function, node, reads, slot)
    if len(reads) == 1:
        (a,) = reads

        def unary(environment: Environment, lane: Lane) -> None:
            environment[slot] = function(environment[a])

        return unary
    if len(reads) == 2:
        a, b = reads

        def binary(environment: Environment, lane: Lane) -> None:
            environment[slot] = function(environment[a], environment[b])

        return binary
    return _general(function, node, reads, slot)


def _call(node: Node, types: list[Any]) -> tuple[Callable[..., Any], bool]:
    function = node.op.bind(*types, *node.params)
    if isinstance(function, np.ufunc):
        natural = [np.dtype(bool) if item is bool else item for item in types]
        try:
            return function, function.resolve_dtypes((*natural, None))[-1] == node.dtype
        except TypeError:
            return function, False
    return function, isinstance(function, partial)


def _general(function: Callable[..., Any], node: Node, reads: list[int], slot: int) -> Run:
    params, dtype = node.params, node.dtype

    def run(environment: Environment, lane: Lane) -> None:
        value = function(*[environment[item] for item in reads], *params)
        environment[slot] = np.asarray(value, dtype=dtype, order="C")

    return run


def _view(node: Node, base: int, slot: int) -> Run:
    params: Any = node.params
    shape, strides, offset = params
    dtype = node.dtype
    item = dtype.itemsize
    steps, start = tuple([step * item for step in strides]), offset * item
    if 0 in node.shape:
        return lambda environment, lane: environment.__setitem__(slot, np.empty(shape, dtype))

    def run(environment: Environment, lane: Lane) -> None:
        environment[slot] = np.ndarray(shape, dtype, np.asarray(environment[base]), start, steps)

    return run


def _update(node: Node, reads: list[int], slot: int, dies: bool) -> Run:
    base, value = reads
    dtype = node.dtype

    def find(environment: Environment, lane: Lane) -> np.ndarray[Any, Any]:
        if dies and alone(environment, base):
            found: np.ndarray[Any, Any] = environment[base]
            return found
        return np.array(environment[base], dtype, order="C")

    return store(node.params, slot, find, lambda environment: environment[value])
