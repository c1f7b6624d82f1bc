"""Forks: a child has the forking thread alone, and whatever state the other threads of the parent were in.

So before a fork this package comes to rest: stages, in the order of their numbers, finish what is under way and take the locks behind
which state is changed. Afterwards the parent lets go in the opposite order; the child renews what is left of other threads. The numbers
follow the order in which locks are taken elsewhere.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import weakref
from collections.abc import Callable
from time import monotonic
from typing import Any

from lazytensor.compiler import shield

log = logging.getLogger("lazytensor")

_executors_first = "concurrent.futures.thread" in sys.modules

# How long a fork waits at most, in all; only what hangs, or computes for so long, is met half done by the child.
PATIENCE = 10.0

# The stages: the front end, outer locks first; the engines; then what all of them use.
WRITES, JOBS, PLANNING, ENGINES, SHIELD, SYSTEM, COMPILING, LINKING, LIBRARIES = range(9)

_stages: list[tuple[int, Stage]] = []
_renewed: weakref.WeakSet[Any] = weakref.WeakSet()
_forking = threading.RLock()
_passed: list[Stage] = []
# The thread that forks, 0 while there is none; others that are about to begin something it would wait for call `let_pass`.
forking = 0
_gate = threading.Lock()


class Stage:
    """Something that a fork waits for."""

    def before(self, deadline: float) -> None:
        """In the forking thread: come to rest until monotonic() is `deadline`."""

    def in_parent(self) -> None:
        """Go on."""

    def in_child(self) -> None:
        """Start anew."""


class Held(Stage):
    """A lock, held over the fork: `find()` gives it, or None while there is none."""

    def __init__(self, find: Callable[[], Any]) -> None:
        self._find = find
        self._lock: Any = None
        self.acquired = False
        self._nested = False

    def before(self, deadline: float) -> None:
        lock = self._lock = self._find()
        if lock is not None:
            self._nested = hasattr(lock, "_is_owned") and lock._is_owned()
            self.acquired = lock.acquire(timeout=max(0.0, deadline - monotonic()))

    def in_parent(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None and self.acquired:
            lock.release()

    def in_child(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None and self._nested:
            lock.release()  # the forking thread is still inside
        elif lock is not None:
            lock._at_fork_reinit()


def register(order: int, stage: Stage) -> None:
    """Have forks pass a stage."""
    _stages.append((order, stage))
    _stages.sort(key=lambda entry: entry[0])


class _Shield(Stage):
    """Imports, threads being started, compiling: what must not be torn apart, by a fork as little as by an interrupt."""

    def before(self, deadline: float) -> None:
        shield.before_fork(max(0.0, deadline - monotonic()))

    def in_parent(self) -> None:
        shield.after_fork_in_parent()

    def in_child(self) -> None:
        shield.after_fork_in_child()


register(SHIELD, _Shield())


def hold(order: int, find: Callable[[], Any]) -> None:
    """Have forks hold the lock that `find()` gives, if it is not None."""
    register(order, Held(find))


def renew(lock: Any) -> Any:
    """Have the child renew a lock that guards no more than a few assignments; returns it."""
    _renewed.add(lock)
    return lock


def close_gate() -> None:
    """By a stage: from here on others wait in `let_pass`."""
    global forking
    forking = threading.get_ident()
    _gate.acquire()


def let_pass() -> None:
    """Wait while another thread forks. To be called without locks, when `forking` is not 0."""
    if forking != threading.get_ident():
        with _gate:
            pass


def _mend_executors() -> None:
    """Take the lock that `concurrent.futures` releases after forks, if another thread loaded it while this one waited: it is too late
    for what it does before this fork, but not for what it undoes. Where it was there before us, it comes after us."""
    module = sys.modules.get("concurrent.futures.thread")
    lock = getattr(module, "_global_shutdown_lock", None)
    if not _executors_first and lock is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        lock.acquire(blocking=False)


def _before() -> None:
    deadline = monotonic() + PATIENCE
    _forking.acquire()
    _passed.clear()
    for _, stage in _stages:
        _passed.append(stage)
        try:
            stage.before(deadline)
        except KeyboardInterrupt:  # nobody could catch it here; it ends the waiting
            deadline = 0.0
    _mend_executors()
    if monotonic() > deadline:
        log.info("fork: gave up waiting for work under way; the child has to do without what it changes")


def _in_parent() -> None:
    global forking
    while _passed:
        _passed.pop().in_parent()
    if forking:
        forking = 0
        _gate.release()
    _forking.release()


def _in_child() -> None:
    global forking
    for lock in list(_renewed):
        lock._at_fork_reinit()
    while _passed:
        _passed.pop().in_child()
    forking = 0
    _gate._at_fork_reinit()  # type: ignore[attr-defined]
    _forking._at_fork_reinit()  # type: ignore[attr-defined]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
