"""Waiting for several tensors, and starting them: the functions beside `Tensor.wait` and `Tensor.start`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from lazytensor.compiler.graph import Node
from lazytensor.core import evaluate, jobs, planning
from lazytensor.core.handle import Handle
from lazytensor.core.pending import sweep
from lazytensor.core.system import engine
from lazytensor.tensor import Tensor

if TYPE_CHECKING:
    from asyncio import Future


def start(*tensors: Tensor) -> None:
    """Compute tensors in the background, as one graph. Returns at once; waits only while 64 graphs are queued."""
    evaluate.run([_checked(tensor, "start")._root() for tensor in tensors], background=True)


def materialize(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Compute tensors as one graph, and wait for all. Raises the first error after all have ended.

    >>> import lazytensor as lt
    >>> x = lt.arange(3)
    >>> low, high = lt.materialize(x.min(), x.max())
    >>> print(low, high)
    0 2
    """
    evaluate.materialize([_checked(tensor, "materialize")._root() for tensor in tensors])
    return tensors


def wait_all() -> None:
    """Compute everything that a live tensor of any thread still needs, and wait for all work under way.

    Raises the first error that no wait has raised yet, once.
    """
    jobs.finish_own()
    evaluate.run_pending(sweep(), background=False)
    jobs.wait_for_others()
    engine().idle()
    planning.start_upgrades()
    failure = engine().take_error()
    if failure is not None:
        failure.raise_()


def gather(*tensors: Tensor, return_exceptions: bool = False) -> Future[list[Any]]:
    """Start tensors as one graph; a future of all of them, as `asyncio.gather` makes of coroutines.

    Parameters
    ----------
    *tensors : Tensor
    return_exceptions : bool
        Whether the errors of those that failed stand in their places; else the first error is the future's, at once, and the others
        go on.

    Returns
    -------
    future of list of Tensor
        The tensors in the order given, computed. An `asyncio.Future` in a running event loop, elsewhere one of `concurrent.futures`
        that can be awaited later (see `Tensor.future`).

    >>> import asyncio
    >>> import lazytensor as lt
    >>> async def main():
    ...     x = lt.arange(4)
    ...     low, high = await lt.gather(x.min(), x.max())
    ...     return int(low), int(high)
    >>> asyncio.run(main())
    (0, 3)
    """
    from lazytensor.tensor.futures import future_of  # delayed: start-up time

    nodes = [_checked(tensor, "gather")._root() for tensor in tensors]

    def answer() -> list[Any]:
        if not return_exceptions:
            # Those that are pending still are not waited for when one has failed.
            for node in nodes:
                if evaluate.is_ready(node):
                    evaluate.value_of(node)
            return list(tensors)
        return [_outcome(tensor, node) for tensor, node in zip(tensors, nodes, strict=True)]

    return future_of(nodes, answer, eager=not return_exceptions)  # type: ignore[no-any-return]


def _outcome(tensor: Tensor, node: Node) -> Any:
    """The tensor, or the error that its computation ended in."""
    try:
        evaluate.value_of(node)
    except Exception as error:
        return error
    return tensor


def as_completed(tensors: Iterable[Tensor]) -> AsyncIterator[Tensor]:
    """Start tensors together and yield each as it ends, without blocking the running loop.

    Yields the tensors themselves, as `asyncio.as_completed` yields its tasks. One that failed is yielded as well, and raises its error
    when it is waited for (`await t`, `t.wait()`, `print(t)`); the others follow.

    >>> import asyncio
    >>> import lazytensor as lt
    >>> async def main():
    ...     async for done in lt.as_completed([lt.arange(4) + 1]):
    ...         print(done)
    >>> asyncio.run(main())
    [1 2 3 4]
    """
    return _each([_checked(tensor, "as_completed") for tensor in tensors])


async def _each(tensors: list[Tensor]) -> AsyncIterator[Tensor]:
    import asyncio  # delayed: start-up time

    from lazytensor.tensor.futures import future_of  # delayed: as above

    evaluate.issue([tensor._root() for tensor in tensors])
    ended: asyncio.Queue[Tensor] = asyncio.Queue()

    for tensor in tensors:
        # Nothing is raised here: the tensor itself has the error.
        future = future_of((tensor._root(),), partial(_itself, tensor))
        future.add_done_callback(lambda done: ended.put_nowait(done.result()))
    for _ in tensors:
        yield await ended.get()


def _itself(tensor: Tensor) -> Tensor:
    return tensor


def _checked(tensor: Any, name: str) -> Tensor:
    if not isinstance(tensor, Handle):
        raise TypeError(f"{name}: expects tensors, got {type(tensor).__name__}")
    return tensor  # type: ignore[return-value]
