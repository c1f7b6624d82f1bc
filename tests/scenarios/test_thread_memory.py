"""Row kernels, whose buffers lie in memory of the calling thread's own: on many threads at once, in a forked child, and where the system
has no memory for a thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.runtime import memory

SHAPES = ((3000, 9), (300, 700))
THREADS = 8


def softmax(x: Any) -> Any:
    weights = lt.exp(x - lt.max(x, axis=1, keepdims=True))
    return weights / lt.sum(weights, axis=1, keepdims=True)


def normalised(x: Any) -> Any:
    centred = x - lt.mean(x, axis=1, keepdims=True)
    return centred / lt.sqrt(lt.mean(centred * centred, axis=1, keepdims=True) + 1e-5)


def results(number: int) -> list[bytes]:
    """What the kernels compute for thread `number`, each for values of its own."""
    generator = np.random.default_rng(number)
    inputs = [lt.asarray(generator.standard_normal(shape)) for shape in SHAPES]
    return [function(x).numpy().tobytes() for x in inputs for function in (softmax, normalised)]


def on_threads(task: Callable[[int], Any], count: int) -> list[Any]:
    """What `task(number)` returns on each of so many threads, which are there at the same time."""
    found: dict[int, Any] = {}
    together = threading.Barrier(count)

    def run(number: int) -> None:
        together.wait(60)
        found[number] = task(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found.get(number) for number in range(count)]


@pytest.mark.parametrize("helpers", [1, 2, 4])
def test_many_threads_at_once(helpers: int) -> None:
    with lt.config.override(tier="compile", threads=helpers):
        want = [results(number) for number in range(THREADS)]
        have = on_threads(lambda number: [results(number) for _ in range(4)], THREADS)
    assert have == [[each] * 4 for each in want]


@pytest.mark.parametrize("helpers", [1, 2])
def test_a_thread_without_memory_gets_an_error(helpers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x = lt.asarray(np.random.default_rng(0).standard_normal(SHAPES[1]))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    def task(_: int) -> bytes:
        with monkeypatch.context() as patch:
            patch.setattr(memory.mmap, "mmap", refuse)
            with pytest.raises(MemoryError, match="4 MiB for the kernels of a thread"):
                softmax(x).wait()
        return softmax(x).numpy().tobytes()  # asks again

    with lt.config.override(tier="compile", threads=helpers):
        want = softmax(x).numpy().tobytes()
        assert on_threads(task, 1) == [want]


FORK = """
import os, sys, threading
import numpy as np
import lazytensor as lt

def work():
    weights = lt.exp(x - lt.max(x, axis=1, keepdims=True))
    return (weights / lt.sum(weights, axis=1, keepdims=True)).numpy().tobytes()

x = lt.asarray(np.random.default_rng(0).standard_normal((300, 700)))
with lt.config.override(tier="compile", threads=2):
    want = work()

    def fork():
        work()  # has memory, as the main thread has
        child = os.fork()
        same = [work() == want for _ in range(20)]  # parent and child at once
        if child == 0:
            other = threading.Thread(target=lambda: same.append(work() == want))
            other.start()
            other.join()
            os._exit(0 if same == [True] * 21 else 1)
        print(same == [True] * 20, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    fork()
    thread = threading.Thread(target=fork)
    thread.start()
    thread.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_child_has_memory_of_its_own() -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert (done.stdout, done.stderr) == ("True 0\n" * 2, "")
