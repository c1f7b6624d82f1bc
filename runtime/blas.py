"""Keeping the BLAS library at one thread a call: the runtime's own workers are the parallelism.

The user's setting is put back when the last call leaves, so that plain NumPy code keeps its threads.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from lazytensor.compiler.shield import shielded

# What the names of BLAS libraries contain.
_NAMES = ("blas", "blis", "mkl")


class BlasGuard:
    """A context manager that any number of threads may be inside of at once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._inside = 0
        self._libraries: list[Any] | None = None
        self._settings: list[int] = []

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                if self._libraries is None:
                    self._libraries = shielded(blas_libraries)
                self._settings = [library.get_num_threads() for library in self._libraries]
                for library, setting in zip(self._libraries, self._settings, strict=True):
                    if setting != 1:
                        _set_threads(library, 1)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._restore()

    def after_fork(self) -> None:
        """In the child: nobody is inside any more."""
        self._lock = threading.RLock()
        if self._inside:
            self._inside = 0
            self._restore()

    def _restore(self) -> None:
        for library, setting in zip(self._libraries or (), self._settings, strict=True):
            if setting != 1:
                _set_threads(library, setting)


def _set_threads(library: Any, count: int) -> None:
    # threadpoolctl 3.8 obeys only the first thread that ever set OpenBLAS's threads and ignores all others, but any worker may be
    # the first inside. Two threads a call under two workers took ten times as long.
    getattr(library, "_real_set_num_threads", library.set_num_threads)(count)


def blas_libraries() -> list[Any]:
    """The BLAS libraries of the process, as threadpoolctl's controllers."""
    import threadpoolctl  # delayed: start-up time

    controller = threadpoolctl.ThreadpoolController
    try:
        paths = _mapped()
    except OSError:  # no such system
        return list(controller().select(user_api="blas").lib_controllers)
    # Not by `controller()`: that walks the loaded libraries under the loader's lock, by a function in Python. A thread that imports an
    # extension meanwhile has the interpreter's lock and waits for the loader's, and neither goes on (2 of 40 processes, a busy machine).
    found = controller._from_controllers([])
    for path in paths:
        found._make_controller_from_path(path)
    return list(found.select(user_api="blas").lib_controllers)


def _mapped() -> list[str]:
    """The files in this process's memory that may be BLAS libraries, by their names."""
    lines = Path("/proc/self/maps").read_text(errors="surrogateescape").splitlines()
    files = dict.fromkeys(line.split(maxsplit=5)[5] for line in lines if "/" in line)
    return [file for file in files if any(name in os.path.basename(file).lower() for name in _NAMES)]


_guard = BlasGuard()


def blas_single_thread() -> BlasGuard:
    """Inside `with blas_single_thread():` every BLAS call of the process uses one thread."""
    return _guard
