"""Several threads on one graph: values by chance against a model, and nobody held up by what another thread plans, queues or runs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from counting import Gate

import lazytensor as lt
from lazytensor.compiler import pipeline
from lazytensor.core import planning

pytestmark = pytest.mark.recorded

STRESS = """
import faulthandler, random, sys, threading
faulthandler.dump_traceback_later(250, exit=True)
import numpy as np
import lazytensor as lt

seed, threads, rounds = int(sys.argv[1]), 4, int(sys.argv[2])
sys.setswitchinterval(1e-6)
shared = lt.zeros(20)  # every thread adds 1 to it, and nobody does anything else
constant = lt.arange(20.0) * 2
failures = []

def work(number):
    chance = random.Random(seed * 100 + number)
    model = np.arange(20.0)
    mine = lt.asarray(model)
    kept = []  # tensors and what they must be, whenever they are looked at
    try:
        for _ in range(rounds):
            choice = chance.randrange(12)
            if choice == 0:
                mine += 1
                model = model + 1
            elif choice == 1:
                mine[3:9] = mine[2:8] * 2
                model = model.copy(); model[3:9] = model[2:8] * 2
            elif choice == 2:
                mine[::2] *= 0.5
                model = model.copy(); model[::2] *= 0.5
            elif choice == 3:
                kept.append((mine + constant, model + np.arange(20.0) * 2))
            elif choice == 4:
                kept.append((mine[5:], None))
                kept.append((mine[5:] * 1, model[5:] * 1))
            elif choice == 5:
                kept.append((lt.sqrt(lt.abs(mine)) + 1, np.sqrt(np.abs(model)) + 1))
            elif choice == 6 and kept:
                kept.pop(chance.randrange(len(kept)))
            elif choice == 7:
                lt.wait_all()
            elif choice == 8:
                shared.__iadd__(1)
                counts[number] += 1
            elif choice == 9:
                mine.start()
            elif choice == 10:
                total = shared.sum().item() / 20
                assert total == int(total) and total >= counts[number], total
            elif kept:
                tensor, wanted = chance.choice(kept)
                found = tensor.numpy()
                wanted = model[5:] if wanted is None else wanted
                assert np.allclose(found, wanted), (found, wanted)
        assert np.allclose(mine.numpy(), model)
        for tensor, wanted in kept:
            assert np.allclose(tensor.numpy(), model[5:] if wanted is None else wanted)
    except BaseException as error:
        failures.append(repr(error))

counts = [0] * threads
workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
for worker in workers: worker.start()
for worker in workers: worker.join()
lt.wait_all()
assert not failures, failures
assert shared.tolist() == [float(sum(counts))] * 20, (shared.tolist(), counts)
print("agreed")
"""


@pytest.mark.parametrize("seed", range(3))
def test_threads_by_chance(seed: int) -> None:
    """Updates, reads, views, drops, `wait_all` and background starts in four threads, which change as often as they can."""
    command = [sys.executable, "-c", STRESS, str(seed), "150"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.stdout == "agreed\n", done.stderr[-4000:]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[tuple[int, ...]], tuple[threading.Event, threading.Event]]:
    """Have the planning of graphs with a node of the given shape stop until the second event is set; the first says it began."""
    plan_groups = pipeline.plan_groups

    def hold(shape: tuple[int, ...]) -> tuple[threading.Event, threading.Event]:
        began, go_on = threading.Event(), threading.Event()

        def planned(graph: Any, options: Any) -> Any:
            if any(node.shape == shape for node in graph.nodes):
                began.set()
                assert go_on.wait(60), "nobody let the planning go on"
            return plan_groups(graph, options)

        monkeypatch.setattr(pipeline, "plan_groups", planned)
        return began, go_on

    planning.clear_plans()
    return hold


def test_a_thread_that_plans_holds_nobody_up(held: Any) -> None:
    began, go_on = held((3, 17))
    slow = lt.ones((3, 17)) * 2 + 1
    planner = threading.Thread(target=slow.wait)
    planner.start()
    assert began.wait(60)
    assert (lt.arange(10) * 3 + 1).sum().item() == 145
    assert not slow.is_ready()
    go_on.set()
    planner.join()
    assert slow.numpy().tolist() == [[3.0] * 17] * 3


def test_a_thread_held_back_by_the_queue_holds_nobody_up() -> None:
    gate = Gate()
    first = gate(lt.ones(3)).start()
    assert gate.entered.wait(60)
    queued: list[Any] = []

    def fill() -> None:
        for number in range(100):
            queued.append((first + number).start())

    filler = threading.Thread(target=fill)
    filler.start()
    while len(queued) < 60:
        pass
    assert (lt.arange(10) * 3 + 1).sum().item() == 145
    assert filler.is_alive()
    gate.opened.set()
    filler.join()
    assert [x.numpy().tolist() for x in queued] == [[1.0 + number] * 3 for number in range(100)]


def test_await_plans_off_the_loop(held: Any) -> None:
    began, go_on = held((3, 19))

    async def main() -> list[Any]:
        x = lt.ones((3, 19)) * 2 + 1
        task = asyncio.ensure_future(later(x))
        while not began.is_set():
            await asyncio.sleep(0)
        assert not task.done()
        x += 1  # the awaited value is the one from before
        go_on.set()
        return [(await task).tolist(), x.tolist()]

    async def later(x: Any) -> np.ndarray[Any, Any]:
        y = x[...]
        snapshot = y + 0
        return (await snapshot).numpy()

    assert asyncio.run(main()) == [[[3.0] * 19] * 3, [[4.0] * 19] * 3]


def test_await_does_not_wait_for_room_in_the_queue() -> None:
    async def main() -> list[float]:
        gate = Gate()
        first = gate(lt.ones(3)).start()
        assert gate.entered.wait(60)
        tasks = [asyncio.ensure_future(total(first + number)) for number in range(100)]
        await asyncio.sleep(0)  # every task has begun to wait
        gate.opened.set()
        return await asyncio.gather(*tasks)

    async def total(x: Any) -> float:
        return float((await x).numpy().sum())

    assert asyncio.run(main()) == [3.0 + 3 * number for number in range(100)]


def test_wait_all_waits_for_what_other_threads_compute() -> None:
    gate = Gate()
    x = gate(lt.ones(3))
    other = threading.Thread(target=x.wait)
    other.start()
    assert gate.entered.wait(60)
    waiting = threading.Thread(target=lt.wait_all)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    gate.opened.set()
    waiting.join()
    assert x.is_ready()
    other.join()


def test_an_awaited_value_is_planned_under_the_settings_it_was_issued_under(held: Any) -> None:
    began, go_on = held((3, 23))

    async def main() -> None:
        with lt.config.override(tier="interpret"):
            x = lt.sqrt(lt.ones((3, 23))) * 2 + 1
            task = asyncio.ensure_future(later(x))
            while not began.is_set():
                await asyncio.sleep(0)
        with lt.config.override(tier="compile"):
            go_on.set()
            await task

    async def later(x: Any) -> Any:
        return await x

    asyncio.run(main())
    tiers = [kernel.tier for entry in planning.plans.values() for kernel in entry.plan.kernels if kernel.shape == (3, 23)]
    assert set(tiers) == {"interpret"}
