"""Work that an interrupt must not leave half done: imports, starting threads, compiling.

Python delivers signals to the main thread alone. What must not be torn apart there is run by a helper thread, while the main thread
waits: an interrupt ends the wait, and the work ends all the same. A leaf module: it imports nothing of ours.
"""

from __future__ import annotations

import sys
import threading
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable
from functools import partial
from importlib import import_module
from threading import get_ident
from time import monotonic
from typing import Any, TypeVar

T = TypeVar("T")

# A signal that comes while a thread is about to block in a lock does not wake it: it looks again after this long.
LOOK_SECONDS = 0.25

# The threads that are at such work, and what is released when it is done: a fork waits for it, since a child would inherit its locks.
_helpers: dict[int, Any] = {}
_complete: set[str] = set()
# The thread that forks, and what others wait for meanwhile.
_forking = 0
_gate = allocate_lock()


def shielded(function: Callable[[], T]) -> T:
    """`function()`, on another thread if this is the main one. May be called again while an interrupted call is still at work:
    `function` locks what needs it."""
    if get_ident() != threading.main_thread().ident:
        return _guarded(function)
    outcome: list[tuple[bool, Any]] = []
    ended = allocate_lock()
    ended.acquire()

    def run() -> None:
        try:
            outcome.append((True, _guarded(function)))
        except BaseException as error:
            outcome.append((False, error))
        finally:
            ended.release()

    try:
        start_new_thread(run, ())
    except RuntimeError:  # no more threads, or the interpreter is exiting
        return function()
    while not ended.acquire(timeout=LOOK_SECONDS):
        pass
    succeeded, value = outcome.pop()
    if not succeeded:
        raise value
    return value  # type: ignore[no-any-return]


def _guarded(function: Callable[[], T]) -> T:
    ident = get_ident()
    if ident in _helpers:
        return function()
    if _forking and _forking != ident:
        with _gate:
            pass
    ended = _helpers[ident] = allocate_lock()
    ended.acquire()
    try:
        return function()
    finally:
        del _helpers[ident]
        ended.release()


def complete(*modules: str) -> None:
    """Import modules in whole, before a statement names them: `import` torn apart in the main thread would leave parts of a package
    behind, on which every later import of it fails."""
    for name in modules:
        if name not in _complete:
            module = sys.modules.get(name)
            if module is None:
                shielded(partial(_import, name))
            else:  # there, or being imported by whoever waits here in the middle of it
                _import(name)


def _import(name: str) -> None:
    import_module(name)
    _complete.add(name)


def before_fork(patience: float) -> None:
    """Wait for such work of other threads, `patience` seconds at most, and let none begin."""
    global _forking
    _forking = own = get_ident()
    _gate.acquire()
    deadline = monotonic() + patience
    for ident, ended in list(_helpers.items()):
        if ident != own and ended.acquire(timeout=max(0.0, deadline - monotonic())):
            ended.release()


def after_fork_in_parent() -> None:
    """Go on."""
    global _forking
    _forking = 0
    _gate.release()


def after_fork_in_child() -> None:
    """In the child, which has no other threads."""
    global _forking
    _forking = 0
    _gate._at_fork_reinit()  # type: ignore[attr-defined]
    for ident in list(_helpers):
        if ident != get_ident():
            del _helpers[ident]
