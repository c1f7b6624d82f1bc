"""Memory of the arrays that NumPy makes for us: right whatever was there before, bounded, and nobody else's."""

from __future__ import annotations

import os
import random
import threading
from contextvars import Context

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.runtime import heap
from lazytensor.runtime.memory import Pool

IDLE = 64 << 20
context = Context()
context.run(heap.use)
inside = context.run


def handler(array: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return str(np._core.multiarray.get_handler_name(array))  # type: ignore[attr-defined]


compiled = pytest.mark.skipif(
    not heap.__file__.endswith((".so", ".pyd")), reason="the Python form leaves NumPy's memory as it is"
)


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 1000, 4097, 131_072, 131_073, 2_097_153])
def test_what_was_there_before_shows_nowhere(size: int) -> None:
    for _ in range(3):
        zeros = inside(np.zeros, size)
        assert not zeros.any()
        zeros[:] = 1
        twice = inside(np.add, zeros, zeros)
        assert (twice == 2).all()
        twice.resize(2 * size + 3, refcheck=False)
        assert (twice[:size] == 2).all()
        assert not twice[size:].any()
        twice.resize(size // 2, refcheck=False)
        assert (twice == 2).all()


@compiled
def test_idle_memory_is_bounded_and_reused() -> None:
    heap.trim()
    assert heap.idle() == 0
    arrays = [inside(np.empty, 1_000_000) for _ in range(20)]
    place = arrays[-1].ctypes.data
    assert place % 64 == 0
    arrays.clear()
    assert 8_000_000 <= heap.idle() <= IDLE
    assert inside(np.empty, 1_000_000).ctypes.data
    # Other sizes make room.
    smaller = [inside(np.empty, 500_000) for _ in range(30)]
    smaller.clear()
    assert 30_000_000 < heap.idle() <= IDLE
    # What is larger than any medium work is the system's.
    heap.trim()
    del smaller
    large = inside(np.empty, 4_000_000)
    del large
    assert heap.idle() == 0


@compiled
def test_the_pool_gives_it_back_too() -> None:
    arrays = [inside(np.empty, 100_000) for _ in range(3)]
    arrays.clear()
    assert heap.idle() > 0
    Pool(1 << 20).trim()
    assert heap.idle() == 0
    with pytest.raises(MemoryError):
        inside(np.empty, 1 << 55)
    assert inside(np.zeros, 1000).sum() == 0


@compiled
def test_arrays_of_the_users_are_numpys() -> None:
    x = lt.asarray(np.arange(5000.0)) + 1
    assert handler(np.arange(10.0) + 1) == "default_allocator"
    assert handler(x.numpy()) == "lazytensor"
    assert handler(x.numpy().copy()) == "default_allocator"


def test_threads_and_chance() -> None:
    """Arrays made in one thread die in another."""
    wrong: list[int] = []
    shared: list[tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]] = []

    def work(seed: int) -> None:
        own = Context()
        own.run(heap.use)
        chance = random.Random(seed)
        for step in range(300):
            value = seed * 1000 + step
            array = own.run(np.full, chance.choice([3, 100, 5000, 40_000, 200_000]), float(value))
            shared.append((value, array))
            if len(shared) > 12:
                value, array = shared.pop(chance.randrange(4))
                if not (array == value).all():
                    wrong.append(value)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert heap.idle() <= IDLE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_goes_on_with_it() -> None:
    kept = inside(np.full, 100_000, 3.0)
    child = os.fork()
    if not child:
        try:
            more = inside(np.full, 100_000, 4.0)
            right = bool((kept == 3).all() and (more == 4).all())
            del kept, more
            os._exit(0 if right else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
