"""Kernels run as the Python that they are written in: thousands of programs in the time in which LLVM compiles a few. What a kernel
means is tested so, and that its ranges can be run in any order; what the compiler makes of it is tested elsewhere."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from lazytensor.compiler.codegen.nest.expressions import TYPES
from lazytensor.compiler.plan import KernelError, KernelTask
from lazytensor.config import config
from lazytensor.core import planning
from lazytensor.runtime.devices import cpu

DTYPES = {name: dtype for dtype, name in TYPES.items()}
FUNCTIONS = {
    "maximum": np.maximum, "minimum": np.minimum, "fmax": np.fmax, "fmin": np.fmin, "abs": np.abs, "sign": np.sign,
    "sqrt": np.sqrt, "exp": np.exp, "sin": np.sin, "floor": np.floor, "isnan": np.isnan, "isfinite": np.isfinite,
    "remainder": np.remainder, "floor_divide": np.floor_divide,
}  # fmt: skip


class Pointer:
    """Elements in memory, by index from an address."""

    def __init__(self, address: int, dtype: np.dtype[Any]) -> None:
        self.address = address
        self.dtype = dtype

    def __getitem__(self, index: int) -> Any:
        return np.frombuffer(ctypes.string_at(self.address + int(index) * self.dtype.itemsize, self.dtype.itemsize), self.dtype)[
            0
        ]

    def __setitem__(self, index: int, value: Any) -> None:
        data = np.asarray(value).astype(self.dtype).tobytes()
        ctypes.memmove(self.address + int(index) * self.dtype.itemsize, data, len(data))


def _word(block: int, index: int) -> int:
    return ctypes.c_int64.from_address(block + 8 * index).value


def _pointer(block: int, index: int, dtype: Any, offset: int) -> Pointer:
    found = np.dtype(dtype)
    return Pointer(_word(block, index) + offset * found.itemsize, found)


def _number(block: int, index: int, dtype: Any) -> Any:
    return Pointer(block + 8 * index, np.dtype(dtype))[0]


def _buffer(count: int, dtype: Any) -> Any:
    return np.empty(count, dtype)


def _thread_buffer(memory: int, offset: int, count: int, dtype: Any) -> Any:
    return np.empty(count, dtype)


def _select(condition: Any, first: Any, second: Any) -> Any:
    return first if condition else second


READERS: dict[str, Any] = {
    "word": _word, "pointer": _pointer, "number": _number, "stack_buffer": _buffer,
    "thread_buffer": _thread_buffer, "prefetch": lambda *arguments: None, "to_line": lambda pointer, index: 3,
}  # fmt: skip


def _named(name: str) -> Any:
    """What a kernel means by a name."""
    if name in READERS:
        return READERS[name]
    if name in DTYPES:
        return DTYPES[name].type
    title, _, kind = name.rpartition("_")
    if title == "select" and kind in DTYPES:
        return _select
    if title in FUNCTIONS and kind in DTYPES:
        function, convert = FUNCTIONS[title], DTYPES[kind].type
        return lambda *values: function(*map(convert, values))
    return None


class PlainKernel:
    """A kernel's function in Python."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.name = source.partition("def ")[2].partition("(")[0]
        scope: dict[str, Any] = {}
        exec(source, scope)
        self._function: Callable[[int, int, int, int], None] = scope[self.name]
        for name in scope[self.name].__code__.co_names:
            if (found := _named(name)) is not None:
                scope[name] = found
            elif name not in dir(__builtins__) + list(__builtins__ if isinstance(__builtins__, dict) else ()) + ["real", "imag"]:
                raise KernelError(f"nothing is called {name} in {source}")

    @property
    def address(self) -> int:
        raise AssertionError(f"{self.name} is no native code")

    def memory(self) -> int:
        raise AssertionError(f"{self.name} is no native code")

    def __call__(self, block: int, start: int, stop: int) -> None:
        with np.errstate(all="ignore"):
            self._function(block, start, stop, 0)


class _Store:
    def __init__(self) -> None:
        self.kernels: dict[str, PlainKernel] = {}

    def __call__(self, source: str, build: Callable[[], bytes]) -> PlainKernel:
        if source not in self.kernels:
            self.kernels[source] = PlainKernel(source)
        return self.kernels[source]


def _shuffled(lane: cpu.CpuLane, task: KernelTask, count: int, grain: int) -> None:
    """The pieces of a loop, in any order; once, of a task that is to be run once, which would call native code itself."""
    run: Callable[[int, int], None] = task
    if isinstance(task, KernelTask) and task.todo is not None:
        if next(task.todo, None) is None:
            return
        run = KernelTask(task.kernel, task.block, task.first)
    starts = list(range(0, count, grain))
    random.Random(count).shuffle(starts)
    for start in starts:
        run(start, min(count, start + grain))


@contextmanager
def plain_kernels(monkeypatch: Any) -> Iterator[None]:
    """Compile nothing: every kernel runs in Python."""
    store = _Store()
    with monkeypatch.context() as patch, config.override(tier="compile"):
        patch.setattr(planning, "kernel_store", lambda: store)
        patch.setattr(cpu.CpuLane, "split", _shuffled)
        planning.clear_plans()
        yield
        planning.clear_plans()
