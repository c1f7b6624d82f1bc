"""Compiled kernels in memory and on disk.

A kernel is an object file made from a source text. The store loads it with llvmlite alone (Numba is needed to compile, not to
run), so a process that finds its kernels on disk starts warm. Whatever is wrong with the files, the answer is one log line and a
new compile. A digest finds damage, not malice: a file is loaded because nobody but the user could have written it, see
`private_folder`.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from lazytensor.compiler.shield import complete, shielded
from lazytensor.runtime import forks
from lazytensor.runtime.memory import thread_memory
from lazytensor.runtime.object_file import check_object
from lazytensor.runtime.private_folder import PrivateFolder, UntrustedError

log = logging.getLogger("lazytensor")
T = TypeVar("T")

FORMAT = "lazytensor-kernel-4"
DISK_LIMIT = 512 << 20
MAX_KERNELS = 4096  # in memory; those in use stay, and any is found on disk again
FILE_LIMIT = 64 << 20
# A draft older than this was left by a process that died.
DRAFT_SECONDS = 3600
MAGIC = b"LTK2"
DIGEST = 32


class KernelFunction:
    """A loaded kernel: `kernel(block, start, stop)` runs it over [start, stop) with the argument block at address `block`."""

    __slots__ = ("_buffered", "_call", "address", "name", "source")

    def __init__(self, name: str, source: str, address: int) -> None:
        self.name = name
        self.source = source
        self.address = address
        self._buffered = "thread_buffer(" in source
        # Numba's calling convention: two out pointers (return value, exception), then the arguments; ctypes drops the GIL.
        word = ctypes.c_int64
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, word, word, word, word)
        self._call: Callable[..., int] = prototype(address)

    def __call__(self, block: int, start: int, stop: int) -> None:
        status = self._call(_SCRATCH, _SCRATCH, block, start, stop, self.memory())
        if status:
            raise RuntimeError(f"kernel {self.name} failed with status {status}")

    def memory(self) -> int:
        return thread_memory() if self._buffered else 0

    def __repr__(self) -> str:
        return f"KernelFunction({self.name})"


_SCRATCH_MEMORY = (ctypes.c_int64 * 8)()
_SCRATCH = ctypes.addressof(_SCRATCH_MEMORY)


def cache_directory() -> Path:
    """LAZYTENSOR_CACHE_DIR, or the platform's place for a user's caches. OSError where the user has no home."""
    if chosen := os.environ.get("LAZYTENSOR_CACHE_DIR"):
        return Path(chosen)
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError as error:
        raise OSError(f"{error}; set LAZYTENSOR_CACHE_DIR") from None
    return base / "lazytensor"


@functools.cache
def fingerprint() -> str:
    """What, besides its source, decides a kernel's object code: format, compiler versions and processor."""
    complete("llvmlite.binding")
    # delayed: start-up time
    import llvmlite
    import llvmlite.binding as llvm

    parts = [FORMAT, llvm.get_process_triple(), f"llvmlite {llvmlite.__version__}", f"numba {_numba()}"]
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    return "\n".join(parts)


def _numba() -> str:
    """What says which Numba there is, without importing it: the file that holds its version (importlib.metadata takes 50 ms to import)."""
    spec = find_spec("numba")
    if spec is None or not spec.submodule_search_locations:
        return "none"
    for folder in spec.submodule_search_locations:
        with suppress(OSError):
            return hashlib.sha256(Path(folder, "_version.py").read_bytes()).hexdigest()
    return str(spec.origin)


@functools.cache
def _engine() -> Any:
    """The LLVM execution engine that all kernels are loaded into."""
    import llvmlite.binding as llvm  # delayed: start-up time

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


class DeferredKernel:
    """A kernel that is found or compiled when it is first called, by the thread that needs it: planning never waits for it."""

    __slots__ = ("_build", "_find", "_kernel", "name", "source")

    def __init__(
        self, find: Callable[[str, Callable[[], bytes]], KernelFunction], source: str, build: Callable[[], bytes]
    ) -> None:
        self.name = kernel_name(source)
        self.source = source
        self._find = find
        self._build = build
        self._kernel: KernelFunction | None = None

    def _found(self) -> KernelFunction:
        kernel = self._kernel
        if kernel is None:
            kernel = self._kernel = self._find(self.source, self._build)
        return kernel

    @property
    def address(self) -> int:
        return self._found().address

    def memory(self) -> int:
        return self._found().memory()

    def __call__(self, block: int, start: int, stop: int) -> None:
        self._found()(block, start, stop)


