"""The behaviours of the asynchronous engine, each a test: errors at waits, poisoning, interleaving, forks, interrupts, exits."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from counting import Counter, Gate, operation

import lazytensor as lt
from lazytensor.core.system import engine

SINGULAR = np.ones((3, 3))


def singular() -> Any:
    return lt.linalg.inv(lt.asarray(SINGULAR))


@pytest.fixture(params=["small work at once", "all recorded"], autouse=True)
def _small_work(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each behaviour where small work runs at once, and where it is recorded; in programs of their own too."""
    if request.param == "small work at once":
        yield
        return
    monkeypatch.setenv("LAZYTENSOR_EAGER_ELEMENTS", "0")
    with lt.config.override(eager_elements=0):
        yield


@pytest.fixture(autouse=True)
def _clean() -> Any:
    """Leave no error behind for the next test."""
    yield
    engine().idle()
    engine().take_error()


def python(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=120, env=environment
    )


@pytest.fixture
def two() -> Any:
    """Two worker threads, whatever the machine has."""
    with lt.config.override(threads=2):
        yield


@pytest.mark.usefixtures("tier")
class TestErrors:
    def test_1_a_failing_operation_raises_at_the_wait(self) -> None:
        x = singular()
        assert x.shape == (3, 3)
        with pytest.raises(np.linalg.LinAlgError, match=r"[Ss]ingular") as caught:
            x.wait()
        assert any("test_asynchrony.py" in note and '"inv"' in note for note in caught.value.__notes__)

    def test_1_the_error_names_the_line_that_wrote_the_operation(self) -> None:
        here = sys._getframe().f_lineno
        x = lt.linalg.solve(lt.asarray(SINGULAR), lt.ones(3))
        y = x + 1
        with pytest.raises(np.linalg.LinAlgError) as caught:
            y.numpy()
        assert any(f"{__file__}:{here + 1}" in note and '"solve"' in note for note in caught.value.__notes__)

    def test_2_dependants_of_a_failure_do_not_run_and_raise_the_same_error(self) -> None:
        counter = Counter()
        x = singular()
        y = counter(x)
        z = (y[0] * 2).sum()
        for failed in (z, y, x, y.T):
            with pytest.raises(np.linalg.LinAlgError):
                failed.wait()
        assert counter.calls == 0

    def test_3_the_error_is_sticky(self) -> None:
        x = singular()
        for _ in range(3):
            for look in (
                x.wait,
                x.numpy,
                x.tolist,
                lambda: x[0, 0].item(),
                lambda: str(x),
                lambda: float(x.sum()),
                lambda: bool(x.any()),
            ):
                with pytest.raises(np.linalg.LinAlgError):
                    look()
        assert "failed: LinAlgError" in repr(x)
        x = x * 0
        with pytest.raises(np.linalg.LinAlgError):
            x.wait()

    def test_3_errors_do_not_grow_with_every_wait(self) -> None:
        x = singular()
        notes = []
        for _ in range(4):
            with pytest.raises(np.linalg.LinAlgError) as caught:
                x.wait()
            notes.append(caught.value.__notes__)
        assert notes[0] == notes[-1]

    def test_3_a_failed_update_poisons_the_tensor_and_its_views(self) -> None:
        x = lt.zeros((3, 3))
        view, before = x[0], x + 1
        x += singular()
        for failed in (x, view, x.T):
            with pytest.raises(np.linalg.LinAlgError):
                failed.numpy()
        assert before.numpy().tolist() == np.ones((3, 3)).tolist()
        x[...] = 5
        assert view.numpy().tolist() == [5, 5, 5]

    def test_4_independent_work_completes_and_failures_raise_at_their_own_waits(self) -> None:
        good = lt.ones((3, 3)) * 2
        first, second = singular(), lt.take(lt.ones(3), [7])
        lt.start(good, first, second)
        assert good.numpy().sum() == 18
        with pytest.raises(IndexError):
            second.wait()
        with pytest.raises(np.linalg.LinAlgError):
            first.wait()
        assert (good + 1).numpy().sum() == 27

    def test_4_materialize_raises_after_all_have_ended(self) -> None:
        good, bad = lt.ones(3) + 1, singular()
        with pytest.raises(np.linalg.LinAlgError):
            lt.materialize(bad, good)
        assert good.is_ready()

    def test_5_wait_all_raises_the_first_error_once(self) -> None:
        bad = singular()
        good = lt.ones(3) + 1
        with pytest.raises(np.linalg.LinAlgError):
            lt.wait_all()
        lt.wait_all()
        assert good.is_ready()
        assert (good * 2).numpy().tolist() == [4, 4, 4]
        with pytest.raises(np.linalg.LinAlgError):
            bad.wait()
        again = singular()
        again.start()
        with pytest.raises(np.linalg.LinAlgError):
            lt.wait_all()
        del again

    def test_5_an_error_that_a_wait_has_raised_is_not_raised_by_wait_all(self) -> None:
        x = singular()
        with pytest.raises(np.linalg.LinAlgError):
            x.wait()
        lt.wait_all()

    def test_errors_in_the_background_and_in_sync_mode(self) -> None:
        x = singular().start()
        with pytest.raises(np.linalg.LinAlgError):
            (x + 1).wait()
        with lt.config.override(sync=True), pytest.raises(np.linalg.LinAlgError):
            singular()

    def test_memory_errors_are_errors_at_the_wait(self) -> None:
        huge = lt.zeros((1 << 20, 1 << 20, 1 << 10)) + 1
        with pytest.raises(MemoryError):
            huge.wait()
        assert (lt.ones(3) + 1).numpy().tolist() == [2, 2, 2]


