"""The caching allocator of host memory: `Pool`; and what each thread has for the buffers of its kernels: `thread_memory`.

Large arrays live in anonymous mappings that go back on a free list when the last array looking at them dies: fresh pages cost
three times the arithmetic of a memory-bound kernel. Small arrays are left to NumPy, whose own cache serves them.
"""

from __future__ import annotations

import mmap
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np

from lazytensor.compiler.plan import THREAD_MEMORY
from lazytensor.runtime import heap
from lazytensor.runtime.limits import total_memory

SMALL = 64 << 10
HUGE = 2 << 20
_ADVICE = getattr(mmap, "MADV_HUGEPAGE", None)
_SMALL_PAGES = getattr(mmap, "MADV_NOHUGEPAGE", None)
# Shared, which is the default, would let a forked child write into its parent's arrays.
_FLAGS = {"flags": mmap.MAP_PRIVATE} if hasattr(mmap, "MAP_PRIVATE") else {}

# Memory and the offset to use it from: pages, or the heap's where no more pages can be mapped.
Mapping: TypeAlias = tuple["mmap.mmap | Block", int]


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """Bytes in arrays from the pool, bytes waiting for reuse, the most bytes ever live; blocks handed out and how many were
    reused."""

    live: int
    pooled: int
    peak: int
    allocations: int
    reuses: int


class Block(np.ndarray[Any, Any]):
    """The bytes of a mapping while arrays look at them.

    NumPy does not collapse a chain of bases past a subclass, so every view of an array made on a block, exported or not, keeps
    the block alive; its death returns the mapping. A view of a block lacks the attributes and returns nothing.
    """

    __slots__ = ("mapping", "pool")

    mapping: Mapping
    pool: Pool

    def __del__(self) -> None:
        try:
            pool, mapping = self.pool, self.mapping
        except AttributeError:
            return
        pool._release(self.size, mapping)


class Pool:
    """Hands out uninitialised arrays and keeps at most `idle_limit` bytes of dead ones for reuse.

    `_release` runs inside finalizers, at any point of any thread: it only appends to `_returned`, and sorts it into the free
    lists when the lock is free. The lock is re-entrant because a garbage collection under it may run finalizers that allocate.
    """

    def __init__(self, idle_limit: int | None = None) -> None:
        self.idle_limit = total_memory() // 4 if idle_limit is None else idle_limit
        self._lock = threading.RLock()
        self._free: dict[int, list[Mapping]] = {}
        self._returned: deque[tuple[int, Mapping]] = deque()
        self._live = self._pooled = self._peak = self._allocations = self._reuses = 0

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """An uninitialised C-contiguous array; MemoryError, worded as NumPy's, when there is no room."""
        nbytes = prod(shape) * dtype.itemsize
        if nbytes < SMALL:
            return np.empty(shape, dtype)
        size = size_class(nbytes)
        with self._lock:
            if self._returned:
                self._collect()
            free = self._free.get(size)
            mapping = free.pop() if free else None
            if mapping is not None:
                self._pooled -= size
                self._reuses += 1
                self._count(size)
        if mapping is None:
            mapping = self._map(size)
            if mapping is None:
                return self._last_resort(shape, dtype, nbytes)
            with self._lock:  # what is refused was never in use
                self._count(size)
        return np.ndarray(shape, dtype, self._block(size, mapping))

    def _count(self, size: int) -> None:
        """Take a block into account, under the lock."""
        self._allocations += 1
        self._live += size
        if self._live > self._peak:
            self._peak = self._live

    def _block(self, size: int, mapping: Mapping) -> Block:
        block: Block = np.ndarray.__new__(Block, (size,), np.uint8, *mapping)
        block.mapping = mapping
        block.pool = self
        return block

    def _last_resort(self, shape: tuple[int, ...], dtype: np.dtype[Any], nbytes: int) -> np.ndarray[Any, Any]:
        """The system refused a mapping; its heap may still have room (mappings are limited in number), or NumPy words the error."""
        if nbytes > sys.maxsize:
            much = f"{nbytes / 2**60:.3g} EiB"
            raise MemoryError(f"Unable to allocate {much} for an array with shape {shape} and data type {dtype}")
        array = np.empty(shape, dtype).view(Block)
        with self._lock:
            self._count(nbytes)
        return np.ndarray(shape, dtype, self._block(nbytes, (array, 0)))

    def trim(self) -> None:
        """Give all idle memory back to the system, NumPy's results' too."""
        heap.trim()
        with self._lock:
            self._collect()
            self._free.clear()
            self._pooled = 0

    def statistics(self) -> PoolStatistics:
        with self._lock:
            self._collect()
            return PoolStatistics(self._live, self._pooled, self._peak, self._allocations, self._reuses)

    def after_fork(self) -> None:
        """In the child: the lock may be held by a thread that is not there; idle pages would be copied when written, so drop
        them."""
        self._lock = threading.RLock()
        self.trim()

    def _release(self, size: int, mapping: Mapping) -> None:
        self._returned.append((size, mapping))
        lock: Any = self._lock
        if lock._is_owned():
            return  # a finalizer in the middle of one of the methods above
        try:
            if lock.acquire(blocking=False):
                self._collect()
                lock.release()
        except BaseException:  # an interrupt may come between the call of `acquire` and the test of its answer
            if lock._is_owned():
                lock.release()
            raise

    def _collect(self) -> None:
        """Sort returned mappings into the free lists, under the lock; beyond the limit, other sizes go first, as they are less
        likely to be asked for next."""
        while self._returned:
            try:
                size, mapping = self._returned.popleft()
            except IndexError:  # a finalizer on this thread came in between
                return
            self._live -= size
            if size > self.idle_limit or isinstance(mapping[0], Block):  # the heap reuses its own
                continue
            for other in list(self._free) if self._pooled + size > self.idle_limit else ():
                while other != size and self._free[other] and self._pooled + size > self.idle_limit:
                    self._free[other].pop()
                    self._pooled -= other
            if self._pooled + size <= self.idle_limit:
                self._free.setdefault(size, []).append(mapping)
                self._pooled += size

    def _map(self, size: int) -> Mapping | None:
        for attempt in range(2):
            try:
                return new_mapping(size)
            except (OSError, OverflowError):
                if attempt == 0:
                    self.trim()
        return None


