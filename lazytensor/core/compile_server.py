"""What runs in the process that compiles kernels (`serve`), and how it is started.

It imports the compiler and the kernel store, and nothing of the front end: neither the chapters of functions nor the user's program.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path

from lazytensor.compiler.codegen import source as compiler
from lazytensor.compiler.codegen.elementary import vectormath
from lazytensor.compiler.plan import KernelError
from lazytensor.runtime.compile_process import BEGUN, KERNEL_SECONDS, Channel, Outcome
from lazytensor.runtime.kernel_store import KernelStore

# How often the process looks whether its program is there still, should something else hold the other end of the socket.
LOOK_SECONDS = 5.0
# A kernel that takes so much of a core will not end.
CPU_SECONDS = 60.0
# Below the program, not far: while the process waits for a core that the program uses, the program does without its kernels.
NICE = 5
PACKAGES = ("lazytensor", "lazytensor.compiler", "lazytensor.runtime")
# What it gets of the environment: where shared libraries lie, how file names are written, how Numba compiles.
KEPT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
)
KEPT_PREFIX = "NUMBA_"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

# The packages are made by hand: what is found is what the program has, wherever an installation keeps its parts, and the front end's
# imports, most of a second on a busy machine, are left out.
PROGRAM = """
import sys, types
sys.path[:] = {path!r}
for name, folders in {packages!r}:
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = folders
    parent, _, own = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], own, package)
from lazytensor.core.compile_server import serve
serve(int(sys.argv[1]))
"""


def command() -> list[str]:
    """The command line of a process for this one, whose number is to follow; empty where none can be run."""
    executable = sys.executable or ""
    # Elsewhere it may be the program that Python is embedded in: running that would begin the user's program anew.
    known = os.path.basename(executable).lower().startswith("python") and not getattr(sys, "frozen", False)
    if not known or not os.path.isabs(executable) or os.name != "posix":
        return []
    packages = [(name, [os.path.abspath(folder) for folder in sys.modules[name].__path__]) for name in PACKAGES]
    program = PROGRAM.format(path=_search_path(), packages=packages)
    flags = ["-I", "-S"]  # neither the environment, nor the user's folders, nor what site-packages would have run
    if sys.dont_write_bytecode:
        flags.append("-B")
    if sys.flags.utf8_mode:
        flags += ["-X", "utf8"]
    if sys.pycache_prefix is not None:
        flags += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    return [executable, *flags, "-c", program]


def environment() -> dict[str, str]:
    """The variables that the process gets."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith(KEPT_PREFIX)}
    return kept | dict.fromkeys(ONE_THREAD, "1")


def _search_path() -> list[str]:
    """Where this process finds modules. The folder of the user's program comes last: a file there that is called as a module of the
    libraries', the program itself perhaps, must not be run in its place."""
    own = {os.getcwd()} if "" in sys.path else set()
    if (main := getattr(sys.modules.get("__main__"), "__file__", None)) is not None:
        own.add(os.path.dirname(os.path.abspath(main)))
    return sorted(dict.fromkeys(map(os.path.abspath, sys.path)), key=own.__contains__)


def serve(parent: int) -> None:
    """Compile what is asked for on standard input, until it ends or the process `parent` does."""
    _step_back(parent)
    channel = Channel(socket.socket(fileno=0))
    # Numba looks for SciPy's BLAS, which no kernel calls, before it compiles anything: 0.25 s of 0.9 until the first kernel is there.
    sys.modules["scipy"] = None  # type: ignore[assignment]
    vectormath.namespace()  # imports Numba
    with suppress(OSError):  # nobody reads the answer
        for request in _requests(channel, parent):
            channel.send(BEGUN, KERNEL_SECONDS)
            _limit(CPU_SECONDS, 2 * KERNEL_SECONDS)
            outcome, text = answer(*request)
            _limit(0, 0)
            channel.send((outcome.value, text), KERNEL_SECONDS)
    os._exit(0)  # there is nothing to tidy up, and LLVM takes its time


def answer(source: str, directory: str, salt: str, name: str) -> tuple[Outcome, str]:
    """Put the kernel of a source text into the store at `directory`, where the program that asks will look for a file called `name`."""
    store = _store(directory, salt)
    if salt != compiler.library_digest() or name != store.file_name(source):
        return Outcome.UNAVAILABLE, "the program has another version of the compiler"
    compiler.forget_refused()  # the program remembers
    try:
        stored = store.add(source, partial(compiler.compile_source, source))
    except KernelError as error:
        lasting = not isinstance(error.__cause__, (MemoryError, OSError))
        return Outcome.REFUSED if lasting else Outcome.FAILED, str(error)
    return (Outcome.STORED, "") if stored else (Outcome.UNAVAILABLE, "the store cannot be written")


@lru_cache(maxsize=4)
def _store(directory: str, salt: str) -> KernelStore:
    return KernelStore(Path(directory), salt)


def _requests(channel: Channel, parent: int) -> Iterator[list[str]]:
    while os.getppid() == parent:
        try:
            request = channel.receive(LOOK_SECONDS)
        except TimeoutError:
            continue
        if request is None:
            return
        yield request


def _limit(processor: float, clock: float) -> None:
    """Have the process end after so many seconds: by signals that need no turn of the interpreter's, and no program that still waits."""
    signal.setitimer(signal.ITIMER_PROF, processor)
    signal.setitimer(signal.ITIMER_REAL, clock)


def _step_back(parent: int) -> None:
    """Take the lower priority, and let the signals of `_limit` end the process."""
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF, signal.SIGALRM])
    with suppress(OSError):  # the thread that started this process may be as low already
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, parent) + NICE)
    with suppress(OSError):  # Linux may share a core between sessions, and heed priorities within each only
        Path("/proc/self/autogroup").write_text(str(NICE))
