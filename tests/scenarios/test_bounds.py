"""Bounded memory and depth: long chains, front ends far ahead, arrays that go back to the pool."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

import lazytensor as lt
from lazytensor.core import planning
from lazytensor.core.system import engine


def python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=240, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.slow
def test_a_chain_of_a_million_operations_builds_runs_and_frees() -> None:
    x = lt.zeros(2)
    for _ in range(1_000_000):
        x = x + 1
    assert x.numpy().tolist() == [1e6, 1e6]
    y = lt.zeros(2)
    for _ in range(1_000_000):
        y = y + 1
    del y
    lt.wait_all()
    assert (x + 1).numpy().tolist() == [1e6 + 1] * 2


def test_a_long_chain_that_is_never_computed_is_freed_without_recursion() -> None:
    x = lt.zeros(2)
    for _ in range(30_000):
        x = x.T + 1
    del x
    gc.collect()
    assert (lt.ones(1) + 1).item() == 2


def test_a_long_chain_of_updates_and_views() -> None:
    """Longer than one plan, with a view of an earlier piece at every cut."""
    x, expected = lt.zeros((3, 4)), np.zeros((3, 4))
    for step in range(700):
        x[step % 3] += x[::-1][(step + 1) % 3] * 0.5 + step
        expected[step % 3] += expected[::-1][(step + 1) % 3] * 0.5 + step
        if step % 50 == 0:
            x, expected = x - x.max() * 0.25, expected - expected.max() * 0.25
    assert x.numpy().tobytes() == expected.tobytes()


def test_memory_goes_back_to_the_pool() -> None:
    gc.collect()
    engine().idle()
    before = lt.memory_stats()["live_bytes"]
    size = 1 << 20
    x = lt.ones(size) * 2
    x.wait()
    assert lt.memory_stats()["live_bytes"] - before == 8 * size
    exported = x.numpy()
    del x
    assert lt.memory_stats()["live_bytes"] - before == 8 * size
    del exported
    assert lt.memory_stats()["live_bytes"] == before
    reuses = lt.memory_stats()["reuses"]
    y = (lt.ones(size) + 1).wait()
    assert lt.memory_stats()["reuses"] > reuses
    del y
    assert lt.memory_stats()["live_bytes"] == before


@pytest.mark.parametrize("how", ["wait", "start", "fail"])
def test_intermediate_values_go_back_too(how: str, tier: str) -> None:
    gc.collect()
    engine().idle()
    before = lt.memory_stats()["live_bytes"]
    size = 1 << 18
    x = lt.linspace(0, 1, size)
    y = (lt.sort(lt.exp(x)) - x).reshape(512, 512)
    if how == "fail":
        y = lt.linalg.inv(y * 0)
        with pytest.raises(np.linalg.LinAlgError):
            y.wait()
        engine().take_error()
    elif how == "start":
        y.start().wait()
    else:
        y.wait()
    del x, y
    engine().idle()
    gc.collect()
    assert lt.memory_stats()["live_bytes"] == before


def test_updates_take_no_new_memory() -> None:
    x = (lt.zeros((1024, 1024)) + 1).wait()
    x[0] = 1
    x.wait()
    allocations = lt.memory_stats()["allocations"]
    for row in range(20):
        x[row, 5:] = row
        x.wait()
    assert lt.memory_stats()["allocations"] == allocations
    assert x[19, 7].item() == 19


FAR_AHEAD = """
import lazytensor as lt
from lazytensor import planning
size = 1 << 19
rng = lt.random.default_rng(0)
w = rng.normal(size=size, dtype=lt.float32)
for step in range(250):
    batch = rng.normal(size=size, dtype=lt.float32)
    w = w - (batch * w).sum() * 1e-6 * batch
    {line}