def test_7_waiting_for_one_tensor_waits_for_its_writers_only() -> None:
    gate = Gate()
    x = lt.ones(3) + 1
    reader = gate(x).start()
    assert gate.entered.wait(60)
    x.wait()
    x += 1
    assert x.numpy().tolist() == [3, 3, 3]
    assert not reader.is_ready()
    gate.opened.set()
    assert reader.numpy().tolist() == [2, 2, 2]


def test_7_unrelated_work_goes_on_while_one_tensor_is_waited_for() -> None:
    with lt.config.override(threads=2):
        gate = Gate()
        slow, quick = gate(lt.ones(3)).start(), lt.ones(4) + 1
        quick.start()
        assert quick.numpy().tolist() == [2] * 4
        assert not slow.is_ready()
        gate.opened.set()
        lt.wait_all()
        assert slow.is_ready()


def test_8_the_interpreter_exits_cleanly_with_work_in_flight() -> None:
    done = python(
        "import lazytensor as lt\n"
        "x = lt.ones((600, 600))\n"
        "kept = [(x @ (x + k)).start() for k in range(20)]\n"
        "more = lt.random.default_rng(0).normal(size=(500, 500)).start()\n"
        "pending = x + 1\n"
        "print('leaving')\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "leaving\n", "")


def test_8_results_outlive_the_engine() -> None:
    x = (lt.ones(5) + 1).start()
    y = lt.ones(5) * 3
    y.wait()
    with lt.config.override(threads=3):  # another engine takes over
        assert (x + y).numpy().tolist() == [5] * 5
    assert x.numpy().tolist() == [2] * 5


def test_9_a_forked_child_computes_on_its_own() -> None:
    done = python(
        "import os, sys, warnings\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "import lazytensor as lt\n"
        "x = lt.ones((300, 300)) * 2\n"
        "x.wait()\n"
        "busy = [(x @ (x + k)).start() for k in range(5)]\n"
        "pending = x + 1\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    ok = (pending.sum() + (x @ x)[0, 0]).item() == 300 * 300 * 3 + 1200\n"
        "    y = (lt.arange(10) * 2).start()\n"
        "    ok = ok and y.numpy().tolist() == list(range(0, 20, 2))\n"
        "    os._exit(0 if ok else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "print([b[0, 0].item() for b in busy], pending[0, 0].item())\n"
    )
    assert done.stderr == ""
    assert done.stdout == "0\n[1200.0, 1800.0, 2400.0, 3000.0, 3600.0] 3.0\n"


@pytest.mark.parametrize("started", [False, True])
def test_10_waiting_on_the_engines_own_thread_raises(started: bool, two: None) -> None:
    def look(x: Any) -> Any:
        found.append(repr(other))
        other.wait()
        return x

    found: list[str] = []
    gate = Gate()
    other = gate(lt.ones(2))
    if started:
        other.start()
    bad = operation(look)(lt.ones(3)).start()
    with pytest.raises(RuntimeError, match="engine's own thread"):
        bad.wait()
    gate.opened.set()
    assert "engine's thread" in found[0]
    assert other.numpy().tolist() == [1, 1]


def test_10_waits_work_inside_a_running_loop() -> None:
    async def main() -> Any:
        x = lt.ones(3) + 1
        return x.numpy().tolist(), (x * 2).start().wait().tolist(), float(x.sum())

    assert asyncio.run(main()) == ([2, 2, 2], [4, 4, 4], 6.0)


def test_10_await_does_not_block_the_loop() -> None:
    gate = Gate()

    async def tick() -> int:
        await asyncio.to_thread(gate.entered.wait, 60)
        # The awaited value cannot be there before the loop gets here.
        gate.opened.set()
        return 7

    async def main() -> Any:
        x = gate(lt.ones(3))
        ticking = asyncio.ensure_future(tick())
        value = await x
        return value.tolist(), await ticking, (await (lt.ones(2) * 3)).tolist()

    assert asyncio.run(main()) == ([1, 1, 1], 7, [3, 3])


def test_10_await_raises_and_gather_works() -> None:
    async def main() -> Any:
        found = await asyncio.gather(*(later(x) for x in (lt.ones(2) + 1, singular(), lt.zeros(2))), return_exceptions=True)
        return [type(item).__name__ for item in found]

    async def later(x: Any) -> Any:
        return await x

    assert asyncio.run(main()) == ["Tensor", "LinAlgError", "Tensor"]


def test_10_as_completed_yields_each_when_it_is_there() -> None:
    gate = Gate()

    async def main() -> list[int]:
        slow, quick = gate(lt.ones(3)).start(), lt.ones(4) + 1
        order = []
        async for done in lt.as_completed([slow, quick]):
            order.append(done.size)
            gate.opened.set()
        return order

    with lt.config.override(threads=2):
        assert asyncio.run(main()) == [4, 3]


@pytest.mark.parametrize("how", ["wait", "wait_all", "numpy"])
def test_11_keyboard_interrupt_leaves_a_wait_at_once(how: str) -> None:
    """The work goes on: the value can be waited for again."""
    look = {"wait": "x.wait()", "wait_all": "lt.wait_all()", "numpy": "x.numpy()"}[how]
    done = python(
        "import sys; sys.path.insert(0, " + repr(os.path.dirname(os.path.dirname(__file__))) + ")\n"
        "import lazytensor as lt, os, signal, threading\n"
        "from counting import Gate\n"
        "gate = Gate()\n"
        "x = gate(lt.ones(3)).start()\n"
        "gate.entered.wait(60)\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        f"    {look}\n"
        "    print('not interrupted')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', x.is_ready())\n"
        "gate.opened.set()\n"
        "print(x.numpy().tolist(), (lt.ones(2) + 1).numpy().tolist())\n"
    )
    assert done.stderr == ""
    assert done.stdout == "interrupted False\n[1.0, 1.0, 1.0] [2.0, 2.0]\n"


def test_11_keyboard_interrupt_during_work_in_the_calling_thread() -> None:
    def interrupt(x: Any) -> Any:
        if not failed:
            failed.append(True)
            raise KeyboardInterrupt
        return x + 1

    failed: list[bool] = []
    x = operation(interrupt)(lt.ones(3))
    with pytest.raises(KeyboardInterrupt):
        x.wait()
    assert x.numpy().tolist() == [2, 2, 2]


def test_12_what_no_live_tensor_needs_when_it_would_start_is_not_computed() -> None:
    counter, gate = Counter(), Gate()
    first = gate(lt.ones(3)).start()
    assert gate.entered.wait(60)
    doomed, wanted = counter(first).start(), (first * 2).start()
    assert doomed.is_ready() is False
    del doomed
    gate.opened.set()
    assert wanted.numpy().tolist() == [2, 2, 2]
    lt.wait_all()
    assert counter.calls == 0


def test_several_threads_use_one_engine() -> None:
    results: dict[int, float] = {}

    def work(number: int) -> None:
        x = lt.full((50, 50), float(number))
        for _ in range(20):
            x = x * 0.5 + number
            if number % 2:
                x.start()
        results[number] = x.sum().item()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, total in results.items():
        x = np.full((50, 50), float(number))
        for _ in range(20):
            x = x * 0.5 + number
        assert total == x.sum()
    assert len(results) == 8


def test_is_ready_becomes_true_without_a_wait() -> None:
    x = (lt.ones(3) + 1).start()
    deadline = time.monotonic() + 60
    while not x.is_ready() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert x.is_ready()


def test_a_result_without_axes_is_an_array_wherever_it_is_computed() -> None:
    # A graph of small work that is new, and needs what is under way: it goes to the engine.
    gate = Gate()
    total = -(gate(lt.ones(3)).start().sum() * 2)
    total.start()
    gate.opened.set()
    assert total.numpy().flags.writeable is False
    assert total.numpy().shape == ()
    assert total.item() == -6
