"""Forks and exits at any moment: by scans over the time at which they come, each in a process of its own with a limit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")

PRELUDE = """
import faulthandler, os, sys, threading, time
import numpy as np
import lazytensor as lt
x = lt.asarray(np.ones((200, 200)))

def in_child(check):
    # The exit status of a forked child that ran check(); a hang ends it with all tracebacks.
    faulthandler.cancel_dump_traceback_later()  # its watchdog thread does not survive a fork
    child = os.fork()
    if child == 0:
        code = 1
        try:
            faulthandler.dump_traceback_later(60, exit=True)
            check()
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


def script(body: str, directory: Path, *arguments: str, background: str = "1") -> str:
    environment = os.environ | {"LAZYTENSOR_CACHE_DIR": str(directory), "LAZYTENSOR_BACKGROUND": background}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PRELUDE + body, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


FORKS_UNDER_LOAD = """
import logging
logging.getLogger("lazytensor").setLevel(logging.ERROR)  # no advice on waits
stop = threading.Event()

def work(seed):
    rng = lt.random.default_rng(seed)
    turn = 0
    while not stop.is_set():
        turn += 1
        y = x + turn
        for _ in range(turn % 4):
            y = lt.exp(lt.sin(y) * 0.1) + lt.tanh(y) ** 1.5
        y.sum(axis=turn % 2).wait()
        z = x.copy()
        z[turn % 7:] = turn
        z.start()
        rng.normal(size=1000).sum().wait()
        lt.linalg.inv(x + 3 * lt.eye(200)).start().wait()
        shared[:] = lt.fft.ifft(lt.fft.fft(x)).real

shared = lt.zeros((200, 200))
threads = [threading.Thread(target=work, args=(seed,), daemon=True) for seed in range(2)]
for thread in threads:
    thread.start()

def check():
    assert float((x * 2 + 1).sum()) == 120_000
    assert abs(float(shared.sum()) - 40_000) < 1 or float(shared.sum()) == 0
    assert (x @ x).start()[0, 0].item() == 200
    assert abs(float(lt.special.erf(x).mean()) - 0.8427007929497149) < 1e-12
    assert lt.random.default_rng(0).normal(size=1000).numpy().std() > 0.5
    lt.linalg.svd(x)[1].wait()
    lt.wait_all()

for moment in range(6):
    time.sleep(float(sys.argv[1]) * moment)
    status = in_child(check)
    assert status == 0, status
stop.set()
for thread in threads:
    thread.join()
lt.wait_all()
"""


@needs_fork
@pytest.mark.parametrize("pause", ["0.003", "0.05"])
def test_forks_while_other_threads_are_inside(tmp_path: Path, pause: str) -> None:
    script(FORKS_UNDER_LOAD, tmp_path, pause)


@needs_fork
def test_a_fork_right_after_the_first_start(tmp_path: Path) -> None:
    body = """
big = lt.asarray(np.ones((300, 300)))
y = (big @ big).start()
time.sleep(float(sys.argv[1]))

def check():
    assert y[0, 0].item() == 300
    assert (big @ big + y).start()[5, 5].item() == 600
    assert lt.exp(x * 0).sum().item() == 40_000

assert in_child(check) == 0
assert y[1, 1].item() == 300
"""
    for step in range(8):
        script(body, tmp_path, str(step * 0.002))


STARTED = """
z = lt.asarray(np.ones((1500, 1500), np.float32))
kept = []
for turn in range(12):
    z = (z @ z) / 1500 + turn * 0
    kept.append(z[:2, :2] + turn)
    if {explicit}:
        kept[-1].start()
failing = lt.linalg.inv(lt.zeros((3, 3))).start()

def look():
    for turn, value in enumerate(kept):
        assert value.numpy().tolist() == [[1 + turn] * 2] * 2
    assert z[3, 3].item() == 1
    while not kept[-1].is_ready():
        time.sleep(0.01)
    try:
        failing.wait()
    except np.linalg.LinAlgError:
        pass
    else:
        raise AssertionError("no error")

def grandchild():
    assert in_child(look) == 0
    look()

assert in_child(look) == 0
assert in_child(grandchild) == 0
look()
"""


@needs_fork
@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize("background", ["0", "1"])
def test_what_was_started_is_there_in_the_child(tmp_path: Path, explicit: bool, background: str) -> None:
    script(STARTED.replace("{explicit}", str(explicit)), tmp_path, background=background)


