"""Futures of tensors, by which they take part in asyncio: `Tensor.future` and `gather` are made of them.

In a running event loop a future is the loop's own; elsewhere it is one of `concurrent.futures`, which can be awaited later.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from typing import Any

from lazytensor.compiler.graph import Node
from lazytensor.core import evaluate
from lazytensor.runtime.promise import Failure, Promise


class ThreadFuture(concurrent.futures.Future[Any]):
    """A future made where no event loop runs: threads wait for it by `result()`, and any loop may await it."""

    def __await__(self) -> Generator[Any, None, Any]:
        return asyncio.wrap_future(self).__await__()


# What futures wait for. The engine holds promises weakly, and these, their callbacks and the tensors they belong to hold each other: the
# garbage collector would take them all, and the future would never be set.
_under_way: set[_Arrivals] = set()


class _Arrivals:
    """Calls `finish` once: when all of several promises are set, or with `eager` at the first that failed."""

    def __init__(self, promises: Sequence[Promise], eager: bool, finish: Callable[[], None]) -> None:
        self.missing = len(promises)
        self.eager = eager
        self.finish = finish
        self.lock = threading.Lock()
        _under_way.add(self)
        for promise in promises:
            promise.add_callback(self.arrived)

    def arrived(self, promise: Promise) -> None:
        with self.lock:
            self.missing -= 1
            last = self.missing == 0
            if self.eager and self.missing > 0 and type(promise.value) is Failure:
                self.missing, last = -1, True  # what arrives later finds nothing to finish
        if last:
            _under_way.discard(self)
            self.finish()


def future_of(nodes: Sequence[Node], answer: Callable[[], Any], *, eager: bool = True) -> Any:
    """A future of what `answer()` returns or raises once all nodes, which are started as one graph, are computed.

    Parameters
    ----------
    nodes : sequence of Node
    answer : function of no arguments
        Called once, where the future is set; must not wait for anything but the nodes.
    eager : bool
        Whether the first node that fails ends it, before the others are there.
    """
    if any(node.result is None for node in nodes):
        evaluate.issue(nodes)
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        made: Any = ThreadFuture()
        made.set_running_or_notify_cancel()  # computing cannot be taken back

        def finish() -> None:
            _settle(made, answer)

    else:
        made = loop.create_future()

        def finish() -> None:
            with suppress(RuntimeError):  # the loop closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, made, answer)

    results: list[Any] = [node.result for node in nodes]
    promises = [result for result in results if type(result) is Promise and not result.is_set()]
    if not promises or (eager and any(_failed(result) for result in results)):
        # What is there already needs no turn of the loop.
        _settle(made, answer)
    else:
        _Arrivals(promises, eager, finish)
    return made


def _failed(result: Any) -> bool:
    return type(result.value if type(result) is Promise else result) is Failure


def _settle(future: Any, answer: Callable[[], Any]) -> None:
    if future.done():  # cancelled
        return
    try:
        value = answer()
    except StopIteration as error:  # which no future can hold
        future.set_exception(RuntimeError(f"a computation raised StopIteration: {error}"))
    except Exception as error:
        future.set_exception(error)
    else:
        future.set_result(value)
