"""The program's side of the compile process, against processes that do as they are told: each request is the Python that they run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from lazytensor.runtime import compile_process
from lazytensor.runtime.compile_process import CompileProcess, Outcome

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX systems")

SERVER = """
import json, os, signal, socket, sys, time
channel = socket.socket(fileno=0)
lines = channel.makefile("rb")

def say(message):
    channel.sendall(json.dumps(message).encode() + b"\\n")

while line := lines.readline():
    say("begun")
    outcome, text = "stored", ""
    exec(json.loads(line)[0])
    say([outcome, text])
"""
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "GIVEN": "yes"}
STORED = (Outcome.STORED, "")


COMMAND = [sys.executable, "-I", "-S", "-c"]
started: list[int] = []


@pytest.fixture(autouse=True)
def noted_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Note what a test starts: another compile process, which kernels of earlier tests are compiled in, may be there too."""

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **keywords: Any) -> None:
            super().__init__(command, **keywords)
            if command[: len(COMMAND)] == COMMAND:
                started.append(self.pid)

    started.clear()
    monkeypatch.setattr(subprocess, "Popen", Popen)


def make(server: str = SERVER) -> CompileProcess:
    return CompileProcess([*COMMAND, server], ENVIRONMENT)


@pytest.fixture
def process() -> Iterator[CompileProcess]:
    made = make()
    yield made
    made.stop()


def has_child() -> bool:
    """Whether a process that the test started is there, running or not collected. It must have started one."""
    assert started
    for pid in started:
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            return True
    return False


def test_requests_go_to_one_process(process: CompileProcess) -> None:
    assert process.pid is None
    first = process.compile("text = str(os.getpid())")
    assert first == (Outcome.STORED, str(process.pid))
    assert process.compile("text = str(os.getpid())") == first
    assert process.compile("outcome, text = 'refused', 'no \\udcff'") == (Outcome.REFUSED, "no \udcff")
    assert process.compile(f"text = {'x' * 300_000!r}") == (Outcome.STORED, "x" * 300_000)


def test_requests_of_several_threads(process: CompileProcess) -> None:
    answers: dict[int, tuple[Outcome, str]] = {}

    def ask(number: int) -> None:
        answers[number] = process.compile(f"text = '{number}'")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: (Outcome.STORED, str(number)) for number in range(6)}


def test_what_a_process_gets(process: CompileProcess) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        _, text = process.compile("text = repr((os.getsid(0), os.getcwd(), dict(os.environ), os.listdir('/dev/fd')))")
    finally:
        os.close(reader)
        os.close(writer)
    session, folder, variables, descriptors = eval(text)
    assert session == process.pid != os.getsid(0)
    assert folder == "/"
    assert set(variables) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {"PATH", "GIVEN"}
    assert {int(name) for name in descriptors} <= {0, 1, 2, 3}  # 3 lists the folder


def test_a_process_that_is_killed_while_it_is_idle_is_started_again(process: CompileProcess) -> None:
    assert process.compile("") == STORED
    before = process.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert process.compile("") == STORED
    assert process.pid not in (None, before)
    assert process.available


def test_a_kernel_that_ends_the_process_is_refused(process: CompileProcess) -> None:
    outcome, text = process.compile("os.kill(os.getpid(), signal.SIGKILL)")
    assert outcome is Outcome.REFUSED
    assert "ended" in text
    assert process.pid is None
    assert not has_child()
    assert process.compile("") == STORED


def test_a_kernel_that_takes_too_long_is_refused(process: CompileProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    assert process.compile("") == STORED
    monkeypatch.setattr(compile_process, "KERNEL_SECONDS", 0.05)
    outcome, text = process.compile("signal.pause()")
    assert outcome is Outcome.REFUSED
    assert "more than 0.05 s" in text
    assert process.pid is None
    assert not has_child()
    monkeypatch.undo()
    assert process.compile("") == STORED


def test_so_many_processes_are_lost_at_most(process: CompileProcess) -> None:
    for _ in range(compile_process.MAX_LOSSES):
        assert process.compile("os._exit(1)")[0] is Outcome.REFUSED
    assert process.compile("")[0] is Outcome.OVER
    assert process.pid is None


@pytest.mark.parametrize(
    "server",
    [
        "raise SystemExit",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import socket; socket.socket(fileno=0).close()",
    ],
)
def test_a_process_that_does_not_begin(server: str) -> None:
    process = make(server)
    assert process.compile("") == (Outcome.UNAVAILABLE, "there is no process to compile it")
    assert not process.available
    assert process.pid is None
    assert not has_child()


def test_a_process_that_hangs_as_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_process, "START_SECONDS", 0.05)
    process = make("import signal; signal.pause()")
    assert process.compile("")[0] is Outcome.UNAVAILABLE
    assert not process.available
    assert not has_child()


