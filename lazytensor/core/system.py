"""The one engine and the one kernel store of the process, made when first needed."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lazytensor.compiler.codegen import numba_internals
from lazytensor.compiler.shield import complete, shielded
from lazytensor.config import config
from lazytensor.runtime import forks
from lazytensor.runtime.background import PIECE_SECONDS
from lazytensor.runtime.limits import total_memory

if TYPE_CHECKING:
    from lazytensor.runtime.engine import Engine
    from lazytensor.runtime.kernel_store import KernelStore

_lock = threading.Lock()
_engine: Engine | None = None
_store: KernelStore | None = None


def engine() -> Engine:
    """The engine; its threads start when work is first handed to them."""
    found = _engine
    return found if found is not None else shielded(_find_engine)


def _find_engine() -> Engine:
    global _engine
    with _lock:
        if _engine is None:
            _engine = _make_engine()
        return _engine


def _make_engine() -> Engine:
    from lazytensor.runtime.devices.cpu import CpuDevice  # delayed: start-up time
    from lazytensor.runtime.engine import Engine
    from lazytensor.runtime.memory import Pool

    pool = Pool(total_memory() // 4)
    count = config.cpu_devices
    devices = {}
    for index in range(count):
        threads = max(1, config.threads // count + (index < config.threads % count))
        devices[f"cpu:{index}"] = CpuDevice(index, threads, pool)
    return Engine(devices, in_flight_bytes=total_memory() // 4)


def kernel_store() -> KernelStore:
    """Compiled kernels, in memory and on disk."""
    found = _store
    return found if found is not None else shielded(_find_store)


def kernels_at_hand() -> bool:
    """Is there any kernel, in memory or on disk? Where there is none, nobody needs the code generator to look for one."""
    if _store is not None and not _store.empty:
        return True
    complete("lazytensor.runtime.kernel_store")
    from lazytensor.runtime.kernel_store import cache_directory  # delayed: start-up time

    try:
        return any(name.endswith(".kernel") for name in os.listdir(cache_directory() / "kernels"))
    except OSError:
        return False


def _find_store() -> KernelStore:
    global _store
    with _lock:
        if _store is None:
            from lazytensor.compiler.codegen.cpu import library_digest  # delayed: start-up time
            from lazytensor.runtime.kernel_store import KernelStore

            # What kernels call is compiled into them: they are as old as the functions they were made with.
            _store = KernelStore(salt=library_digest())
        return _store


def _compiler_lock() -> Any:
    return getattr(sys.modules.get("lazytensor.compiler.codegen.source"), "lock", None)


forks.hold(forks.SYSTEM, lambda: _lock)
forks.hold(forks.COMPILING, _compiler_lock)
forks.hold(forks.LIBRARIES, lambda: numba_internals.locks()[0])
forks.hold(forks.LIBRARIES, lambda: numba_internals.locks()[1])


def _close_compiler() -> None:
    """Wait for the kernel that a thread is compiling, and let no other thread begin one: LLVM ends with the interpreter, and a thread
    inside it would then abort the process. Registered before any engine is made, so that it comes after the engines have stopped."""
    for lock in (_compiler_lock(), getattr(sys.modules.get("lazytensor.runtime.kernel_store"), "link_lock", None)):
        if lock is not None:
            with suppress(KeyboardInterrupt):
                lock.acquire(timeout=PIECE_SECONDS)


atexit.register(_close_compiler)


def _changed(name: str) -> None:
    """Threads and devices are fixed in an engine: when their number changes a new one takes over, after the work under way."""
    global _engine
    if name in ("threads", "cpu_devices"):
        with _lock:
            old, _engine = _engine, None
        if old is not None:
            old.idle()
            old.background_idle()
            old.stop()


config.listen(_changed)
