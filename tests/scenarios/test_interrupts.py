"""Ctrl-C, signal handlers and finalizers at every place of a wait: no value is lost, nothing hangs, and every wait answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "injection.py"
PROGRAMS = [
    "one_operation", "expression", "update", "in_place_loop", "stencil", "large_stencil", "library_call", "background", "materialize",
    "everything", "random_numbers", "two_streams",
]  # fmt: skip


RECORDED = {**os.environ, "LAZYTENSOR_EAGER_ELEMENTS": "0"}


def script(*arguments: object, **variables: str) -> int:
    """Run the scan in a process of its own, with small work recorded too; the number it prints."""
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False, env=RECORDED | variables)
    assert done.returncode == 0, done.stderr[-4000:]
    return int(done.stdout.split()[-1])


# One process for all actions: it takes longer to start than to scan.
@pytest.mark.parametrize("name", PROGRAMS)
def test_at_places_of_a_wait(name: str) -> None:
    assert script("interrupt,wait,wait_other,wait_all", name, 27) > 10


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_at_more_places_in_each_tier(name: str, tier: str) -> None:
    assert script("interrupt,wait,wait_all", name, 12, LAZYTENSOR_TIER=tier) > 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("action", ["interrupt", "wait"])
@pytest.mark.parametrize("name", ["one_operation", "two_streams", "background", "random_numbers"])
def test_at_places_of_the_first_wait_of_a_process(name: str, action: str) -> None:
    assert script(action, name, 211, "fresh") > 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.parametrize("name", ["two_streams", "random_numbers", "stencil"])
def test_signals_in_the_first_wait_of_a_process(name: str) -> None:
    """Among the imports, while kernels are compiled and threads started: wherever these times happen to lie."""
    script("signal", name, 0.001, 1.4, 18, "fresh", LAZYTENSOR_TIER="compile" if name == "stencil" else "auto")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals are not POSIX's here")
@pytest.mark.parametrize("name", ["in_place_loop", "stencil"])
def test_signals_in_loops_that_write_over_their_arrays(name: str) -> None:
    script("signal", name, 0.00002, 1.02, 300)


def test_an_interrupt_while_the_queue_is_full() -> None:
    """It leaves `start` at once; what was to be started is computed all the same, and so is what is started later."""
    program = (
        "import faulthandler; faulthandler.dump_traceback_later(100, exit=True)\n"
        "import sys; sys.path.insert(0, " + repr(str(SCRIPT.parent)) + ")\n"
        "import os, signal, threading, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import lazytensor as lt\n"
        "from counting import Gate\n"
        "from lazytensor.core.system import engine\n"
        "gate = Gate()\n"
        "first = gate(lt.ones(3)).start()\n"
        "gate.entered.wait(60)\n"
        "queued = []\n"
        "started = []\n"
        "def interrupt():\n"
        "    while not engine()._held_back: time.sleep(0.001)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=interrupt, daemon=True).start()\n"
        "try:\n"
        "    for n in range(200):\n"
        "        queued.append(first * n + 1)\n"
        "        queued[-1].start()\n"
        "    print('not held back')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', len(queued) < 200, queued[-1].is_ready())\n"
        "gate.opened.set()\n"
        "queued.append((first * 5).start())\n"
        "print([x.numpy().tolist() for x in queued[:-1]] == [[n + 1.0] * 3 for n in range(len(queued) - 1)], queued[-1].tolist())\n"
        "lt.wait_all()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    assert done.stdout == "interrupted True False\nTrue [5.0, 5.0, 5.0]\n"


def test_finalizers_that_wait() -> None:
    """A collection may come at any allocation: in the middle of a capture, of a plan, of a step."""
    program = (
        "import faulthandler; faulthandler.dump_traceback_later(200, exit=True)\n"
        "import gc\n"
        "import numpy as np\n"
        "import lazytensor as lt\n"
        "found = []\n"
        "class Waits:\n"
        "    def __init__(self, x): self.x, self.me = x, self\n"
        "    def __del__(self): found.append(self.x.tolist())\n"
        "state = lt.zeros(50)\n"
        "wanted = np.zeros(50)\n"
        "gc.set_threshold(7)\n"
        "for n in range(300):\n"
        "    Waits(lt.arange(3) * 2 + n)\n"
        "    state[1:] = state[:-1] * 0.5 + n\n"
        "    wanted[1:] = wanted[:-1] * 0.5 + n\n"
        "    Waits(state * 1.0)\n"
        "    y = lt.sqrt(state) + state.sum() * 2\n"
        "    assert np.allclose(y.numpy(), np.sqrt(wanted) + wanted.sum() * 2), n\n"
        "    assert np.allclose(state.numpy(), wanted), n\n"
        "gc.collect()\n"
        "print(len(found), [3 * n + 6 for n in range(300)] == [sum(x) for x in found if len(x) == 3])\n"
        "lt.wait_all()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=False)
    assert done.stderr == ""
    assert done.stdout == "600 True\n"
