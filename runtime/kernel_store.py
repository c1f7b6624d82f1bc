"""Compiled kernels in memory and on disk.

A kernel is an object file made from a source text. The store loads it with llvmlite alone (Numba is needed to compile, not to
run), so a process that finds its kernels on disk starts warm. Whatever is wrong with the files, the answer is one log line and a
new compile.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lazytensor.compiler.shield import complete, shielded

log = logging.getLogger("lazytensor")

FORMAT = "lazytensor-kernel-1"
DISK_LIMIT = 512 << 20
MAX_KERNELS = 4096  # in memory; those in use stay, and any is found on disk again
MAGIC = b"LTK1"


class KernelFunction:
    """A loaded kernel: `kernel(block, start, stop)` runs it over [start, stop) with the argument block at address `block`."""

    __slots__ = ("_call", "address", "name", "source")

    def __init__(self, name: str, source: str, address: int) -> None:
        self.name = name
        self.source = source
        self.address = address
        # Numba's calling convention: two out pointers (return value, exception), then the arguments; ctypes drops the GIL.
        word = ctypes.c_int64
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, word, word, word)
        self._call: Callable[..., int] = prototype(address)

    def __call__(self, block: int, start: int, stop: int) -> None:
        status = self._call(_SCRATCH, _SCRATCH, block, start, stop)
        if status:
            raise RuntimeError(f"kernel {self.name} failed with status {status}")

    def __repr__(self) -> str:
        return f"KernelFunction({self.name})"


_SCRATCH_MEMORY = (ctypes.c_int64 * 8)()
_SCRATCH = ctypes.addressof(_SCRATCH_MEMORY)


def cache_directory() -> Path:
    """LAZYTENSOR_CACHE_DIR, or the platform's place for a user's caches."""
    if chosen := os.environ.get("LAZYTENSOR_CACHE_DIR"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "lazytensor"


@functools.cache
def fingerprint() -> str:
    """What, besides its source, decides a kernel's object code: format, compiler versions and processor."""
    complete("platform", "importlib.metadata", "llvmlite.binding")
    # delayed: start-up time
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import llvmlite.binding as llvm

    parts = [FORMAT, platform.machine(), sys.platform]
    for package in ("numba", "llvmlite"):
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} none")
    parts += [llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    return "\n".join(parts)


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

    __slots__ = ("_build", "_kernel", "_store", "name", "source")

    def __init__(self, store: KernelStore, source: str, build: Callable[[], bytes]) -> None:
        self.name = kernel_name(source)
        self.source = source
        self._store = store
        self._build = build
        self._kernel: KernelFunction | None = None

    def _found(self) -> KernelFunction:
        kernel = self._kernel
        if kernel is None:
            kernel = self._kernel = self._store(self.source, self._build)
        return kernel

    @property
    def address(self) -> int:
        return self._found().address

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
        self._salt = salt
        self._limit = limit
        self._kernels: dict[str, KernelFunction] = {}
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
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
            making = self._making.setdefault(source, threading.Lock())
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
        path = self._path(source)
        code = self._read(path)
        kernel = self._load(name, source, code, path) if code is not None else None
        if kernel is not None:
            self.loaded += 1
            return kernel
        code = build()
        kernel = KernelFunction(name, source, _link(name, code))
        self.compiled += 1
        self._write(path, code)
        return kernel

    def deferred(self, source: str, build: Callable[[], bytes]) -> DeferredKernel:
        """The kernel, looked for when it is first called."""
        return DeferredKernel(self, source, build)

    def on_disk(self, source: str) -> bool:
        """Whether a file for this source exists (its content is checked only when it is loaded)."""
        try:
            return self._path(source).exists()
        except OSError:
            return False

    def clear(self, disk: bool = False) -> None:
        """Forget the kernels in memory, and with `disk` delete the files too. Kernels in use stay valid."""
        with self._lock:
            self._kernels.clear()
            if disk:
                for path in self._files():
                    self._attempt("delete", path, lambda path=path: path.unlink(missing_ok=True))  # type: ignore[misc]

    def disk_bytes(self) -> int:
        """Bytes of object files on disk."""
        return sum(self._attempt("read", path, lambda path=path: path.stat().st_size) or 0 for path in self._files())  # type: ignore[misc]

    def _path(self, source: str) -> Path:
        text = "\n".join((fingerprint(), self._salt, source))
        return self.directory / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.kernel"

    def _files(self) -> list[Path]:
        return self._attempt("list", self.directory, lambda: list(self.directory.glob("*.kernel"))) or []

    def _attempt(self, what: str, path: Path, action: Callable[[], Any]) -> Any:
        """`action()`, or None and a log line, once for each kind of failure, if the file system does not allow it."""
        try:
            return action()
        except FileNotFoundError:
            return None
        except OSError as error:
            if what not in self._complained:
                self._complained.add(what)
                log.warning("kernel cache: cannot %s %s: %s", what, path, error)
            return None

    def _read(self, path: Path) -> bytes | None:
        data: bytes | None = self._attempt("read", path, path.read_bytes)
        if data is None:
            return None
        digest, code = data[4:36], data[36:]
        if data[:4] != MAGIC or hashlib.sha256(code).digest() != digest:
            log.warning("kernel cache: %s is corrupt, compiling again", path)
            return None
        return code

    def _load(self, name: str, source: str, code: bytes, path: Path) -> KernelFunction | None:
        try:
            return KernelFunction(name, source, _link(name, code))
        except (RuntimeError, OSError) as error:
            log.warning("kernel cache: %s does not load (%s), compiling again", path, error)
            return None

    def _write(self, path: Path, code: bytes) -> None:
        def write() -> None:
            self.directory.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.directory, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(MAGIC + hashlib.sha256(code).digest() + code)
                os.replace(temporary, path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

        self._attempt("write", path, write)
        if self.compiled % 64 == 1:
            self._trim()

    def _trim(self) -> None:
        """Drop the oldest files beyond the limit."""
        found = []
        for path in self._files():
            stat = self._attempt("read", path, path.stat)
            if stat is not None:
                found.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self._limit:
                break
            self._attempt("delete", path, lambda path=path: path.unlink(missing_ok=True))  # type: ignore[misc]
            total -= size


def symbol(source: str) -> str:
    """The name of the function that a source text defines, which its object code exports."""
    return kernel_name(source)


_link_lock = threading.Lock()


def _link(name: str, code: bytes) -> int:
    """Load object code and return the address of its function `name`."""
    import llvmlite.binding as llvm  # delayed: start-up time

    with _link_lock:
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address: int = engine.get_function_address(name)
    if not address:
        raise RuntimeError(f"no function {name} in the object code")
    return address


def link_assembly(text: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Compile LLVM assembly and return the addresses of its functions `names`."""
    import llvmlite.binding as llvm  # delayed: start-up time

    with _link_lock:
        engine = _engine()
        engine.add_module(llvm.parse_assembly(text))
        engine.finalize_object()
        return tuple(engine.get_function_address(name) for name in names)