w.wait()
print(lt.memory_stats()["peak_bytes"] // (4 * size))
"""


@pytest.mark.parametrize("line", ["w.start()", "pass", "lt.start(w, batch)", "w.wait()"])
def test_a_front_end_far_ahead_keeps_memory_bounded(line: str) -> None:
    """250 batches of 2 MiB: at no time are more than some tens of such arrays alive."""
    assert int(python(FAR_AHEAD.format(line=line))) <= 40


@pytest.mark.recorded
def test_many_live_results_need_their_own_bytes_only() -> None:
    gc.collect()
    engine().idle()
    before = lt.memory_stats()["live_bytes"]
    kept: list[Any] = [(lt.full(1 << 17, float(k)) * 2 + 1).start() for k in range(80)]
    lt.wait_all()
    assert lt.memory_stats()["live_bytes"] - before == 80 << 20
    assert [x[0].item() for x in kept] == [2.0 * k + 1 for k in range(80)]


def test_a_loop_meets_few_plans_wherever_it_is_cut() -> None:
    """1,000 rounds of ten nodes: no multiple of what is planned at once, nor of what may be pending."""
    lt.clear_caches()
    x = np.arange(48.0).reshape(8, 6)
    with lt.config.override(tier="interpret"):
        for rounds in (1000, 1001, 1003):
            a, expected = lt.asarray(x), x.copy()
            for _ in range(rounds):
                a[1:-1] = 0.25 * (a[:-2] + a[2:]) + 0.5 * a[1:-1]
                expected[1:-1] = 0.25 * (expected[:-2] + expected[2:]) + 0.5 * expected[1:-1]
            np.testing.assert_allclose(a.numpy(), expected, rtol=1e-12)
    # One for a full piece, one for the first (whose array somebody else holds), and one for each different rest.
    assert len(planning.plans) <= 8


LITTLE_STACK = """
import threading
import numpy as np
import lazytensor as lt

def work():
    results = []
    for array in arrays:
        shifted = lt.exp(array - lt.max(array, axis=1, keepdims=True))
        weights = shifted / lt.sum(shifted, axis=1, keepdims=True)
        results.append((weights + lt.sin(array) - lt.mean(lt.sin(array), axis=1, keepdims=True)).numpy().tobytes())
    return results

arrays = [lt.asarray(np.random.default_rng(0).standard_normal(shape)) for shape in ((3000, 30), (500, 1500))]
with lt.config.override(tier="compile", threads=1):
    want = work()  # compiles: only kernels run on what follows
threading.stack_size(128 << 10)
have = []
with lt.config.override(tier="compile", threads=1):
    thread = threading.Thread(target=lambda: have.append(work()))
    thread.start()
    thread.join()
with lt.config.override(tier="compile", threads=2):  # with workers that have as little
    have += [work() for _ in range(5)]
print(have == [want] * 6)
"""


def test_threads_with_little_stack() -> None:
    """Row buffers of 130 KiB and more, on threads that musl would give."""
    assert python(LITTLE_STACK) == "True\n"


@pytest.mark.slow
def test_a_loop_that_hands_over_arrays_and_never_waits_is_bounded() -> None:
    printed = python(
        "import resource\n"
        "import numpy as np\n"
        "import lazytensor as lt\n"
        "total, batch = lt.zeros(()), np.ones(1_000_000)\n"
        "for _ in range(500):\n"
        "    total = total + (lt.asarray(batch) * 2.0).sum()\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(total.item(), peak)\n"
    )
    total, peak = printed.split()
    assert float(total) == 1e9
    assert int(peak) < 2_500_000  # of the 4 GB that passed through


@pytest.mark.parametrize("size", [10**14, 10**18])
def test_memory_that_was_refused_counts_nowhere(size: int, tier: str) -> None:
    x = lt.ones(100_000)
    (x + 1).wait()
    before = lt.memory_stats()
    for make in (lt.zeros, lt.ones, lt.empty, lambda size: lt.arange(size) * 2.0):
        refused = make(size)
        with pytest.raises(MemoryError):
            refused.wait()
    # One that finds memory beside one that does not.
    both = lt.zeros(300_000), lt.zeros(size)
    with pytest.raises(MemoryError):
        lt.materialize(*both)
    del refused, both
    # The wait ends with the first failure, while the one that finds memory may still run.
    give_up = time.monotonic() + 60
    while (after := lt.memory_stats())["live_bytes"] != before["live_bytes"] and time.monotonic() < give_up:
        gc.collect()
        time.sleep(0.001)
    assert after["live_bytes"] == before["live_bytes"]
    assert after["peak_bytes"] <= before["peak_bytes"] + (4 << 20)
    engine().take_error()
