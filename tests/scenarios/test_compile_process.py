"""Programs whose kernels are compiled in a process of its own: they import no compiler, get the same bits, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lazytensor.core import compile_server
from lazytensor.core.system import kernel_store
from lazytensor.runtime.compile_process import Outcome

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX systems")

PRELUDE = """
import faulthandler, logging, os, signal, sys, threading, time
faulthandler.dump_traceback_later(150, exit=True)
logging.basicConfig(format="%(message)s")
import numpy as np
import lazytensor as lt
from lazytensor.core import kernels, planning
from lazytensor.core.system import engine, kernel_store
planning.UPGRADE_SECONDS = 0.0
planning.WALKS = 0  # or the first runs would make no plan
x = lt.asarray(np.linspace(0.1, 3, 30_000).reshape(100, 300))

def work(n=0):
    y = x
    for _ in range(n):
        y = lt.exp(lt.sin(y) * 0.1) + lt.tanh(y) ** 1.5
    return float((lt.exp(y) * 0.7 + lt.sqrt(y)).sum())

def ask(n=0):
    # Twice: the first run makes the plan, the second asks for its kernel.
    work(n), work(n)

def begun():
    # The process has a kernel in its hands, or is about to get it.
    while kernels._process is None or kernels._process.pid is None:
        time.sleep(0.001)

def compiled_here():
    return "numba" in sys.modules
"""


def start(body: str, cache: Path, **options: object) -> subprocess.Popen[str]:
    environment = os.environ | {"LAZYTENSOR_CACHE_DIR": str(cache), "LAZYTENSOR_TIER": "auto", "LAZYTENSOR_EAGER_ELEMENTS": "0"}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", PRELUDE + body]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def script(body: str, cache: Path, said: str = "") -> str:
    program = start(body, cache)
    output, errors = program.communicate(timeout=200)
    assert program.returncode == 0, errors
    assert said in errors if said else errors == ""
    assert errors.count("\n") <= bool(said), errors
    return str(output)


def wait_for_end(pid: int) -> None:
    """Until the process is gone, or a zombie that its new parent has yet to see to."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        try:
            state = (
                Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] if Path("/proc/self/stat").exists() else ""
            )
            os.kill(pid, 0)
        except OSError:
            return
        if state in ("Z", "X"):
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} goes on")


def test_a_program_imports_no_compiler(tmp_path: Path) -> None:
    body = """
ask()
engine().background_idle()
assert (kernel_store().compiled, kernel_store().loaded) == (0, 1), vars(kernel_store())
work()
assert [info.tier for entry in planning.plans.values() for info in entry.plan.kernels] == ["compiled"]
lt.random.default_rng(1).normal(size=1000).sum().wait()
tasks = f"/proc/{kernels._process.pid}/task"
assert not os.path.exists(tasks) or len(os.listdir(tasks)) == 1
print(compiled_here(), "networkx" in sys.modules)
"""
    assert script(body, tmp_path) == "False False\n"
    assert len(list(tmp_path.glob("kernels/*.kernel"))) == 2
    assert not list(tmp_path.glob("kernels/*.part"))


BITS = """
y = lt.asarray(np.random.default_rng(3).normal(size=(2000, 300)))
z = y.astype("f4")
values = [
    lt.exp(y) / lt.exp(y).sum(axis=1, keepdims=True), (z * z).sum(axis=0), lt.log1p(lt.abs(y)) ** 1.3 + lt.cos(y) * lt.erf(y)
    if hasattr(lt, "erf") else lt.log1p(lt.abs(y)) ** 1.3 + lt.cos(y), z.mean(), lt.random.default_rng(4).normal(size=500),
    (y[:, 1:] - y[:, :-1]) * 3, (lt.sqrt(lt.abs(z)) + 1).var(axis=1),
]
import hashlib
for value in values:
    print(hashlib.sha256(value.numpy().tobytes()).hexdigest())
"""


def test_the_same_bits_as_compiled_here(tmp_path: Path) -> None:
    there = script("lt.config.deterministic = True\n" + BITS + "print(compiled_here())", tmp_path / "there")
    here = script("lt.config.deterministic = True; sys.executable = ''\n" + BITS + "print(compiled_here())", tmp_path / "here")
    assert there.splitlines()[:-1] == here.splitlines()[:-1]
    assert (there.splitlines()[-1], here.splitlines()[-1]) == ("False", "True")
    names = [sorted(path.name for path in (tmp_path / where).glob("kernels/*.kernel")) for where in ("there", "here")]
    assert names[0] == names[1]
    assert len(names[0]) >= 5