def kernel_name(source: str) -> str:
    """The function a source defines first."""
    return source.partition("def ")[2].partition("(")[0]


class KernelStore:
    """Kernels by source text.

    Parameters
    ----------
    directory : Path, optional
        Where object files are kept; `cache_directory()` / "kernels" if not given.
    salt : str, optional
        Whatever else the object code depends on, such as the version of the functions that kernels call.
    limit : int, optional
        Bytes of object files to keep; the least recently written go first.
    """

    def __init__(self, directory: Path | None = None, salt: str = "", limit: int = DISK_LIMIT) -> None:
        self._directory = directory
        self.salt = salt
        self._limit = limit
        self._kernels: dict[str, KernelFunction] = {}
        self._making: dict[str, threading.Lock] = {}
        self._lock = forks.renew(threading.Lock())
        self._complained: set[str] = set()
        self.compiled = 0
        self.loaded = 0

    @property
    def directory(self) -> Path:
        return self._directory or cache_directory() / "kernels"

    def get(self, source: str) -> KernelFunction | None:
        """The kernel of this source if it is in memory."""
        return self._kernels.get(source)

    def __call__(self, source: str, build: Callable[[], bytes]) -> KernelFunction:
        """The kernel of this source, from memory, from disk, or from the object code that `build` returns.

        `source` is the whole key; its first `def` names the symbol that the object exports.
        """
        kernel = self._kernels.get(source)
        return kernel if kernel is not None else shielded(lambda: self._find(source, build))

    def _find(self, source: str, build: Callable[[], bytes]) -> KernelFunction:
        with self._lock:
            making = self._making.setdefault(source, forks.renew(threading.Lock()))
        # Held for one source only: a kernel that is on disk does not wait for another's compilation.
        try:
            with making:
                kernel = self._kernels.get(source)
                if kernel is None:
                    kernel = self._kernels[source] = self._make(source, build)
        finally:
            with self._lock:
                self._making.pop(source, None)
                if len(self._kernels) > MAX_KERNELS:
                    del self._kernels[next(iter(self._kernels))]
        return kernel

    def _make(self, source: str, build: Callable[[], bytes]) -> KernelFunction:
        name = symbol(source)
        code = self._read(source)
        kernel = self._load(name, source, code) if code is not None else None
        if kernel is not None:
            self.loaded += 1
            return kernel
        code = build()
        kernel = KernelFunction(name, source, _link(name, code))
        self.compiled += 1
        self._write(source, code)
        return kernel

    def on_disk(self, source: str) -> bool:
        """Whether there is a file for this source that may be loaded (its content is checked only then)."""
        # What the file's name depends on beside the source takes LLVM's import, 60 ms, to know.
        if "llvmlite.binding" not in sys.modules and not self._may_have(source):
            return False
        return bool(self._attempt("use", lambda folder: folder.trusts(self.file_name(source))))

    def clear(self, disk: bool = False) -> None:
        """Forget the kernels in memory, and with `disk` delete the files too. Kernels in use stay valid."""
        with self._lock:
            self._kernels.clear()
        if disk:
            for name, _ in self._files((".kernel", ".part")):
                self._remove(name)

    def disk_bytes(self) -> int:
        """Bytes of object files on disk."""
        return sum(status.st_size for _, status in self._files((".kernel",)))

    def writable(self) -> bool:
        """Whether another process may put files there that this one would load."""
        return bool(self._attempt("write", PrivateFolder.writable))

    def add(self, source: str, build: Callable[[], bytes]) -> bool:
        """Have the kernel of this source on disk, without loading it; False where it cannot be written. The folder is there already: one
        that was deleted since whoever wants the kernel looked is not made again."""
        if not self.on_disk(source):
            code = build()
            self.compiled += 1
            self._write(source, code, create=False)
        return self.on_disk(source)

    def file_name(self, source: str) -> str:
        """The name of this source's file: a hash of the source, and one of all that its object code depends on."""
        return f"{self._hash(source)}{self._hash(fingerprint(), source)}.kernel"

    def _hash(self, *texts: str) -> str:
        return hashlib.sha256("\n".join((self.salt, *texts)).encode()).hexdigest()[:24]

    def _may_have(self, source: str) -> bool:
        """Is there a file of this source's, for this processor or another?"""
        start = self._hash(source)
        try:
            return any(name.startswith(start) for name in os.listdir(self.directory))
        except FileNotFoundError:
            return False
        except OSError:  # who reads it says so
            return True

    @property
    def empty(self) -> bool:
        """Whether there is no kernel in memory."""
        return not self._kernels

    def _files(self, endings: tuple[str, ...]) -> list[tuple[str, os.stat_result]]:
        found = self._attempt("list", PrivateFolder.files) or []
        return [(name, status) for name, status in found if name.endswith(endings)]

    def _remove(self, name: str) -> None:
        self._attempt("tidy up", lambda folder: folder.remove(name))

    def _attempt(self, what: str, action: Callable[[PrivateFolder], T]) -> T | None:
        """`action(folder)`, or None and a log line, once for each kind of failure, where files cannot be used."""
        try:
            return action(PrivateFolder(self.directory))
        except FileNotFoundError:
            return None
        except NotImplementedError as error:
            self._complain(logging.INFO, "NotImplementedError", f"not used: {error}")
        except UntrustedError as error:
            self._complain(logging.WARNING, "UntrustedError", f"not used: {error}")
        except OSError as error:
            self._complain(logging.WARNING, f"{type(error).__name__} {error.errno}", f"cannot {what} the files: {error}")
        return None

    def _complain(self, level: int, kind: str, text: str) -> None:
        if kind not in self._complained:
            self._complained.add(kind)
            log.log(level, "kernel cache: %s", text)

    def _read(self, source: str) -> bytes | None:
        name = self.file_name(source)
        data = self._attempt("read", lambda folder: folder.read(name, FILE_LIMIT))
        if data is None:
            return None
        code = data[len(MAGIC) + DIGEST :]
        if data != _sealed(name, code):
            log.warning("kernel cache: %s is corrupt, compiling again", self.directory / name)
            return None
        return code

    def _load(self, name: str, source: str, code: bytes) -> KernelFunction | None:
        try:
            check_object(code, name, _has_symbol)
            return KernelFunction(name, source, _link(name, code))
        except (RuntimeError, ValueError, OSError) as error:
            log.warning("kernel cache: %s does not load (%s), compiling again", self.directory / self.file_name(source), error)
            return None

    def _write(self, source: str, code: bytes, create: bool = True) -> None:
        name = self.file_name(source)
        self._attempt("write", lambda folder: folder.write(name, _sealed(name, code), create))
        if self.compiled % 64 == 1:
            self._trim()

    def _trim(self) -> None:
        """Drop the oldest files beyond the limit, and what processes that died left behind."""
        for name, status in self._files((".part",)):
            if status.st_mtime < time.time() - DRAFT_SECONDS:
                self._remove(name)
        found = sorted((status.st_mtime, status.st_size, name) for name, status in self._files((".kernel",)))
        total = sum(size for _, size, _ in found)
        for _, size, name in found:
            if total <= self._limit:
                break
            self._remove(name)
            total -= size


