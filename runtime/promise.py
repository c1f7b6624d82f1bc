"""Values that are not there yet: `Promise`, and `Failure`, what a promise holds when the work behind it raised.

Also the register of the engine's own threads, on which a wait would never end and therefore raises.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from itertools import islice
from types import CodeType, TracebackType
from typing import Any, Final, NoReturn, TypeAlias

from lazytensor.compiler.shield import LOOK_SECONDS, shielded

Site: TypeAlias = tuple[CodeType, int] | None


class _Unset:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = _Unset()
engine_threads: Final[set[int]] = set()
_creation = threading.Lock()
# Forks that lie behind this process: promises of an earlier age are set by nobody but whom they were handed on to.
_age = 0


def on_engine_thread() -> bool:
    """Whether the calling thread is the engine's loop or one of its workers."""
    return threading.get_ident() in engine_threads


def after_fork() -> None:
    """In the child: it has none of the engine's threads, and a thread of the parent may hold the lock."""
    global _creation, _age
    engine_threads.clear()
    _creation = threading.Lock()
    _age += 1


class Promise:
    """A value that is set once: an array or a `Failure`.

    Needs no lock of its own: `set` stores the value before it empties the list of callbacks, `add_callback` appends before it
    looks at the value, and `list.pop` gives each callback to exactly one of the two.
    """

    __slots__ = ("__weakref__", "_age", "_callbacks", "_start", "value")

    value: Any

    def __init__(self, value: Any = UNSET) -> None:
        self.value = value
        self._callbacks: list[Callable[[Promise], object]] | None = None
        self._start: Callable[[], object] | None = None
        self._age = _age

    def is_set(self) -> bool:
        if self.value is UNSET and self._age != _age:
            self._come_of_age()
        return self.value is not UNSET

    def set(self, value: Any) -> None:
        """Set the value, wake who waits, and call the callbacks, which must not raise."""
        if self.value is not UNSET:
            raise RuntimeError("the promise is already set")
        self.value = value
        self.wake()

    def wake(self) -> None:
        """Call the callbacks that have not been called, the value being set."""
        if self._callbacks:
            shielded(self._call)

    def add_callback(self, function: Callable[[Promise], object]) -> None:
        """Call function(promise) once the value is set: from the thread that sets it, or at once if it is set already."""
        if self.is_set():
            function(self)
            return
        if self._callbacks is None:
            with _creation:
                if self._callbacks is None:
                    self._callbacks = []
        self._callbacks.append(function)
        if self.value is not UNSET:
            self._call()

    def wait(self, timeout: float = -1) -> bool:
        """Block until the value is set, `timeout` seconds have passed (negative: no limit), or a signal handler raises.

        Returns whether the value is set. Raises RuntimeError instead of blocking one of the engine's own threads.
        """
        if self.value is not UNSET:
            return True
        if on_engine_thread():
            raise RuntimeError("cannot wait for a value on the engine's own thread: what would compute it could not run")
        if self.is_set():
            return True
        gate = threading.Lock()
        gate.acquire()
        self.add_callback(lambda _: gate.release())
        if timeout >= 0:
            gate.acquire(timeout=timeout)
        else:
            while not gate.acquire(timeout=LOOK_SECONDS):
                pass
        return self.value is not UNSET

    def abandon(self, value: Any) -> None:
        """In a forked child: set what is not set, without the callbacks, which belong to threads of the parent."""
        self._callbacks = None
        if self.value is UNSET:
            self.value = value

    def keep(self) -> None:
        """In a forked child: the forking thread is about to set it."""
        self._age = _age

    def postpone(self, start: Callable[[], object]) -> None:
        """In a forked child: have `start()` begin the work behind it when somebody first asks for the value."""
        self._callbacks = None
        self._start = start

    def _come_of_age(self) -> None:
        """In a forked child, for a promise of the parent's that somebody asks for: begin the work, if it was handed on."""
        start = self._start
        if start is not None:
            self._age = _age
            self._start = None
            start()
        elif self._age != _age:
            self.abandon(
                Failure(RuntimeError("this value was being computed by another thread of the parent process when it forked"))
            )

    def _call(self) -> None:
        callbacks = self._callbacks
        while callbacks:
            try:
                function = callbacks.pop(0)
            except IndexError:
                return
            function(self)

    def __repr__(self) -> str:
        return f"Promise({self.value!r})"


def settle(promise: Promise, value: Any) -> None:
    """Set a promise that may be set already; then wake whom an interrupted `set` has not woken."""
    try:
        promise.set(value)
    except RuntimeError:
        promise.wake()


class Failure:
    """The error that took a value's place, and the user's line and operation it is blamed on.

    `raised` tells whether anybody has seen it yet. The traceback is not kept: its frames would keep their variables, and those of
    all their callers, alive. Where the error arose is left as a note on it.
    """

    __slots__ = ("_notes", "error", "operation", "origin_site", "raised")

    def __init__(self, error: BaseException, origin_site: Site = None, operation: str | None = None) -> None:
        self.error = error
        self.origin_site = origin_site
        self.operation = operation
        self.raised = False
        self._notes = tuple(getattr(error, "__notes__", ()))
        trail = _drop_tracebacks(error)
        if trail is not None:
            error.add_note(trail)

    def raise_(self) -> NoReturn:
        """Raise a fresh copy, so that neither tracebacks nor notes grow with every wait; the original is its cause."""
        self.raised = True
        note = self.note()
        fresh = _fresh(self.error)
        if fresh is None:
            if note is not None and note not in getattr(self.error, "__notes__", ()):
                self.error.add_note(note)
            raise self.error.with_traceback(None)
        for text in (*self._notes, *(() if note is None else (note,))):
            fresh.add_note(text)
        raise fresh from self.error

    def note(self) -> str | None:
        """'issued at file.py:123 by operation "inv"', as far as that is known."""
        place = None if self.origin_site is None else f"issued at {_location(*self.origin_site)}"
        by = None if self.operation is None else f'by operation "{self.operation}"'
        return " ".join(part for part in (place, by) if part is not None) or None

    def __repr__(self) -> str:
        return f"Failure({self.error!r})"


def _fresh(error: BaseException) -> BaseException | None:
    """A copy of `error` without a past, or None where its class cannot be copied faithfully."""
    try:
        fresh = copy.copy(error)
        if fresh is error or type(fresh) is not type(error) or str(fresh) != str(error):
            return None
    except Exception:  # a class may refuse in any way it likes
        return None
    fresh.__dict__.pop("__notes__", None)  # a list that the copy shares
    fresh.__traceback__ = None
    return fresh


def _location(code: CodeType, instruction: int) -> str:
    """file:line of a bytecode instruction, by offset in bytes; positions are listed by code unit, two bytes each."""
    line = next((position[0] for position in islice(code.co_positions(), instruction // 2, None)), None)
    return f"{code.co_filename}:{line or code.co_firstlineno}"


def _drop_tracebacks(error: BaseException) -> str | None:
    """Clear the tracebacks of `error` and of the errors behind it; returns where it arose, innermost last."""
    trail: list[str] = []
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        trail.append(f"{code.co_filename}:{traceback.tb_lineno} in {code.co_name}")
        traceback = traceback.tb_next
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if item is not None and id(item) not in seen:
            seen.add(id(item))
            pending += (item.__cause__, item.__context__)
            item.__traceback__ = None
    return "raised at " + "\n".join(trail[-4:]) if trail else None
