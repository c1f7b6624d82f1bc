"""Waiting for several tensors, and starting them: the functions beside `Tensor.wait` and `Tensor.start`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from lazytensor import evaluate, jobs, planning
from lazytensor.handle import Handle, sweep
from lazytensor.system import engine
from lazytensor.tensor import Tensor


def start(*tensors: Tensor) -> None:
    """Compute tensors in the background, as one graph. Returns at once; waits only while 64 graphs are queued."""
    evaluate.run([_checked(tensor, "start")._base() for tensor in tensors], background=True)


def materialize(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Compute tensors as one graph, and wait for all. Raises the first error after all have ended.

    >>> import lazytensor as lt
    >>> x = lt.arange(3)
    >>> low, high = lt.materialize(x.min(), x.max())
    >>> print(low, high)
    0 2
    """
    evaluate.materialize([_checked(tensor, "materialize")._base() for tensor in tensors])
    return tensors


def wait_all() -> None:
    """Compute everything that a live tensor of any thread still needs, and wait for all work under way.

    Raises the first error that no wait has raised yet, once.
    """
    jobs.finish_own()
    evaluate.run(sweep(), background=False)
    jobs.wait_for_others()
    engine().idle()
    planning.start_upgrades()
    failure = engine().take_error()
    if failure is not None:
        failure.raise_()


async def as_completed(tensors: Iterable[Tensor]) -> AsyncIterator[Tensor]:
    """Start tensors together and yield each as it is computed, without blocking the running loop."""
    import asyncio  # delayed: start-up time

    waiting = list(tensors)
    start(*waiting)

    async def one(tensor: Tensor) -> Tensor:
        return await tensor

    for done in asyncio.as_completed([one(tensor) for tensor in waiting]):
        yield await done


def _checked(tensor: Any, name: str) -> Tensor:
    if not isinstance(tensor, Handle):
        raise TypeError(f"{name}: expects tensors, got {type(tensor).__name__}")
    return tensor  # type: ignore[return-value]
