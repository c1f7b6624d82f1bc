"""The process that compiles kernels, seen from the program: it is started with the first kernel, gets one source text at a time, and has
put the kernel on disk when it answers.

The compiler holds the interpreter lock most of its time: while a thread of the program compiles, every other call takes two to six
times as long. What the process does with a request is none of this module's business.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from lazytensor.compiler.shield import complete
from lazytensor.runtime import forks, limits

if TYPE_CHECKING:
    import socket
    import subprocess

# What the process says when it has read a request, before it compiles.
BEGUN = "begun"
# Until then it starts, and imports Numba. Where many programs compete for the cores, a process of low priority takes a hundred times the
# half second that this takes elsewhere.
START_SECONDS = 300.0
# A kernel takes 60 to 300 ms, and the same holds. One that takes longer than this is given up, and the process killed.
KERNEL_SECONDS = 300.0
# How often a process is started for one kernel before none can be had, and how many may be lost with kernels in their hands.
MAX_STARTS = 3
MAX_LOSSES = 3
# How long the exit waits for the kernel under way: short programs would find none on disk if it were thrown away each time.
EXIT_SECONDS = 2.0


class Outcome(Enum):
    """What became of a source text."""

    STORED = "stored"
    REFUSED = "refused"  # for good: the compiler rejects it, or did not survive it
    FAILED = "failed"  # for reasons that say nothing of the source
    UNAVAILABLE = "unavailable"  # no process, or none that shares this program's kernels
    OVER = "over"  # nothing more is compiled


class Channel:
    """Messages over a socket, each a line of JSON. A socket, not two pipes: `end` wakes whoever waits for a message, and no signal comes
    where the other side is gone."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._unread = b""

    def send(self, message: Any, seconds: float) -> None:
        """OSError where nobody reads it, TimeoutError where nobody does so in time."""
        import socket  # delayed: start-up time

        self._socket.settimeout(seconds)
        self._socket.sendall(json.dumps(message).encode() + b"\n", getattr(socket, "MSG_NOSIGNAL", 0))

    def receive(self, seconds: float) -> Any:
        """The next message, None where the other side is gone; TimeoutError after so many seconds, and it may be called again."""
        deadline = monotonic() + seconds
        while b"\n" not in self._unread:
            try:
                self._socket.settimeout(max(1e-3, deadline - monotonic()))
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                raise
            except OSError:  # the other side is gone, or another thread has closed this one
                return None
            if not data:
                return None
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        """Nothing more is said by either side, whoever holds the socket too."""
        import socket  # delayed: start-up time

        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:  # the other side is gone, or this one
            return

    def close(self) -> None:
        """Let go of the socket; other processes that hold it go on."""
        self._socket.close()


class _Worker(NamedTuple):
    """A process that was started."""

    process: subprocess.Popen[bytes]
    channel: Channel

    def leave(self, seconds: float) -> None:
        """Let it finish what it is about, for so long."""
        import subprocess  # delayed: start-up time

        self.channel.end()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        self.channel.close()
        self.process.kill()
        self.process.wait()


class CompileProcess:
    """One process at a time, run by the command line `command` and this process's number, in `environment`; where that line is empty,
    there never is one.

    It finds a socket as its standard input. For each list of strings that it reads it says `BEGUN`, and then an outcome's value and a
    text. When the socket ends it does.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._lock = forks.renew(threading.Lock())  # held while a request is under way
        self._worker: _Worker | None = None
        self._losses = 0
        self.available = bool(command)
        self.stopped = False
        _processes.add(self)

    @property
    def pid(self) -> int | None:
        """The process's, while there is one."""
        worker = self._worker
        return None if worker is None else worker.process.pid

    def compile(self, *request: str) -> tuple[Outcome, str]:
        """Have the process compile a kernel, after those asked for before; waits until it has. Not for the main thread, where a signal
        handler may come in between. A fork may come at any moment."""
        with self._lock:
            own = os.getpid()
            limits.busy.append(own)
            try:
                return self._compile(request)
            finally:
                limits.busy.remove(own)

    def _compile(self, request: tuple[str, ...]) -> tuple[Outcome, str]:
        if self.stopped or self._losses >= MAX_LOSSES:
            return Outcome.OVER, "no more kernels are compiled"
        worker = self._begin(request)
        if worker is None:
            return (Outcome.OVER if self.stopped else Outcome.UNAVAILABLE), "there is no process to compile it"
        reason = "the compiler's process ended"
        try:
            answer = worker.channel.receive(KERNEL_SECONDS)
        except TimeoutError:
            answer = None
            reason = f"the compiler took more than {KERNEL_SECONDS:g} s"
        if answer is not None:
            outcome = Outcome(answer[0])
            if outcome is Outcome.UNAVAILABLE:
                self.available = False
            return outcome, answer[1]
        if self.stopped:
            return Outcome.OVER, "the interpreter exits"
        self._drop(worker)
        self._losses += 1
        return Outcome.REFUSED, f"cannot compile a kernel: {reason}"

    def rest(self) -> None:
        """End the process, which takes memory, unless it is compiling; the next kernel starts another."""
        if self._lock.acquire(blocking=False):
            try:
                if self._worker is not None and not self.stopped:
                    self._worker.leave(EXIT_SECONDS)
                    self._worker = None
            finally:
                self._lock.release()

    def stop(self) -> None:
        """At the exit: begin no other kernel, and wait a moment for the one under way."""
        with starting:
            self.stopped = True
        worker = self._worker
        if worker is not None:
            with suppress(KeyboardInterrupt):  # whoever is in a hurry need not be told where that was
                worker.leave(EXIT_SECONDS)
            self._worker = None

    def forget(self) -> None:
        """In a forked child: the process is the parent's."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.channel.close()
            worker.process.returncode = 0  # else it would be missed when it is collected

    def _begin(self, request: Sequence[str]) -> _Worker | None:
        """The process, which has begun with the request; None where none does."""
        for _ in range(MAX_STARTS):
            if self.stopped or not self.available:
                return None
            worker = self._worker or self._start()
            if worker is None:
                break
            try:
                worker.channel.send(request, START_SECONDS)
                if worker.channel.receive(START_SECONDS) == BEGUN:
                    return worker
            except OSError:
                pass
            if self.stopped:
                return None
            self._drop(worker)
        self.available = False
        return None

    def _start(self) -> _Worker | None:
        complete("subprocess", "socket")
        import socket  # delayed: start-up time
        import subprocess

        with starting:  # a child that is forked in between would hold the socket, and the process would outlive its program
            if self.stopped:
                return None
            try:
                ours, theirs = socket.socketpair()
            except OSError:
                return None
            try:
                process = subprocess.Popen(
                    [*self._command, str(os.getpid())],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env=self._environment,
                    start_new_session=True,  # Ctrl-C is none of its business
                )
            except (OSError, ValueError, RuntimeError):  # no such program, no room, an interpreter that exits
                ours.close()
                return None
            finally:
                theirs.close()
            worker = self._worker = _Worker(process, Channel(ours))
        return worker

    def _drop(self, worker: _Worker) -> None:
        worker.kill()
        self._worker = None


_processes: weakref.WeakSet[CompileProcess] = weakref.WeakSet()
starting = threading.Lock()


class _Inherited(forks.Stage):
    """A child starts a process of its own."""

    def in_child(self) -> None:
        for process in list(_processes):
            process.forget()


forks.register(forks.COMPILING, _Inherited())
forks.hold(forks.COMPILING, lambda: starting)
