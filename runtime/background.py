"""One low-priority thread for work nobody waits for, such as compiling kernels. Not for steps of plans."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue

from lazytensor.runtime.errstate import quietly
from lazytensor.runtime.promise import Promise, engine_threads, on_engine_thread


class Background:
    """Runs callables in order on a daemon thread that starts with the first.

    `_busy` is held while one runs: a fork waits for it, as a child must not inherit a compiler in the middle of its work.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._queue: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._forking = False

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

    def stop(self, timeout: float) -> None:
        """Drop what is queued, and wait at most `timeout` seconds for what is running: exiting under a compiler crashes."""
        with self._lock:
            self._stopped = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join(timeout)

    def before_fork(self) -> None:
        # The limit is for the callable that forks itself, and for one that hangs.
        self._forking = self._busy.acquire(timeout=0 if on_engine_thread() else 10)

    def after_fork_in_parent(self) -> None:
        if self._forking:
            self._forking = False
            self._busy.release()

    def after_fork(self) -> None:
        """In the child: start anew, without the parent's queue."""
        self._reset()

    def _work(self) -> None:
        queue, busy = self._queue, self._busy
        engine_threads.add(threading.get_ident())
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)  # Linux keeps the nice value by thread
        while (function := queue.get()) is not None and not self._stopped:
            with busy:
                try:
                    function()
                except BaseException:
                    threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
            del function
        engine_threads.discard(threading.get_ident())
