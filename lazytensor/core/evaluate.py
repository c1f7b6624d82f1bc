"""From pending nodes to values: capture, plan, run here or in the background, settle.

The place where the front end, the compiler and the runtime meet. One lock guards the pending graph while it is read, captured and
settled; what was captured is a job (`jobs`), which is planned and run outside of it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any
from weakref import ref

import numpy as np

from lazytensor.compiler import graph
from lazytensor.compiler.capture import capture, structure, to_graph
from lazytensor.compiler.graph import Node, Site, linearize
from lazytensor.compiler.ops import structural
from lazytensor.compiler.ops.row import Kind
from lazytensor.config import config
from lazytensor.core.jobs import advance, finish_own
from lazytensor.core.planning import MAX_READY, changes, lock, make_entry, ready, start_upgrades, upgrades
from lazytensor.core.system import engine
from lazytensor.core.wait_log import count, timed
from lazytensor.runtime.promise import Failure, Promise, on_engine_thread

# Nodes planned at once. Longer graphs run in pieces of one structure, which meet one plan: planning takes time for each node of the first
# (of 200 steps of a heat equation, in pieces of 1,000: 0.69 s the first time, of 250: 0.52; 60 of a gravitation 0.30 and 0.21 later).
CHUNK = 250
# Plans of one operation that are looked up without capturing a graph; larger work has time for it, and wants to be compiled.
READY_SECONDS = 20e-6


class _Waits(threading.local):
    """How often this thread came to a value that was still pending."""

    count = 0


waits = _Waits()


def value_of(node: Node) -> np.ndarray[Any, Any]:
    """The node's array, computed and waited for; raises the error of the operation that failed."""
    result = node.result
    if type(result) is np.ndarray:
        return result
    if config.log_waits:
        return timed(_wait, node)
    return _wait(node)


def _wait(node: Node) -> np.ndarray[Any, Any]:
    if node.op is structural.view and node.result is None:
        # A view node is never stored: it shows part of what it reads.
        base = value_of(node.inputs[0])
        return structural.strided(base, *node.params)  # type: ignore[arg-type]
    if node.result is None:
        if on_engine_thread():
            raise RuntimeError("cannot wait for a value on the engine's own thread: what would compute it could not run")
        count(node)
        waits.count += 1
        if not _run_ready(node):
            run((node,), background=False)
    value = _resolve(node)
    if upgrades:
        start_upgrades()
    return value


def is_ready(node: Node) -> bool:
    """Is the value there, or known to have failed? Never waits."""
    result = node.result
    return result.is_set() if type(result) is Promise else result is not None


def _run_ready(node: Node) -> bool:
    """Run one operation on computed operands, known from before: what remains of `run` when there is nothing to plan (2.5 us less)."""
    leaves: list[Any] = []
    scalars: list[Any] = []
    key: list[Any] = [config.token, node.op, node.params, node.device]
    inputs = node.inputs
    for item in inputs:
        if type(item) is Node:
            value = item.result
            if type(value) is not np.ndarray:
                return False
            leaves.append(value)
            key += (item.shape, item.dtype, item.device)
        else:
            scalars.append(item)
            key.append(type(item))
    if len(leaves) == 2 and inputs[0] is inputs[1]:
        return False
    short = tuple(key)
    entry = ready.get(short)
    if entry is None:
        if short in ready or len(leaves) > 2 or node.op.kind is not Kind.ELEMENTWISE:
            return False
        with lock:
            before = changes.count
            if node.result is not None:  # another thread was faster
                return True
            captured = capture(structure([node], config.token), [0])
            made = to_graph(captured, "cpu:0")
            if changes.count != before:  # a signal handler came in between
                return False
        entry = make_entry(captured.key, made)
        if len(ready) >= MAX_READY:
            ready.clear()
        if len(entry.plan.segments) > 1 or entry.plan.cost > READY_SECONDS or len(entry.plan.outputs) != 1:
            ready[short] = None
            return False
        ready[short] = entry
    plan = entry.plan
    environment = [*leaves, *scalars, *(None,) * (plan.slots - plan.inputs)]
    engine().run(plan, environment, (node.site,))
    value = environment[plan.outputs[0]]
    with lock:
        changes.count += 1
        if node.result is None:
            graph.settle(node, value)
    return True


