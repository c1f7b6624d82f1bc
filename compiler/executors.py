"""Loading `concurrent.futures.thread`, which SciPy imports, and Numba through it, at any time of a process. A leaf module."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from typing import Any


def load_executors() -> None:
    """Call before SciPy or Numba is imported where the main thread may have ended.

    From then on, while other threads go on, Python refuses what the module does when it is imported: to register a function that ends
    its threads at exit. It is loaded without that, and marked as shut down: it starts no thread that would have to be ended.
    """
    if "concurrent.futures.thread" in sys.modules:
        return
    try:
        import_module("concurrent.futures.thread")
    except RuntimeError:
        module: Any = threading
        register = module._register_atexit
        module._register_atexit = lambda *_, **__: None
        try:
            late: Any = import_module("concurrent.futures.thread")
        finally:
            module._register_atexit = register
        late._shutdown = True
