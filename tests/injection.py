"""Something happens at the k-th place of a call where CPython looks at pending signals: an exception, or a signal handler's call.

CPython looks after calls, at loop ends and where functions begin. Run as a script, in a process of its own: `injection.py ACTIONS PROGRAM
STEP` goes through every STEP-th place for each of the actions, with another first place for each, checks the values each time, and prints
the fewest places that an action met.
"""

from __future__ import annotations

import dis
import faulthandler
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

import lazytensor as lt

# The folders of the package, which an editable installation keeps apart.
OURS = tuple({str(Path(module.__file__ or "").parent) for name, module in sys.modules.items() if name.startswith("lazytensor.")})

_places: dict[CodeType, frozenset[int]] = {}


def places(code: CodeType) -> frozenset[int]:
    """Offsets of the instructions before which pending signals are handled."""
    found = _places.get(code)
    if found is None:
        instructions = list(dis.get_instructions(code))
        entries = list(dis.Bytecode(code).exception_entries)

        def handler(offset: int) -> Any:
            return next(((entry.target, entry.depth) for entry in entries if entry.start <= offset < entry.end), None)

        offsets = set()
        for before, after in pairwise(instructions):
            if before.opname.startswith("CALL") and handler(before.offset) == handler(after.offset):
                offsets.add(after.offset)
        offsets |= {item.offset for item in instructions if item.opname in ("RESUME", "JUMP_BACKWARD")}
        found = _places[code] = frozenset(offsets)
    return found


class Injection:
    """Calls `action` at the `wanted`-th place of what this thread runs under it."""

    def __init__(self, wanted: int, action: Callable[[], None]) -> None:
        self.wanted = wanted
        self.action = action
        self.met = 0
        self.where = ""

    def __enter__(self) -> Injection:
        watch(self._met)
        return self

    def __exit__(self, *_: object) -> None:
        watch(None)

    def _met(self, code: CodeType, line: int | None) -> None:
        self.met += 1
        if self.met == self.wanted:
            self.where = f"{code.co_filename}:{line} in {code.co_name}"
            self.action()


Meet = Callable[[CodeType, "int | None"], None]

if sys.version_info >= (3, 12):
    # Traces do not see every instruction there.
    from types import FunctionType

    _monitoring = sys.monitoring
    _TOOL = 4
    _watched: set[CodeType] = set()
    _meet: tuple[int, Meet] | None = None

    def _instruct(code: CodeType) -> None:
        if code not in _watched and code.co_filename.startswith(OURS):
            _watched.add(code)
            _monitoring.set_local_events(_TOOL, code, _monitoring.events.INSTRUCTION)
            for constant in code.co_consts:
                if isinstance(constant, CodeType):
                    _instruct(constant)

    def _start(code: CodeType, offset: int) -> None:
        _instruct(code)  # a module that was loaded meanwhile

    def _instruction(code: CodeType, offset: int) -> None:
        if _meet is not None and _meet[0] == threading.get_ident() and offset in places(code):
            _meet[1](code, sys._getframe(1).f_lineno)

    _monitoring.use_tool_id(_TOOL, "injection")
    _monitoring.register_callback(_TOOL, _monitoring.events.INSTRUCTION, _instruction)
    _monitoring.register_callback(_TOOL, _monitoring.events.PY_START, _start)
    _monitoring.set_events(_TOOL, _monitoring.events.PY_START)
    for function in gc.get_objects():
        if type(function) is FunctionType:
            _instruct(function.__code__)

    def watch(meet: Meet | None) -> None:
        """Have `meet` called at every place of this thread; None: no more."""
        global _meet
        _meet = None if meet is None else (threading.get_ident(), meet)

else:
    _tracers: list[Any] = []

    def watch(meet: Meet | None) -> None:
        """Have `meet` called at every place of this thread; None: no more."""

        def called(frame: FrameType, event: str, argument: Any) -> Any:
            if not frame.f_code.co_filename.startswith(OURS):
                return None
            frame.f_trace_opcodes = True
            frame.f_trace_lines = False
            return instruction

        def instruction(frame: FrameType, event: str, argument: Any) -> Any:
            if meet is not None and event == "opcode" and frame.f_lasti in places(frame.f_code):
                meet(frame.f_code, frame.f_lineno)
            return instruction

        # CPython 3.11 calls a trace function without holding it: one that went meanwhile, as another raised in a finalizer, crashes.
        _tracers.append(called)
        sys.settrace(None if meet is None else called)