@needs_fork
@pytest.mark.parametrize("way", ["multiprocessing", "executor", "preexec", "thread"])
def test_ways_to_fork(tmp_path: Path, way: str) -> None:
    ways = {
        "multiprocessing": """
import multiprocessing
def square(n):
    return float(((x * n) ** 2).sum()) + started[0, 0].item()
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(square, range(4)) == [n * n * 40_000.0 + 200 for n in range(4)]
""",
        "executor": """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
def square(n):
    return float(((x * n) ** 2).sum()) + started[0, 0].item()
with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
    assert list(pool.map(square, range(4))) == [n * n * 40_000.0 + 200 for n in range(4)]
""",
        "preexec": """
import subprocess
def before():
    os.environ["SUM"] = str(float((x + 1).sum()) + started[0, 0].item())
    os.execvpe("/bin/sh", ["sh", "-c", "echo $SUM"], os.environ)
assert subprocess.check_output(["true"], preexec_fn=before, text=True) == "80200.0\\n"
""",
        "thread": """
found = []
thread = threading.Thread(target=lambda: found.append(in_child(lambda: started[0, 0].item() + (x + 1).sum().item())))
thread.start()
for _ in range(200):
    (x + 1).sum().wait()
thread.join()
assert found == [0]
""",
    }
    script("started = (x @ x).start()\n" + ways[way] + "assert started[1, 1].item() == 200\n", tmp_path)


@needs_fork
def test_a_fork_while_a_kernel_is_compiled(tmp_path: Path) -> None:
    script(
        """
def compile_much():
    with lt.config.override(tier="compile"):
        for turn in range(3):
            (lt.exp(x) * lt.sin(x + turn) if turn else lt.cos(x)).sum(axis=turn % 2).wait()

thread = threading.Thread(target=compile_much)
thread.start()

def check():
    with lt.config.override(tier="compile"):
        assert lt.tan(x * 0).sum().item() == 0

for _ in range(3):
    time.sleep(0.2)
    assert in_child(check) == 0
thread.join()
""",
        tmp_path,
    )


HEAVY = """
values = []
for number in range(8):
    y = x + number
    for _ in range(number + 2):
        y = lt.exp(lt.sin(y) * 0.1) + lt.tanh(y) ** 1.5
    values += [y.sum(axis=number % 2), lt.log(y * y + 1).mean()]
"""


@pytest.mark.parametrize("tenths", range(1, 24, 6))
def test_exit_while_kernels_are_compiled_in_the_background(tmp_path: Path, tenths: int) -> None:
    body = """
from lazytensor.core.system import engine
from lazytensor import planning
lt.materialize(*values)
for entry in list(planning.plans.values()):
    if not entry.requested:
        entry.requested = True
        planning.upgrades.append(entry)
planning.start_upgrades()
time.sleep(float(sys.argv[1]))
"""
    script(HEAVY + body, tmp_path, str(tenths / 10))


@pytest.mark.parametrize("tenths", [4, 14])
def test_exit_while_a_daemon_thread_compiles(tmp_path: Path, tenths: int) -> None:
    body = """
lt.config.tier = "compile"
threading.Thread(target=lt.materialize, args=values, daemon=True).start()
time.sleep(float(sys.argv[1]))
"""
    script(HEAVY + body, tmp_path, str(tenths / 10))


@pytest.mark.parametrize("tier", ["auto", "compile"])
def test_a_thread_that_goes_on_after_the_main_thread(tmp_path: Path, tier: str) -> None:
    # Python has begun to end by then: it starts no thread, and refuses what modules such as SciPy do when they are imported.
    body = """
lt.config.tier = sys.argv[1]
big = lt.asarray(np.ones((1000, 1000)))
def work():
    threading.main_thread().join()
    for _ in range(3):
        assert abs(float((lt.exp(big) * 2 + lt.sin(big)).sum()) - 6278034.64) < 0.01
    assert abs(float(lt.special.erf(big).sum()) - 842700.79) < 0.01
    print((big @ big).start()[0, 0].item(), ((big @ big) + 1).sum().item())
threading.Thread(target=work).start()
"""
    assert script(body, tmp_path, tier) == "1000.0 1001000000.0\n"
