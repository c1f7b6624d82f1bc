"""How the results of small work go into memory that is there (see `core.eager`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from lazytensor.compiler.loops import into_array
from lazytensor.compiler.native import alone
from lazytensor.compiler.places import stored
from lazytensor.compiler.scalars import set_element
from lazytensor.core.eager import enter
from lazytensor.core.handle import Handle, current, is_open, look


def take(x: Handle, value: Any) -> bool:
    """Make the result of small work what a tensor shows, for who holds `write_lock`."""
    shown = current(x)
    if shown is None or not shown.ndim or shown.dtype != value.dtype or shown.shape != value.shape:
        return False
    if x._storage is None:
        x._array = value
        x._node = None
        return True
    return is_open(x) and put(x, ..., value)


def put(x: Handle, key: Any, value: Any, run: Any = None, code: int = -1) -> bool:
    """Write to memory, for who holds `write_lock` and has seen `current`: `shown[key] = value`, where `shown` is the array that `x` shows;
    or what a ufunc `run` makes of all of it, `run(shown, value, shown)`, whose number in `loops` is `code`; or a ufunc's method `at`,
    `run(shown, key, value)`. Memory that somebody else reads is copied first. False where a signal handler came and stored what is pending;
    raises what NumPy raises."""
    storage = x._storage
    if storage is None:
        return _put_own(x, key, value, run, code)
    while storage.writeable() is not None and (seen := look(x)) is not None:
        window = seen[1]
        # No call between the test and the write, and so no signal handler that reads this memory.
        if storage._node is None:
            if run is None:
                if not set_element(window, key, value) and not stored(window, key, value):
                    window[key] = value
            elif code < 0 or not into_array(code, window, value):
                _run(run, window, key, value)
            return True
    return False


def _put_own(x: Handle, key: Any, value: Any, run: Any, code: int) -> bool:
    # Threads that look at `_array` without a lock, to compute with it, find none, and wait for the lock.
    holders = [x._array]
    x._seen = seen = holders[0], holders[0]
    try:
        x._array = None
        while x._seen is seen:
            x._node = None
            if not alone(holders, 0, 2):
                holders[0] = holders[0].copy()
                x._seen = seen = holders[0], holders[0]
            # As above.
            if x._node is None:
                if run is None:
                    if not stored(holders[0], key, value):
                        holders[0][key] = value
                elif code < 0 or not into_array(code, holders[0], value):
                    _run(run, holders[0], key, value)
                return True
        return False
    finally:
        if x._seen is seen:
            x._array = holders[0]
            x._seen = None


def _run(run: Any, shown: Any, key: Any, value: Any) -> None:
    if type(run) is np.ufunc:
        enter(run, shown, value, shown)
    elif value is None:
        enter(run, shown, key)
    else:
        enter(run, shown, key, value)