# -- programs: each sets up tensors, and returns what to do and, by name, the tensors to check with all values they may have --------

Program = tuple[Callable[[], object], list[tuple[Any, list[Any]]]]


def one_operation() -> Program:
    x = lt.asarray(np.arange(5.0)) + 1
    return x.wait, [(x, [np.arange(5.0) + 1])]


def expression() -> Program:
    a = lt.asarray(np.arange(6.0))
    b = a * 2 + 1
    c = lt.sqrt(b) + a
    return c.wait, [(b, [np.arange(6.0) * 2 + 1]), (c, [np.sqrt(np.arange(6.0) * 2 + 1) + np.arange(6.0)])]


def update() -> Program:
    x = lt.zeros(8)
    x += 1
    x.wait()
    x[2:] += 1
    x[::2] *= 3
    wanted = np.ones(8)
    wanted[2:] += 1
    wanted[::2] *= 3
    return x.wait, [(x, [wanted])]


def in_place_loop() -> Program:
    x = lt.zeros(300)
    rounds = [0]

    def loop() -> None:
        for _ in range(4):
            x[...] = x * 2 + 1
            rounds[0] += 1
            x.wait()

    return loop, [(x, [np.full(300, 2.0**n - 1) for n in range(5)])]


def stencil() -> Program:
    x = lt.asarray(np.arange(400.0).reshape(20, 20))
    wanted = np.arange(400.0).reshape(20, 20)
    for _ in range(3):
        x[1:-1, 1:-1] = (x[:-2, 1:-1] + x[2:, 1:-1] + x[1:-1, 2:]) * 0.25
        wanted[1:-1, 1:-1] = (wanted[:-2, 1:-1] + wanted[2:, 1:-1] + wanted[1:-1, 2:]) * 0.25
        if _ == 0:
            x.wait()
    return x.wait, [(x, [wanted])]


def large_stencil() -> Program:
    start = np.arange(250_000.0).reshape(500, 500)
    x = lt.asarray(start)
    wanted = start.copy()
    for _ in range(2):
        x[1:-1, 1:-1] = (x[:-2, 1:-1] + x[2:, 1:-1]) * 0.5
        wanted[1:-1, 1:-1] = (wanted[:-2, 1:-1] + wanted[2:, 1:-1]) * 0.5
        if _ == 0:
            x.wait()
    return x.wait, [(x, [wanted])]


def library_call() -> Program:
    a = np.arange(4096.0).reshape(64, 64) % 7
    x = lt.asarray(a)
    y = x @ x + 1
    return y.wait, [(y, [a @ a + 1])]


def background() -> Program:
    a = lt.asarray(np.arange(1000.0))
    b = a * 2
    c = b + 1
    return c.start, [(b, [np.arange(1000.0) * 2]), (c, [np.arange(1000.0) * 2 + 1])]


def materialize() -> Program:
    a = lt.asarray(np.arange(1000.0))
    low, high = a.min() - 1, a.max() + 1
    return lambda: lt.materialize(low, high), [(low, [-1]), (high, [1000])]


def everything() -> Program:
    tensors = [lt.arange(10) * n for n in range(5)]
    return lt.wait_all, [(t, [np.arange(10) * n]) for n, t in enumerate(tensors)]


def random_numbers() -> Program:
    x = lt.random.default_rng(3).random(100) * 2
    again = lt.random.default_rng(3).random(100) * 2
    return x.wait, [(x, [again])]


def two_streams() -> Program:
    a = lt.asarray(np.linspace(0, 1, 200 * 200).reshape(200, 200))
    b = (a @ a) + 1
    c = (a.T @ a) * 2
    d = b + c
    n = np.linspace(0, 1, 200 * 200).reshape(200, 200)
    return d.wait, [(d, [n @ n + 1 + n.T @ n * 2])]


