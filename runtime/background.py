"""One low-priority thread for work nobody waits for, such as compiling kernels. Not for steps of plans."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from time import monotonic

from lazytensor.runtime.errstate import quietly
from lazytensor.runtime.promise import Promise, engine_threads, on_engine_thread

# How long the interpreter's exit waits for the piece of work under way. A kernel takes 60 to 300 ms to compile, and many times that on a
# machine that has no time for a thread of low priority; only work that hangs takes longer than this.
PIECE_SECONDS = 60.0
# When nothing comes for so long, what is kept ready for more can go.
REST_SECONDS = 20.0


# While it works, the interpreter changes threads after so many seconds. Usually it takes 5 ms, and a program whose calls of NumPy let go of
# the interpreter for 50 us each waits for it as long after each of them: a loop of 60 ms took 226 while kernels were generated.
TURN_SECONDS = 2e-4


class StoppedError(Exception):
    """Raised by `checkpoint` in work that is to end."""


class Background:
    """Runs callables in order on a daemon thread that starts with the first.

    `_busy` is held while one runs, from one checkpoint to the next: a child must not inherit a compiler in the middle of its work, so a
    fork waits for the next one, where the callable waits for the fork in turn. After `stop` the callable ends there.
    """

    def __init__(self) -> None:
        self.at_rest: Callable[[], object] = _nothing  # called when nothing was put for REST_SECONDS
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._queue: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._passing = False
        self._passed = threading.Condition(self._lock)
        self._held = False

    @property
    def started(self) -> bool:
        return self._thread is not None

    def put(self, function: Callable[[], object]) -> None:
        """Run `function` some time; after `stop`, or where no thread can be started any more, never."""
        with self._lock:
            if self._stopped:
                return
            if self._thread is None:
                thread = threading.Thread(target=quietly, args=(self._work,), name="lazytensor-background", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # since Python 3.12 the functions that `atexit` calls can start none
                    return
                self._thread = thread
        self._queue.put(function)

    def idle(self) -> None:
        """Block until everything put so far has run."""
        if on_engine_thread():
            raise RuntimeError("cannot wait for background work on the engine's own thread")
        if self._thread is not None and not self._stopped:
            done = Promise()
            self.put(lambda: done.set(True))
            while not done.wait(0.1):
                if self._stopped:
                    return

    def checkpoint(self) -> None:
        """Called by work between its pieces, such as one kernel: lets a fork pass. On other threads it does nothing.

        Raises
        ------
        StoppedError
            After `stop`.
        """
        if threading.current_thread() is not self._thread:
            return
        if self._passing:
            self._busy.release()
            self._take_up()
        if self._stopped:
            raise StoppedError

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Entered by work that waits for another process: a fork need not wait too. On other threads it does nothing.

        Raises
        ------
        StoppedError
            When it is left, after `stop`.
        """
        if threading.current_thread() is not self._thread:
            yield
            return
        self._busy.release()
        try:
            yield
        finally:
            self._take_up()
        if self._stopped:
            raise StoppedError

    def _take_up(self) -> None:
        """Be busy again, after a fork that is under way."""
        with self._passed:
            self._passed.wait_for(lambda: not self._passing)
        self._busy.acquire()

    def stop(self) -> None:
        """Drop what is queued, and wait for the piece of work under way: exiting under a compiler crashes."""
        with self._lock:
            self._stopped = True
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            self._queue.put(None)
            _hurry(thread)
            thread.join(PIECE_SECONDS)

    def before_fork(self, deadline: float) -> None:
        """Wait for the piece of work under way until monotonic() is `deadline`, and hold the thread there."""
        with self._lock:
            self._passing = True
            thread = self._thread
        if thread is not None:
            _hurry(thread)
        # A callable that forks holds it itself.
        patience = 0.0 if on_engine_thread() else max(0.0, deadline - monotonic())
        self._held = self._busy.acquire(timeout=patience)

    def after_fork_in_parent(self) -> None:
        if self._held:
            self._busy.release()
        with self._passed:
            self._passing = self._held = False
            self._passed.notify_all()
            thread = self._thread
        if thread is not None:
            _unhurry(thread)

    def after_fork(self) -> None:
        """In the child: start anew, without the parent's queue."""
        self._reset()

    def _work(self) -> None:
        queue, busy = self._queue, self._busy
        engine_threads.add(threading.get_ident())
        _unhurry(threading.current_thread())
        rested = True
        while True:
            try:
                function = queue.get(timeout=None if rested else REST_SECONDS)
                rested = False
            except Empty:
                function, rested = self.at_rest, True
            if function is None or self._stopped:
                break
            with busy:
                before = sys.getswitchinterval()
                sys.setswitchinterval(min(before, TURN_SECONDS))
                brief = sys.getswitchinterval()
                try:
                    function()
                except StoppedError:
                    break
                except BaseException:
                    if not self._stopped:
                        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
                finally:
                    if sys.getswitchinterval() == brief:  # else the program set it meanwhile
                        sys.setswitchinterval(before)
            del function
        engine_threads.discard(threading.get_ident())


def _nothing() -> None:
    pass


def _unhurry(thread: threading.Thread) -> None:
    _set_priority(thread, 10)


def _hurry(thread: threading.Thread) -> None:
    """Give the thread its full priority back, where the system lets us: somebody waits for it now."""
    _set_priority(thread, os.getpriority(os.PRIO_PROCESS, os.getpid()) if sys.platform == "linux" else 0)


def _set_priority(thread: threading.Thread, nice: int) -> None:
    if sys.platform == "linux" and thread.native_id is not None:  # Linux keeps the nice value by thread
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread.native_id, nice)
