"""Running code with NumPy's floating-point warnings off, at a tenth of the cost of `np.errstate`.

NumPy 2 keeps its error state in a context variable: a context in which it was set once needs only to be entered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context
from typing import ParamSpec, TypeVar

import numpy as np

from lazytensor.runtime.heap import use

P = ParamSpec("P")
T = TypeVar("T")


class _Quiet(threading.local):
    """A thread's own context, as a context can be entered by one thread at a time, and only once."""

    def __init__(self) -> None:
        self.entered = False
        self.context = Context()
        self.context.run(np.seterr, all="ignore")
        self.context.run(use)


_quiet = _Quiet()


def quietly(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """function(*args, **kwargs) under what `np.errstate(all="ignore")` means. The caller's context variables are not visible to
    it."""
    quiet = _quiet
    if quiet.entered:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    quiet.entered = True
    try:
        return quiet.context.run(function, *args, **kwargs)
    finally:
        quiet.entered = False
