"""What stands in C where the core is compiled (`native.pyx`), because Python cannot say it; here is the same in Python."""

from __future__ import annotations

import threading
from sys import getrefcount
from typing import Any

# Its item has one holder, the list.
_LONE: list[Any] = [object()]

# Guards what statements do, and may be taken again by the thread that has it. Compiled, where nobody else has it, it takes a comparison.
Latch = threading.RLock


def adopt(kind: type, base: type) -> None:
    """Have a class find the operators that it has of another one without a look-up, where they are C's. Python's are looked up."""


def alone(environment: list[Any], slot: int, others: int = 0) -> bool:
    """Whether the array in a slot may be written over, as far as its holders go (see `liveness`): the environment is the only one, but
    for so many others that are known."""
    return getrefcount(environment[slot]) - others == getrefcount(_LONE[0]) and environment[slot].flags.writeable