def _sealed(name: str, code: bytes) -> bytes:
    """The content of the file `name`: with a digest, so that neither damage nor a file under another's name is loaded."""
    return MAGIC + hashlib.sha256(name.encode() + code).digest() + code


def symbol(source: str) -> str:
    """The name of the function that a source text defines, which its object code exports."""
    return kernel_name(source)


# Whoever loads code holds it; so do forks, and the interpreter's exit.
link_lock = threading.RLock()
forks.hold(forks.LINKING, lambda: link_lock)


def _link(name: str, code: bytes) -> int:
    """Load object code and return the address of its function `name`."""
    import llvmlite.binding as llvm  # delayed: start-up time

    with link_lock:
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address: int = engine.get_function_address(name)
    if not address:
        raise RuntimeError(f"no function {name} in the object code")
    return address


def _has_symbol(name: str) -> bool:
    """Whether code that is loaded may refer to the symbol."""
    import llvmlite.binding as llvm  # delayed: start-up time

    with link_lock:
        _engine()  # before it is made LLVM does not know the process's own symbols
        return llvm.address_of_symbol(name) is not None


def link_assembly(text: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Compile LLVM assembly and return the addresses of its functions `names`."""
    import llvmlite.binding as llvm  # delayed: start-up time

    with link_lock:
        engine = _engine()
        engine.add_module(llvm.parse_assembly(text))
        engine.finalize_object()
        return tuple(engine.get_function_address(name) for name in names)
