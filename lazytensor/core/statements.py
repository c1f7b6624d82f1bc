"""A statement on a handle is atomic: the lock that makes it so, and what has to wait for its end.

Recording may run work: what is pending is bounded, large work is started, and `config.sync` runs all of it. None of that happens under
the lock, which other threads' statements wait for: it is put off until the statement is over.
"""

from __future__ import annotations

from collections import deque
from weakref import ref

from lazytensor.compiler.graph import Node
from lazytensor.compiler.native import Latch
from lazytensor.runtime import forks

# Guards the change of any handle or storage. One lock for all, since graphs are built under the interpreter lock anyway.
write_lock = Latch()
forks.hold(forks.WRITES, lambda: write_lock)

# Nodes recorded inside of statements that are to be looked at after them.
put_off: deque[ref[Node]] = deque()


def inside() -> bool:
    """Is this thread in the middle of a statement?"""
    return write_lock._is_owned()  # type: ignore[attr-defined, no-any-return]