def _resolve(node: Node) -> np.ndarray[Any, Any]:
    result: Any = node.result
    if type(result) is np.ndarray:
        return result
    if type(result) is Promise:
        if not result.is_set():
            finish_own()
            result.wait()
        result = node.result = result.value
    if type(result) is Failure:
        result.raise_()
    return result  # type: ignore[no-any-return]


def materialize(nodes: Iterable[Node]) -> None:
    """Compute all nodes as one graph and wait; the first error is raised after all have ended."""
    nodes = list(nodes)
    waits.count += 1
    run(nodes, background=False)
    failed: BaseException | None = None
    for node in nodes:
        try:
            _resolve(node)
        except Exception as error:
            failed = failed or error
    if failed is not None:
        raise failed


def run(roots: Sequence[Node], background: bool, patient: bool = True) -> None:
    """Compute `roots`, where they are not yet, and keep their values: in this thread where it is short, else on the engine (always there
    with `background`). Returns when it is done or handed over; unless `patient`, which goes with `background`, it does not plan or wait
    for the queue either."""
    _compute(roots, {id(root) for root in roots}, background, patient)


def run_pending(entries: Iterable[ref[Node]], background: bool) -> None:
    """Compute nodes that are pending still, as `run` does; of these too only values are kept that somebody holds."""
    _compute(_alive(entries), (), background, True)


def _alive(entries: Iterable[ref[Node]]) -> Iterator[Node]:
    for entry in entries:
        node = entry()
        if node is not None:
            yield node


def _compute(roots: Iterable[Node], wanted: Collection[int], background: bool, patient: bool) -> None:
    if upgrades:
        start_upgrades()
    finish_own()
    with lock:
        order = linearize(roots)
    order.reverse()
    while order:
        chunk = order[-CHUNK:]
        chunk.reverse()
        if len(order) > CHUNK:
            del chunk[whole_rounds([node.site for node in chunk]) or narrowest(chunk) :]
        del order[-len(chunk) :]
        advance(chunk, wanted, background, patient)


def issue(roots: Sequence[Node]) -> None:
    """Start the computation of what `roots` need, from a thread that must not be held up: an event loop's."""
    run(roots, background=True, patient=False)


def whole_rounds(sites: Sequence[Site]) -> int:
    """How many of the nodes that these lines recorded, in that order, are whole rounds of a loop: up to the last that comes from the
    user's line where the first comes from. Pieces that begin at one line have one structure, and meet one plan. 0, if the line does not
    come round."""
    lead = next((index for index, site in enumerate(sites) if site is not None), 0)  # views have none
    for index in range(len(sites) - 1, lead, -1):
        if sites[index] == sites[lead]:
            return index - lead
    return 0


def narrowest(nodes: list[Node]) -> int:
    """Where in the later half of these nodes the fewest values pass from those before to those after: between the rounds of a loop,
    rather than in the middle of an expression."""
    places = {id(node): index for index, node in enumerate(nodes)}
    last = list(range(len(nodes)))
    for index, node in enumerate(nodes):
        for item in node.inputs:
            place = places.get(id(item))
            if place is not None:
                last[place] = index
    change = [0] * (len(nodes) + 1)
    for index, reader in enumerate(last):
        change[index] += 1
        change[reader] -= 1
    passing = list(accumulate(change))
    end = max(1, len(nodes) * 7 // 8)  # the readers of the last nodes may lie beyond
    return min(range(end, len(nodes) // 2, -1), key=lambda cut: passing[cut - 1], default=len(nodes))
