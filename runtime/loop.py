"""The engine's asyncio event loop on a daemon thread of its own, and the one door to it, `post`."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lazytensor.compiler.shield import shielded
from lazytensor.runtime.promise import engine_threads

if TYPE_CHECKING:
    import asyncio

# Loops of a parent process. Closing one would change the parent's epoll set, so a forked child keeps them unused.
_inherited: list[object] = []


class LoopThread:
    """Started by the first `post`. Messages posted while the loop is about to look at its inbox need no further wake-up, which is
    a system call."""

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._inbox: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._drains = 0
        # How many drains had begun when the loop was last told of another one.
        self._told = -1
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def started(self) -> bool:
        return self._thread is not None

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Call function(*args) on the loop's thread, in the order of posts. Silently dropped once the loop is stopped."""
        self._inbox.append((function, args))
        drains = self._drains
        if self._told != drains:
            loop = self._loop or shielded(self._start)
            with suppress(RuntimeError):  # closed
                loop.call_soon_threadsafe(self._drain)
            # Afterwards: a signal handler that posts before, and waits, tells the loop itself.
            self._told = drains

    def future(self) -> asyncio.Future[None]:
        """A new future; on the loop's thread only."""
        assert self._loop is not None
        return self._loop.create_future()

    def spawn(self, coroutine: Coroutine[Any, Any, None], done: Callable[[BaseException | None], object]) -> None:
        """Run a coroutine as a task, and then done(its exception), unless the loop is stopped; on the loop's thread only."""
        assert self._loop is not None
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled():
                done(task.exception())

        task.add_done_callback(ended)

    def stop(self, timeout: float) -> None:
        """Cancel what runs on the loop, end its thread, and wait at most `timeout` seconds for that."""
        with self._lock:
            loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            try:
                loop.call_soon_threadsafe(loop.stop)
            except RuntimeError:
                return
            thread.join(timeout)

    def after_fork(self) -> None:
        """In the child, where the thread does not exist: forget the loop, quietly."""
        for task in self._tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
        _inherited.extend((self._loop, self._tasks))
        self._reset()

    def _start(self) -> asyncio.AbstractEventLoop:
        import asyncio  # delayed: start-up time

        with self._lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=self._run, args=(loop,), name="lazytensor-loop", daemon=True)
                try:
                    thread.start()
                except BaseException:
                    loop.close()
                    raise
                self._loop, self._thread = loop, thread
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        import asyncio  # delayed: start-up time

        engine_threads.add(threading.get_ident())
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks))
        loop.close()
        engine_threads.discard(threading.get_ident())

    def _drain(self) -> None:
        self._drains += 1  # before looking: whoever posts after the last look tells the loop again
        inbox = self._inbox
        while inbox:
            function, args = inbox.popleft()
            function(*args)
