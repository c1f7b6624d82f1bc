"""What stands in C where the core is compiled (`native.pyx`), because Python cannot say it; here is the same in Python."""

from __future__ import annotations

import ctypes
import threading
from sys import getrefcount
from typing import Any

import numpy as np

# Its item has one holder, the list.
_LONE: list[Any] = [object()]

# Guards what statements do, and may be taken again by the thread that has it. Compiled, where nobody else has it, it takes a comparison.
Latch = threading.RLock


def adopt(kind: type, base: type) -> None:
    """Have a class find the operators that it has of another one without a look-up, where they are C's. Python's are looked up."""


# Of an object: comparable with what it is for another one that is held in the same way.
holders = getrefcount


def alone(environment: list[Any], slot: int, others: int = 0) -> bool:
    """Whether the array in a slot may be written over, as far as its holders go (see `liveness`): the environment is the only one, but
    for so many others that are known."""
    return getrefcount(environment[slot]) - others == getrefcount(_LONE[0]) and environment[slot].flags.writeable


def _address_slow(array: np.ndarray[Any, Any]) -> int:
    where: int = array.__array_interface__["data"][0]
    return where


def _address_fast(array: np.ndarray[Any, Any]) -> int:
    # The data pointer follows the two words of the object header, in NumPy's ABI from 1.0 on: 90 ns against 980.
    return _word_at(id(array) + 16).value


_word_at = ctypes.c_int64.from_address
_probe = np.zeros(3)
# Of an array's first element.
address = _address_fast if object.__basicsize__ == 16 and _address_fast(_probe) == _address_slow(_probe) else _address_slow