@pytest.mark.parametrize("command", [[], ["/no/such/program"], [os.devnull], [sys.executable + "\0"]])
def test_a_command_that_cannot_be_run(command: list[str]) -> None:
    process = CompileProcess(command, {})
    assert process.available == bool(command)
    assert process.compile("")[0] is Outcome.UNAVAILABLE
    assert not process.available


def test_a_process_that_cannot_serve_is_asked_once(process: CompileProcess) -> None:
    assert process.compile("outcome, text = 'unavailable', 'another version'") == (Outcome.UNAVAILABLE, "another version")
    assert not process.available
    assert process.compile("")[0] is Outcome.UNAVAILABLE


def test_a_process_that_rests_is_gone_until_it_is_needed(process: CompileProcess) -> None:
    process.rest()
    assert process.compile("") == STORED
    before = process.pid
    process.rest()
    assert process.pid is None
    assert not has_child()
    assert process.compile("") == STORED
    assert process.pid not in (None, before)


def test_a_process_at_work_does_not_rest(process: CompileProcess) -> None:
    reader, writer = os.pipe()
    answers: list[tuple[Outcome, str]] = []
    assert process.compile("") == STORED
    with open(reader, "rb"), open(writer, "wb"):
        path = f"/proc/{os.getpid()}/fd/{reader}"
        if not os.path.exists(path):
            pytest.skip("no way to another process's descriptors")
        thread = threading.Thread(target=lambda: answers.append(process.compile(f"text = open({path!r}).read(1)")))
        thread.start()
        while not process._lock.locked():
            time.sleep(1e-3)
        process.rest()
        assert process.pid is not None
        os.write(writer, b"x")
        thread.join()
    assert answers == [(Outcome.STORED, "x")]


@pytest.mark.parametrize("code", ["", "signal.pause()"])
def test_stopping_ends_a_wait_and_leaves_no_process(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_process, "EXIT_SECONDS", 0.2)
    process = make()
    assert process.compile("") == STORED
    answers: list[tuple[Outcome, str]] = []
    thread = threading.Thread(target=lambda: answers.append(process.compile(code)))
    thread.start()
    while not (process._lock.locked() or answers):
        time.sleep(1e-3)
    process.stop()
    thread.join()
    assert answers[0][0] is Outcome.OVER or (not code and answers == [STORED])
    assert process.pid is None
    assert not has_child()
    assert process.compile("")[0] is Outcome.OVER


def test_the_kernel_under_way_is_finished_at_the_exit(tmp_path: os.PathLike[str]) -> None:
    """A kernel of a short program is on disk when it runs again."""
    begun, done = os.path.join(tmp_path, "begun"), os.path.join(tmp_path, "done")
    process = make()
    code = f"open({begun!r}, 'w').close(); time.sleep(0.2); open({done!r}, 'w').close()"
    thread = threading.Thread(target=process.compile, args=(code,))
    thread.start()
    while not os.path.exists(begun):
        time.sleep(1e-3)
    process.stop()
    thread.join()
    assert os.path.exists(done)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_has_a_process_of_its_own(process: CompileProcess) -> None:
    assert process.compile("") == STORED
    before = process.pid
    assert process._worker is not None
    descriptor = process._worker.channel._socket.fileno()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                os.fstat(descriptor)
            except OSError:
                alone = process.pid is None
                code = 0 if alone and process.compile("") == STORED and process.pid not in (None, before) else 2
                process.stop()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert process.compile("text = str(os.getpid())") == (Outcome.STORED, str(before))