def size_class(nbytes: int) -> int:
    """`nbytes` rounded up to one of eight steps a power of two; whole pages from 64 KiB on."""
    step = 1 << max((nbytes - 1).bit_length() - 4, 12)
    return -(-nbytes // step) * step


def new_mapping(size: int) -> Mapping:
    """Fresh zero pages and the offset to use them from: aligned to huge pages where they pay."""
    if size < HUGE or _ADVICE is None:
        return mmap.mmap(-1, size, **_FLAGS), 0
    mapping = mmap.mmap(-1, size + HUGE, **_FLAGS)  # the unused part of an anonymous mapping costs address space only
    offset = -np.frombuffer(mapping, np.uint8, 1).ctypes.data % HUGE
    with suppress(OSError):  # a kernel without huge pages
        mapping.madvise(_ADVICE, offset, size)
    return mapping, offset


class ThreadMemory(int):
    """An address, which keeps the memory there: as long as a kernel is called with it, also in a thread that the interpreter's end has
    left without its variables."""

    mapping: mmap.mmap


_own = threading.local()


def thread_memory() -> int:
    """The address of THREAD_MEMORY bytes for the kernels of the calling thread, mapped when it first asks and kept until it ends.

    Python, and with it a signal handler that waits, runs on a thread only between kernels, which leave nothing there for each other: one
    after the other may use the same bytes. Pages that no kernel has written to take no memory.

    Raises
    ------
    MemoryError
        If the system refuses.
    """
    try:
        return _own.memory  # type: ignore[no-any-return]
    except AttributeError:
        # A handler may come in between and make one of its own: the last is kept, and none is in use.
        memory = _own.memory = _map_for_kernels()
        return memory


def _map_for_kernels() -> ThreadMemory:
    try:
        mapping = mmap.mmap(-1, THREAD_MEMORY, **_FLAGS)
    except OSError as error:
        raise MemoryError(f"Unable to map {THREAD_MEMORY >> 20} MiB for the kernels of a thread") from error
    if _SMALL_PAGES is not None:
        with suppress(OSError):  # a kernel without huge pages
            mapping.madvise(_SMALL_PAGES)  # else the first row might take 2 MiB
    memory = ThreadMemory(np.frombuffer(mapping, np.uint8, 1).ctypes.data)
    memory.mapping = mapping
    return memory
