"""The caching allocator."""

from __future__ import annotations

import ctypes
import gc
import mmap
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lazytensor.compiler.plan import THREAD_MEMORY
from lazytensor.runtime import memory
from lazytensor.runtime.memory import SMALL, Block, Pool, size_class, thread_memory

F4 = np.dtype(np.float32)


def test_size_classes() -> None:
    for nbytes in (SMALL, SMALL + 1, 100_000, 1 << 20, (1 << 20) + 1, 3_000_001, 10**9):
        size = size_class(nbytes)
        assert nbytes <= size <= max(nbytes * 1.125 + 4096, nbytes)
        assert size % 4096 == 0
        assert size_class(size) == size


def test_reuse_after_the_last_view_dies() -> None:
    pool = Pool(1 << 30)
    array = pool.empty((1000, 1000), F4)
    array[...] = 7
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert type(array) is np.ndarray
    assert type(array.base) is Block
    view = memoryview(array[10:20].T)
    address = array.ctypes.data
    del array
    assert pool.statistics().live > 0
    assert pool.statistics().pooled == 0
    assert np.asarray(view)[0, 0] == 7
    view.release()
    del view
    statistics = pool.statistics()
    assert statistics.live == 0
    assert statistics.pooled >= 4_000_000
    again = pool.empty((1_000_000,), F4)
    assert again.ctypes.data == address
    assert pool.statistics().reuses == 1
    assert pool.statistics().allocations == 2
    assert pool.statistics().peak == pool.statistics().live
    del again
    pool.trim()
    assert pool.statistics().pooled == 0


def test_views_of_a_block_do_not_return_it() -> None:
    pool = Pool(1 << 30)
    array = pool.empty((1 << 20,), F4)
    assert isinstance(array.base, Block)
    part = array.base[:10]
    del part
    assert pool.statistics().live == 4 << 20
    del array
    assert pool.statistics().live == 0


def test_idle_memory_is_bounded_and_other_sizes_go_first() -> None:
    pool = Pool(8 << 20)
    small = [pool.empty((1 << 20,), np.dtype(np.uint8)) for _ in range(6)]
    large = pool.empty((6 << 20,), np.dtype(np.uint8))
    del small
    assert pool.statistics().pooled == 6 << 20
    del large
    assert 6 << 20 <= pool.statistics().pooled <= 8 << 20
    huge = pool.empty((9 << 20,), np.dtype(np.uint8))
    del huge
    assert pool.statistics().pooled <= 8 << 20


@pytest.mark.parametrize("shape", [(0,), (0, 5), (1 << 20, 0), (), (3,), (SMALL,), (1 << 22,)])
def test_any_shape(shape: tuple[int, ...]) -> None:
    array = Pool().empty(shape, np.dtype(np.uint8))
    assert array.shape == shape
    assert array.dtype == np.uint8


@pytest.mark.parametrize("shape", [(1 << 50,), (1 << 58,), (1 << 62, 8), (1 << 90,)])
def test_absurd_sizes_are_clean_memory_errors(shape: tuple[int, ...]) -> None:
    pool = Pool()
    with pytest.raises(MemoryError, match=r"Unable to allocate .* EiB|PiB for an array with shape \(.*\) and data type float32"):
        pool.empty(shape, F4)
    assert pool.statistics().live == 0
    # What was refused was never in use.
    assert (pool.statistics().peak, pool.statistics().allocations) == (0, 0)
    kept = pool.empty((1 << 20,), F4)
    with pytest.raises(MemoryError):
        pool.empty(shape, F4)
    assert pool.statistics().peak == pool.statistics().live == kept.nbytes


def test_memory_of_the_heap_counts_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mappings are limited in number."""

    def refuse(size: int) -> Any:
        raise OSError("no more mappings")

    pool = Pool()
    monkeypatch.setattr(memory, "new_mapping", refuse)
    array = pool.empty((300, 1000), F4)
    array[...] = 3
    assert (array.shape, array.dtype) == ((300, 1000), F4)
    view = array[5:].T
    del array
    assert (pool.statistics().live, pool.statistics().peak) == (1_200_000, 1_200_000)
    assert float(view[0, 0]) == 3
    del view
    assert (pool.statistics().live, pool.statistics().pooled) == (0, 0)


def test_many_threads() -> None:
    pool = Pool(64 << 20)

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        held: list[np.ndarray[Any, Any]] = []
        for number in range(400):
            array = pool.empty((int(rng.integers(SMALL, 1 << 19)),), np.dtype(np.uint8))
            array[0] = array[-1] = number % 251
            held.append(array)
            if len(held) > 8:
                first = held.pop(int(rng.integers(8)))
                assert first[0] == first[-1]

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    statistics = pool.statistics()
    assert statistics.live == 0
    assert statistics.pooled <= 64 << 20
    assert statistics.reuses > 400


def test_arrays_alive_at_interpreter_exit() -> None:
    code = (
        "import sys; sys.path[:0] = eval(sys.argv[1])\n"
        "import numpy as np\nfrom lazytensor.runtime.memory import Pool\n"
        "pool = Pool(); kept = [pool.empty((1 << 20,), np.dtype('f4')) for _ in range(3)]\n"
        "class A: pass\na = A(); a.a = a; a.x = kept[0]; import builtins; builtins.kept = a\n"
    )
    done = subprocess.run([sys.executable, "-c", code, repr(sys.path)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def on_a_thread(task: Callable[[], Any]) -> Any:
    """What a task returns on a thread of its own, which is over."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(task()))
    thread.start()
    thread.join()
    return found[0]


def test_each_thread_has_memory_of_its_own() -> None:
    def fill() -> int:
        address = thread_memory()
        assert address % mmap.PAGESIZE == 0
        assert thread_memory() == address
        ctypes.memset(address, 7, THREAD_MEMORY)
        return address

    mine = fill()
    last = ctypes.c_ubyte.from_address(mine + THREAD_MEMORY - 1)
    last.value = 3
    assert on_a_thread(fill) != mine
    assert last.value == 3
    assert thread_memory() == mine


def test_memory_of_a_thread_goes_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    original = memory._map_for_kernels

    def map_for_kernels() -> memory.ThreadMemory:
        fresh = original()
        made.append(weakref.ref(fresh.mapping))
        return fresh

    monkeypatch.setattr(memory, "_map_for_kernels", map_for_kernels)
    held = on_a_thread(thread_memory)
    (mapping,) = made
    assert mapping() is not None  # whoever has the address keeps it
    assert held.mapping is mapping()
    del held
    gc.collect()
    assert mapping() is None


def test_a_handler_that_needs_memory_while_it_is_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    original = memory._map_for_kernels
    inner: list[int] = []

    def interrupted() -> memory.ThreadMemory:
        monkeypatch.setattr(memory, "_map_for_kernels", original)
        fresh = original()
        inner.append(thread_memory())
        return fresh

    monkeypatch.setattr(memory, "_map_for_kernels", interrupted)

    def task() -> None:
        outer = thread_memory()
        assert outer != inner[0]
        assert outer == thread_memory()
        ctypes.memset(outer, 1, THREAD_MEMORY)

    on_a_thread(task)


def test_no_memory_for_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    def task() -> int:
        with pytest.raises(MemoryError, match="4 MiB for the kernels of a thread"):
            thread_memory()
        monkeypatch.undo()
        return thread_memory()  # asks again

    monkeypatch.setattr(mmap, "mmap", refuse)
    assert on_a_thread(task)
