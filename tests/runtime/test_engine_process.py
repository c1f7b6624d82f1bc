"""The engine and the process: forks, interrupts, exit with work in flight."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import sys
sys.path[:0] = eval(sys.argv[1])
import faulthandler, os, signal, threading, weakref
faulthandler.dump_traceback_later(40, exit=True)
import numpy as np
from lazytensor.compiler.plan import Plan, Segment, Step, Stream
from lazytensor.runtime.devices.cpu import CpuDevice
from lazytensor.runtime.engine import Engine
from lazytensor.runtime.memory import Pool
from lazytensor.runtime.promise import Failure, Promise

assert not {"asyncio", "threadpoolctl", "concurrent.futures"} & set(sys.modules)
pool = Pool()
engine = Engine({"cpu:0": CpuDevice(0, 2, pool)}, 1 << 29, 3)

def line(*functions):
    def step(number, function):
        def run(environment, lane):
            environment[number + 1] = function(environment[number])
        return Step("step", run, (number,), (number + 1,), 0, 0.0, (number,))
    steps = tuple(step(number, function) for number, function in enumerate(functions))
    return Plan(len(steps) + 1, 1, (len(steps),), (Segment(0, steps, ()),), (Stream("cpu:0", (0,)),), (), 0.0, 1 << 29)

def send(plan, value, depends=()):
    promise = Promise()
    engine.submit(plan, [value] + [None] * (plan.slots - 1), [weakref.ref(promise)], depends)
    return promise

def add_one(x):
    return x + 1

plus = line(add_one)
"""


def script(body: str) -> subprocess.CompletedProcess[str]:
    code = PRELUDE + textwrap.dedent(body)
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code, repr(sys.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done


def test_exit_with_work_in_flight() -> None:
    done = script(
        """
        import atexit, time
        entered = threading.Event()
        kept = []
        def at_exit():
            print("result", first.value, "later", isinstance(later.value, Failure), "new", send(plus, 5).value)
        def endless(x):
            entered.set()
            deadline = time.monotonic() + 0.2
            while time.monotonic() < deadline:
                np.arange(1000.0).sum()
            return x
        atexit.unregister(at_exit)
        first = send(plus, 1)
        first.wait()
        later = send(line(*[endless] * 1000), 1)
        for _ in range(3):
            kept.append(send(plus, None, ((0, later),)))
        entered.wait()
        engine.background(lambda: time.sleep(0.05))
        import lazytensor.runtime.engine as module
        atexit.unregister(module._stop_all)
        atexit.register(at_exit)
        atexit.register(module._stop_all)
        """
    )
    assert done.stdout == "result 2 later True new 6\n"


def test_exit_under_a_step_that_does_not_end() -> None:
    script(
        """
        entered, never = threading.Event(), threading.Event()
        def endless(x):
            entered.set()
            never.wait()
        held = send(line(endless), 1)
        entered.wait()
        """
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_fork() -> None:
    done = script(
        """
        entered, gate = threading.Event(), threading.Event()
        def block(x):
            entered.set()
            gate.wait(30)
            return x
        first = send(plus, 1)
        first.wait()
        array = pool.empty((1 << 20,), np.dtype("f4"))
        array[:] = 1
        held = send(line(block), 7)
        behind = send(plus, None, ((0, held),))
        entered.wait()
        engine.background(lambda: None)
        faulthandler.cancel_dump_traceback_later()  # its watchdog thread does not survive a fork
        child = os.fork()
        faulthandler.dump_traceback_later(30, exit=True)
        if child == 0:
            try:
                assert first.value == 2 and array[-1] == 1
                array[:] = 2
                for promise in (held, behind):
                    promise.wait()
                    assert isinstance(promise.value.error, RuntimeError) and "forked" in str(promise.value.error)
                engine.idle()
                last = Promise(0)
                for _ in range(20):
                    last = send(plus, None, ((0, last),))
                last.wait()
                assert last.value == 20, last
                covered = []
                engine.devices["cpu:0"].lane.split(lambda a, b: covered.extend(range(a, b)), 100, 1)
                assert sorted(covered) == list(range(100))
                seen = []
                engine.background(lambda: seen.append(1))
                engine.background_idle()
                assert seen == [1]
            except BaseException as error:
                print("child failed", repr(error), flush=True)
                os._exit(1)
            sys.exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert array[-1] == 1
        gate.set()
        assert behind.wait() and behind.value == 8
        engine.idle()
        print("parent done")
        """
    )
    assert done.stdout == "parent done\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_fork_under_load() -> None:
    script(
        """
        faulthandler.cancel_dump_traceback_later()  # its watchdog thread does not survive a fork
        kept = []
        for number in range(8):
            kept += [send(plus, np.ones(30_000)) for _ in range(20)]
            engine.background(lambda: sum(range(10_000)))
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    promise = send(plus, number)
                    promise.wait()
                    code = 0 if promise.value == number + 1 else 2
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        for promise in kept:
            promise.wait()
            assert promise.value[0] == 2
        """
    )


INTERRUPT = """
gate, entered = threading.Event(), threading.Event()
def block(x):
    entered.set()
    gate.wait(30)
    return x
held = send(line(block), 7)
entered.wait()
# Repeated, because the first may come before the wait has begun; `leaving` ends them before anything else can be hit.
leaving = threading.Event()
def shoot():
    while not leaving.wait(0.05):
        os.kill(os.getpid(), signal.SIGINT)
        return
threading.Timer(0.1, shoot).start()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("wait", ["held.wait()", "engine.idle()", "[send(plus, 1) for _ in range(9)]"])
def test_keyboard_interrupt_leaves_a_wait_and_the_work_goes_on(wait: str) -> None:
    script(
        f"""
        exec({INTERRUPT!r})
        try:
            {wait}
            raise AssertionError("not interrupted")
        except KeyboardInterrupt:
            leaving.set()
        assert not held.is_set()
        gate.set()
        assert held.wait() and held.value == 7
        assert send(plus, 1).wait()
        engine.idle()
        """
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_keyboard_interrupt_in_a_split_waits_for_helpers_and_leaves() -> None:
    script(
        """
        main, helped, leave = threading.get_ident(), threading.Event(), threading.Event()
        inside = []
        def task(start, stop):
            if threading.get_ident() == main:
                helped.wait()
                os.kill(os.getpid(), signal.SIGINT)
                leave.wait(30)
                raise AssertionError("not interrupted")
            inside.append(1)
            helped.set()
            np.linalg.svd(np.ones((100, 100)))
            inside.pop()
        lane = engine.devices["cpu:0"].lane
        try:
            lane.split(task, 100, 1)
            raise AssertionError("not interrupted")
        except KeyboardInterrupt:
            assert not inside
        done = Promise()
        engine.devices["cpu:0"].start(lambda: done.set(1))
        assert done.wait()
        covered = []
        lane.split(lambda a, b: covered.extend(range(a, b)), 100, 1)
        assert len(covered) == 100
        """
    )