HERE = """
ask()
engine().background_idle()
work()
assert [info.tier for entry in planning.plans.values() for info in entry.plan.kernels] == ["compiled"]
assert compiled_here() and kernel_store().compiled == 1
"""


@pytest.mark.parametrize("why", ["executable", "embedded", "frozen", "folder", "package"])
def test_where_no_process_can_be_started_the_program_compiles(why: str, tmp_path: Path) -> None:
    program = tmp_path / "blender"
    program.symlink_to(sys.executable)
    prepare = {
        "executable": "sys.executable = ''",
        "embedded": f"sys.executable = {str(program)!r}",
        "frozen": "sys.frozen = True",
        "folder": "sys.executable = '/no/such/folder/python3'",
        "package": "from lazytensor.core import compile_server; compile_server.PROGRAM = 'raise ImportError'",
    }
    script(prepare[why] + HERE, tmp_path / "cache")


def test_where_there_is_no_store_the_program_compiles(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    script(HERE + "assert kernels._process.pid is None", tmp_path / "file", "kernel cache: cannot")


def test_where_others_write_to_the_store_the_program_compiles(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels").chmod(0o777)
    script(HERE + "assert kernels._process.pid is None", tmp_path, "kernel cache: not used")


def test_where_the_store_is_read_only_the_program_compiles(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir(mode=0o700)
    if os.geteuid():
        (tmp_path / "kernels").chmod(0o500)
        script(HERE + "assert kernels._process.pid is None", tmp_path, "kernel cache: cannot write")
    else:  # whom no permission stops
        script("os.access = lambda *_, **__: False\n" + HERE + "assert kernels._process.pid is None", tmp_path)


def test_where_the_disk_is_full_the_program_compiles(tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))\n"
    script(limit + HERE + "assert not kernels.compile_process().available", tmp_path, "kernel cache: cannot write")
    assert list(tmp_path.glob("kernels/*")) == []


def test_another_version_of_the_package_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = "def other(block, start, stop, memory):\n    pass\n"
    name = kernel_store().file_name(source)
    folder = str(tmp_path)
    assert compile_server.answer(source, folder, kernel_store().salt, name) == (Outcome.STORED, "")
    for salt, wanted in (("other", name), (kernel_store().salt, "other")):
        assert compile_server.answer(source, folder, salt, wanted)[0] is Outcome.UNAVAILABLE
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_the_compiler_rejects_is_not_asked_for_again(tmp_path: Path) -> None:
    body = """
from lazytensor.compiler.plan import KernelError
answers = []
process = kernels.compile_process()
compile = process.compile
process.compile = lambda *request: answers.append(compile(*request)) or answers[-1]
for turn in range(3):
    try:
        kernels.find_kernel("def wrong(block, start, stop, memory):\\n    nothing_is_called_so()\\n", None)
    except KernelError as error:
        assert "nothing_is_called_so" in str(error) and error.known == bool(turn), error
    else:
        raise AssertionError("no error")
(_, text), = answers
"""
    script(body, tmp_path)


@pytest.mark.parametrize("how", ["killed", "too long"])
def test_a_kernel_whose_process_is_lost_is_interpreted(how: str, tmp_path: Path) -> None:
    body = """
from lazytensor.runtime import compile_process
process = kernels.compile_process()
begin = process._begin
def lose(request):
    worker = begin(request)
    os.kill(process.pid, signal.SIGSTOP if HOW == "too long" else signal.SIGKILL)
    compile_process.KERNEL_SECONDS = 0.05
    return worker
process._begin = lose
before = work()
ask()
engine().background_idle()
assert not compiled_here()
for _ in range(3):
    assert work() == before
process._begin = begin
compile_process.KERNEL_SECONDS = 60.0
ask(1)
engine().background_idle()
assert sorted(info.tier == "compiled" for entry in planning.plans.values() for info in entry.plan.kernels)[-1]
assert not compiled_here()
"""
    script(f"HOW = {how!r}\n" + body, tmp_path, "could not be compiled, NumPy computes it")


@pytest.mark.parametrize("tenths", [0, 2, 6, 10])
def test_an_exit_while_a_kernel_is_compiled(tenths: int, tmp_path: Path) -> None:
    body = f"""
for n in range(1, 6):
    ask(n)
begun()
time.sleep({tenths / 10})
assert not compiled_here()
print(kernels._process.pid)
"""
    wait_for_end(int(script(body, tmp_path)))


def test_an_exit_under_a_process_that_hangs(tmp_path: Path) -> None:
    body = """
from lazytensor.runtime import compile_process
compile_process.EXIT_SECONDS = 0.1
ask()
begun()
os.kill(kernels._process.pid, signal.SIGSTOP)
print(kernels._process.pid)
"""
    wait_for_end(int(script(body, tmp_path)))


@pytest.mark.parametrize("idle", [False, True])
def test_a_program_that_is_killed_leaves_no_process(idle: bool, tmp_path: Path) -> None:
    body = "ask(3)\nbegun()\n"
    if idle:
        body += "engine().background_idle()\n"
    program = start(body + "print(kernels._process.pid, flush=True)\nsignal.pause()\n", tmp_path)
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    program.kill()
    program.communicate()
    wait_for_end(pid)


def test_an_interrupt_does_not_reach_the_process(tmp_path: Path) -> None:
    """As a terminal sends it: to all processes of the group."""
    body = """
signal.signal(signal.SIGINT, signal.default_int_handler)
ask()
begun()
pid = kernels._process.pid
try:
    print("ready", flush=True)
    while True:
        time.sleep(0.01)
except KeyboardInterrupt:
    pass
engine().background_idle()
assert kernels._process.pid == pid and not compiled_here() and kernel_store().loaded == 1
"""
    program = start(body, tmp_path, process_group=0)
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    os.killpg(program.pid, signal.SIGINT)
    _, errors = program.communicate(timeout=200)
    assert (program.returncode, errors) == (0, "")


FORK = """
def in_child(check):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            check()
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

faulthandler.cancel_dump_traceback_later()  # its watchdog thread does not survive a fork
"""


@pytest.mark.parametrize("pause", [0, 0.3])
def test_a_fork_while_a_kernel_is_compiled(pause: float, tmp_path: Path) -> None:
    """It does not wait for the kernel; the child asks a process of its own, and both get their kernels."""
    body = f"""
for n in range(1, 4):
    ask(n)
begun()
time.sleep({pause})
mine = kernels._process.pid
notes = []
handler = logging.Handler()
handler.emit = notes.append
logging.getLogger("lazytensor").addHandler(handler)
logging.getLogger("lazytensor").setLevel(logging.INFO)
logging.getLogger("lazytensor").propagate = False
os.kill(mine, signal.SIGSTOP)
assert in_child(lambda: None) == 0
assert not notes, notes  # no waiting for what does not come
os.kill(mine, signal.SIGCONT)

def check():
    assert kernels._process.pid is None
    ask(4)
    planning.start_upgrades()
    begun()
    assert kernels._process.pid != mine
    engine().background_idle()
    assert not compiled_here()
    assert all(info.tier == "compiled" for entry in planning.plans.values() for info in entry.plan.kernels)
    kernels._process.stop()

assert in_child(check) == 0
engine().background_idle()
assert all(info.tier == "compiled" for entry in planning.plans.values() for info in entry.plan.kernels)
assert not compiled_here() and kernels._process.pid == mine
"""
    script(FORK + body, tmp_path)


def test_a_process_that_nobody_needs_goes(tmp_path: Path) -> None:
    body = """
from lazytensor.runtime import background
background.REST_SECONDS = 0.05
ask()
engine().background_idle()
while kernels._process.pid is not None:
    time.sleep(0.01)
try:
    os.waitpid(-1, os.WNOHANG)
    raise AssertionError("there is a process")
except ChildProcessError:
    pass
ask(1)
engine().background_idle()
assert not compiled_here() and kernel_store().loaded == 2
"""
    script(body, tmp_path)


def test_a_kernel_without_end_ends_its_process() -> None:
    """Also where nobody waits for it any more."""
    program = """
import os
from lazytensor.core import compile_server
compile_server._step_back(os.getpid())
compile_server._limit(0.05, 1000)
while True:
    pass
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=200, check=False)
    assert done.returncode == -signal.SIGPROF


def test_the_users_own_folder_comes_last(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(tmp_path / "profile.py"), raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), "", "/somewhere", str(tmp_path), "else"])
    here = os.getcwd()
    assert compile_server._search_path() == ["/somewhere", os.path.join(here, "else"), str(tmp_path), here]
