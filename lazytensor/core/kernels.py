"""Where kernels come from: memory, disk, or the compiler, in a process of its own where there can be one.

The program itself imports Numba only where no process can be started, or shares no kernels with it because there is no store that
both can use; and under `config.tier = "compile"`, which uses the store alone: there the caller waits anyhow, and an error of the
compiler is at hand.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lazytensor.compiler.plan import KernelError
from lazytensor.compiler.shield import complete, shielded
from lazytensor.core.system import engine, kernel_store
from lazytensor.runtime import forks

if TYPE_CHECKING:
    from lazytensor.runtime.compile_process import CompileProcess
    from lazytensor.runtime.kernel_store import DeferredKernel, KernelFunction

Build = Callable[[], bytes]

_lock = threading.Lock()
_process: CompileProcess | None = None
forks.hold(forks.SYSTEM, lambda: _lock)


def find_kernel(source: str, build: Build) -> KernelFunction:
    """The kernel of a source text. `build` compiles it here, where that cannot be done elsewhere.

    Raises
    ------
    KernelError
        If the compiler rejects it, now or when it was last asked; or did not survive it.
    """
    store = kernel_store()
    if store.get(source) is None and not store.on_disk(source):
        _compile_elsewhere(source)
    return store(source, build)


def find_deferred(source: str, build: Build) -> DeferredKernel:
    """The kernel, looked for when it is first called."""
    complete("lazytensor.runtime.kernel_store")
    from lazytensor.runtime.kernel_store import DeferredKernel  # delayed: start-up time

    return DeferredKernel(find_kernel, source, build)


def compile_process() -> CompileProcess:
    """The process in which kernels are compiled; it starts with the first."""
    found = _process
    return found if found is not None else shielded(_find_process)


def _find_process() -> CompileProcess:
    global _process
    engine()  # stops after the process, as it was made before
    with _lock:
        if _process is None:
            from lazytensor.core import compile_server  # delayed: start-up time
            from lazytensor.runtime.compile_process import CompileProcess

            _process = CompileProcess(compile_server.command(), compile_server.environment())
            atexit.register(_process.stop)
        return _process


def _compile_elsewhere(source: str) -> None:
    """Have the kernel put on disk, where there is a process that can do so."""
    from lazytensor.compiler.codegen.source import check_refused, refuse  # delayed: start-up time

    check_refused(source)
    process, store = compile_process(), kernel_store()
    from lazytensor.runtime.compile_process import Outcome  # delayed: start-up time

    if not process.available or not store.writable():
        return
    ask = partial(process.compile, source, os.path.abspath(store.directory), store.salt, store.file_name(source))
    if threading.current_thread() is threading.main_thread():
        outcome, text = shielded(ask)
    else:
        with engine().background_outside():
            outcome, text = ask()
    engine().background_rest(process.rest)
    if outcome is Outcome.REFUSED:
        refuse(source, text)
    if outcome in (Outcome.REFUSED, Outcome.FAILED, Outcome.OVER):
        error = KernelError(text)
        error.known = outcome is Outcome.OVER
        raise error
