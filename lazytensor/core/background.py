"""Starting large work before anybody waits for it.

Work is started when the user's program comes back to a line that recorded large work before, the first that does so: what was
pending then is closed, a loop has gone round. Decisions use counts only, never clocks or the queue's state, so a program starts the
same graphs in every run.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from sys import _getframe
from types import CodeType
from weakref import ref

from lazytensor.compiler.graph import Node
from lazytensor.config import config
from lazytensor.core.eager import extent, limit
from lazytensor.core.evaluate import run_pending, waits, whole_rounds
from lazytensor.core.planning import lock
from lazytensor.core.sites import _HERE, _WIDTH

# Less pending work than this is not worth a hand-over (0.13 ms): bytes made by the operations one by one, or a library call's
# arithmetic at ten operations a byte.
START_WORK = 1 << 28
# Nor are operations smaller than this on average: between two kernels a worker needs the interpreter lock, which the program that goes
# on recording holds. A step of a stencil on 1000 x 1000 float64 (9 operations of 8 MB, 0.22 ms when fused) takes 0.26 ms in the
# calling thread, and 0.33 ms in the background.
MEAN_WORK = 1 << 25
# With this much the loop is taken to be another than the one whose head was seen.
LOST_WORK = 4 * START_WORK
# So much small work is run by the thread that records it: what is pending may hold the program's arrays.
SMALL_WORK = 1 << 30
# Calls that tell places in the program apart; 8 cost 1 us, for operations that take 20, and only where a line comes round.
CALLS = 8
# Pending nodes beyond which the recorded graph is started, whatever its size in bytes: Python's garbage collector walks what is
# pending again and again (recording 300,000 dependent additions took 7.7 us each, and takes 1.4 when bounded).
MAX_PENDING = 1 << 10


def work_of(node: Node) -> float:
    """Bytes to move, and a library call's arithmetic at ten operations a byte."""
    work = math.prod(node.shape) * node.dtype.itemsize
    if node.op.work is not None:
        shapes = [item.shape if type(item) is Node else () for item in node.inputs]
        return work + node.op.work(*shapes, *node.params) / 10
    return float(work)


class _Pending(threading.local):
    waits = 0

    def __init__(self) -> None:
        self.clear()

    def clear(self, entries: Iterable[ref[Node]] = ()) -> None:
        """Forget what was noted, but these."""
        self.nodes: list[ref[Node]] = list(entries)
        # By ids of code objects, which the values hold: else other code could take the id of one that is gone. (Keys that are objects of
        # ours cost 1 us each: a step of a stencil took 10 us longer.)
        self.places: dict[object, object] = {}
        self.head: object = None  # the first place that came round again
        self.work: float = sum(work_of(node) for entry in self.nodes if (node := entry()) is not None)

    def pending(self) -> list[ref[Node]]:
        with lock:  # captures count the holders of nodes
            return [entry for entry in self.nodes if (node := entry()) is not None and node.result is None]


_pending = _Pending()


def _call_chain() -> tuple[tuple[int, ...], list[CodeType]]:
    """Where the program is: the instructions of the innermost calls, and the code that they are in. One line of the user's is not
    enough: a function that records several operations would look like a loop, and so would a helper that is called from two lines.
    The calls inside this package are left out: the compiled core has none."""
    chain: list[int] = []
    codes: list[CodeType] = []
    frame = _getframe(0)
    while frame.f_code.co_filename[:_WIDTH] == _HERE and frame.f_back is not None:
        frame = frame.f_back
    for _ in range(CALLS):
        code = frame.f_code
        chain += (id(code), frame.f_lasti)
        codes.append(code)
        if frame.f_back is None:
            break
        frame = frame.f_back
    return tuple(chain), codes


def note(node: Node) -> bool:
    """Count a large operation, and start what was pending when its line comes round again. True where everything pending, small
    operations that hold too much memory, is to be run by `run_rounds`."""
    if not config.background:
        return False
    pending = _pending
    if pending.waits != waits.count:
        # A loop that waits goes round there, not in the middle of what it records next.
        pending.waits = waits.count
        pending.clear(pending.pending())
    site = node.site
    place: object = None if site is None else (id(site[0]), site[1])
    held: object = site
    full = False
    if place in pending.places:
        small = pending.work < MEAN_WORK * len(pending.nodes)
        if not small or pending.work >= SMALL_WORK:
            # The line comes round: do the calls that led to it?
            place, held = _call_chain()
            if place in pending.places:
                pending.head = pending.head or place
                full = small
                if not small and pending.work >= (START_WORK if place == pending.head else LOST_WORK):
                    start_noted()
    pending.places[place] = held
    pending.nodes.append(ref(node))
    pending.work += work_of(node)
    if full:
        pending.clear()
    return full


def bound(pending: list[ref[Node]]) -> None:
    """Run what is pending when it is more than the recorded graph should hold."""
    if config.background and len(pending) > MAX_PENDING // 2:
        run_rounds(pending)


def run_rounds(pending: list[ref[Node]]) -> None:
    """Run all whole rounds of the program's loop: small work here (threads that run microseconds of Python each only fight over the
    interpreter lock: 14 us a node), large work on the engine. What is left of a round is run too where it is small, so that the loop
    goes on at once, with values that are there (substitution in a matrix that was pending: 0.49 s, and 0.18)."""
    with lock:
        sites = [None if (node := entry()) is None else node.site for entry in pending]
        count = whole_rounds(sites) or len(sites)
        if all((node := entry()) is None or _is_small(node) for entry in pending[count:]):
            count = len(sites)
        node = None
    run_pending(pending[:count], background=False)


def _is_small(node: Node) -> bool:
    return extent(math.prod(node.shape), node.dtype.itemsize) <= limit.elements


def start_noted() -> None:
    """Start this thread's large pending work."""
    entries = _pending.pending()
    _pending.clear()
    if entries:
        run_pending(entries, background=True)
