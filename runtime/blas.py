"""Keeping the BLAS library at one thread a call: the runtime's own workers are the parallelism.

The user's setting is put back when the last call leaves, so that plain NumPy code keeps its threads.
"""

from __future__ import annotations

import threading
from typing import Any

from lazytensor.compiler.shield import shielded


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

    return list(threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers)


_guard = BlasGuard()


def blas_single_thread() -> BlasGuard:
    """Inside `with blas_single_thread():` every BLAS call of the process uses one thread."""
    return _guard
