"""What is recorded and not computed: `wait_all` finds it here, and large work is noted for background starts."""

from __future__ import annotations

import math
from weakref import ref

import numpy as np

from lazytensor.compiler.graph import Node
from lazytensor.config import config
from lazytensor.core.background import MAX_PENDING, bound, note, run_rounds, work_of
from lazytensor.core.eager import extent, limit
from lazytensor.core.evaluate import run, value_of
from lazytensor.core.followers import MAX_BYTES, watch
from lazytensor.core.lines import MEDIUM, always_at_once
from lazytensor.core.planning import lock
from lazytensor.core.statements import inside, put_off

# Elements from which an operation counts for background starts; smaller ones must not pay for the bookkeeping.
_NOTABLE = 1 << 15
# Pending operations, and bytes that they move, that a line whose work runs at once does not wait for: some milliseconds.
_MOST_NODES = 64
_MOST_WORK = 1 << 24
_MAX_BYTES = np.iinfo(np.intp).max

_pending: list[ref[Node]] = []
# Not empty when what is recorded next reads something large that it may be smaller than.
shrinks: list[None] = []
_sweep_at = [MAX_PENDING // 2]


def enroll(node: Node) -> None:
    """Let `wait_all` find the node, and begin with it as the settings say, after the statement that it is part of."""
    size = math.prod(node.shape)
    if size > _NOTABLE and size * node.dtype.itemsize > _MAX_BYTES:
        raise ValueError(
            f"{node.op.name}: array is too big, shape {node.shape} of {node.dtype} exceeds the maximum possible size"
        )
    _pending.append(ref(node))
    if shrinks:
        shrinks.clear()
        if size <= MAX_BYTES:
            watch(node)
    if size > _NOTABLE or config.sync or put_off or len(_pending) > _sweep_at[0] or _comes_at_once(node):
        if inside():
            put_off.append(ref(node))
        else:
            end_statement()
            _begin(node)


def end_statement() -> None:
    """Do what was put off while a statement was under way, unless it is part of a longer one. To be called when a lock was released under
    which operations are recorded; at the latest, the next operation does it."""
    while put_off and not inside():
        try:
            node = put_off.popleft()()
        except IndexError:  # another thread was faster
            return
        if node is not None:
            _begin(node)


def _begin(node: Node) -> None:
    """Run the node at once, or large work in the background, as the settings say; bound what is pending."""
    if len(_pending) > _sweep_at[0]:
        bound(sweep())
    if config.sync:
        value_of(node)
    elif _comes_at_once(node) and _is_short(node):
        run((node,), background=False)
    elif math.prod(node.shape) > _NOTABLE and note(node):
        run_rounds(sweep())


def _comes_at_once(node: Node) -> bool:
    """Is it of a line whose medium work always runs at once, where the settings let any do so?"""
    bound = limit
    return bound.most > bound.elements and always_at_once(node.site)


def _is_short(root: Node) -> bool:
    """Is what this node needs little medium work, on values that are there?"""
    seen: set[int] = set()
    stack = [root]
    work = 0.0
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        work += work_of(node)
        if len(seen) > _MOST_NODES or work > _MOST_WORK or node.device is not None or _is_large(node):
            return False
        for item in node.inputs:
            if type(item) is Node and type(item.result) is not np.ndarray:
                if item.result is not None:  # under way, or failed
                    return False
                stack.append(item)
    return True


def _is_large(node: Node) -> bool:
    return extent(math.prod(node.shape), node.dtype.itemsize) > MEDIUM


def sweep() -> list[ref[Node]]:
    """Forget what is dead or computed, and return what is pending, in the order it was recorded."""
    # Under the lock that captures hold, whose reference counts must not see these.
    with lock:
        count = len(_pending)
        entries = [entry for entry in _pending[:count] if (node := entry()) is not None and node.result is None]
        node = None
        _pending[:count] = entries
        # Twice what is alive: each sweep costs 0.1 us a node recorded since the last.
        _sweep_at[0] = max(MAX_PENDING // 2, 2 * len(entries))
        return entries