PROGRAMS: dict[str, Callable[[], Program]] = {
    function.__name__: function
    for function in (
        one_operation, expression, update, in_place_loop, stencil, large_stencil, library_call, background, materialize, everything,
        random_numbers, two_streams,
    )
}  # fmt: skip


def check(tensors: list[tuple[Any, list[Any]]], where: str) -> None:
    for tensor, values in tensors:
        found = tensor.numpy()
        assert any(np.allclose(found, np.asarray(value), rtol=1e-12) for value in values), f"{where}: {found} is none of {values}"
    lt.wait_all()
    assert (lt.arange(3) * 2 + 1).tolist() == [1, 3, 5], where


def interrupt() -> None:
    raise KeyboardInterrupt


def once(name: str, action: str, place: int) -> bool:
    """One run; whether the place was met."""
    faulthandler.dump_traceback_later(25, exit=True)
    do, tensors = PROGRAMS[name]()
    pending = lt.arange(7) * 3 + 1
    seen: list[Any] = []

    def handler() -> None:
        watch(None)
        if action == "wait":
            seen.append(tensors[-1][0].tolist())
        elif action == "wait_other":
            seen.append(pending.tolist())
        elif action == "wait_all":
            lt.wait_all()
            seen.append(1)

    injection = Injection(place, interrupt if action == "interrupt" else handler)
    try:
        with injection:
            do()
    except KeyboardInterrupt:
        assert action == "interrupt"
    met = injection.met >= place
    if os.environ.get("INJECTION_VERBOSE"):
        print(place, injection.where, flush=True)
    if action == "wait" and seen:
        assert any(np.allclose(seen[0], np.asarray(value), rtol=1e-12) for value in tensors[-1][1]), (injection.where, seen)
    if action == "wait_other" and seen:
        assert seen == [[1, 4, 7, 10, 13, 16, 19]], (injection.where, seen)
    assert bool(seen) == (met and action != "interrupt"), injection.where
    check(tensors, f"{name}, {action} at place {place}: {injection.where}")
    faulthandler.cancel_dump_traceback_later()
    return met


def alarm(name: str, seconds: float) -> None:
    """One run, with a signal after so many seconds."""
    faulthandler.dump_traceback_later(60, exit=True)
    do, tensors = PROGRAMS[name]()

    armed = True

    def handler(*_: object) -> None:
        if armed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        do()
        armed = False  # the system may deliver the signal later than the timer is stopped
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        pass
    check(tensors, f"{name}, a signal after {seconds}")
    faulthandler.cancel_dump_traceback_later()


def scan(name: str, action: str, first: int, step: int) -> int:
    place = first
    while once(name, action, place):
        place += step
    return place


def in_child(what: str, function: Callable[[], object]) -> bool:
    """Whether the function returned something true, in a process of its own: the first wait there has everything to import and to
    start."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            status = int(bool(function()))
        except BaseException:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 1), f"{what}: status {code}"
    return code == 1


def scan_fresh(name: str, action: str, first: int, step: int) -> int:
    place = first
    while in_child(f"{name}, {action} at place {place} of a first wait", lambda place=place: once(name, action, place)):
        place += step
    return place


def scan_signals(name: str, times: list[float], fresh: bool) -> int:
    for seconds in times:
        if fresh:
            in_child(f"{name}, a signal {seconds} after a first wait began", lambda seconds=seconds: alarm(name, seconds))
        else:
            alarm(name, seconds)
    return len(times)


if __name__ == "__main__":
    actions, name = sys.argv[1:3]
    if actions == "signal":  # so many seconds, and so many times as many each time; fresh where they are long
        times = [float(sys.argv[3]) * float(sys.argv[4]) ** number for number in range(int(sys.argv[5]))]
        print(scan_signals(name, times, len(sys.argv) > 6))
    else:
        scanned = scan_fresh if len(sys.argv) > 4 else scan
        print(min(scanned(name, action, 1 + len(name + action) % 11, int(sys.argv[3])) for action in actions.split(",")))
