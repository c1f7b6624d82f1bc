"""The plan: the frozen record that passes from the compiler to the runtime.

A leaf module: dataclasses only, importing nothing of ours. A plan holds callables and slot numbers, never operations or nodes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

Environment: TypeAlias = list[Any]

# Bytes that each thread has for the buffers of the kernel that it runs. 30 reductions of 30 values, as many as a kernel may have, need
# 2.5 MiB over short rows, and less over others.
THREAD_MEMORY = 4 << 20


class Kernel(Protocol):
    """A compiled kernel: runs over [start, stop) with the argument block at address `block`. `address` is its native function,
    int32 (void*, void*, int64 block, int64 start, int64 stop, int64 memory), where the two pointers are to 64 writable bytes."""

    @property
    def address(self) -> int: ...

    def memory(self) -> int:
        """What the native function is to be given as `memory`: the address of THREAD_MEMORY bytes for the calling thread alone, from
        the start of a page on; 0 if it has no buffers there."""

    def __call__(self, block: int, start: int, stop: int) -> None: ...


class KernelTask:
    """A task for `Lane.split` that is a range of a kernel, from `first` on: a lane may run it without Python. `alive` lives as long.

    One that `once` was called on writes over what it reads. It is run whole, once, however often it is called: the call and the note
    that it was made are one instruction to the interpreter, between which no signal handler and no finalizer comes. So whoever goes
    on with a step that was interrupted may call it again.
    """

    __slots__ = ("alive", "block", "done", "first", "kernel", "todo")

    def __init__(self, kernel: Kernel, block: int, first: int, alive: object = None) -> None:
        self.kernel = kernel
        self.block = block
        self.first = first
        self.alive = alive
        self.todo: Iterator[int] | None = None
        self.done: list[int] = []

    def once(self) -> KernelTask:
        self.todo = iter((self.first,))
        return self

    def __call__(self, start: int, stop: int) -> None:
        if self.todo is None:
            self.kernel(self.block, self.first + start, self.first + stop)
        elif self.call(_native(self.kernel.address), (_SCRATCH, _SCRATCH, self.block), (self.first + stop, self.kernel.memory())):
            raise RuntimeError("a kernel failed")

    def call(self, native: Callable[..., int], before: tuple[int, ...], after: tuple[int, ...]) -> int:
        """native(*before, first, *after), and what it returns: 0, unless the kernel failed."""
        if self.todo is None:
            return native(*before, self.first, *after)
        self.done.extend(map(native, *[(word,) for word in before], self.todo, *[(word,) for word in after]))
        return self.done[0]


class ProductTask:
    """A task for `Lane.split` that is panels of a product of matrices, or of a matrix and a vector: panel i takes the i-th `step` of
    `length` items along an axis of each operand (None: the whole operand) and of `out`; where `out_axis` is None, `out` has a row for each
    panel. Of a stack, a panel is one matrix. A lane may have BLAS compute panels without Python.
    """

    __slots__ = ("left", "left_axis", "length", "out", "out_axis", "right", "right_axis", "step", "times")

    def __init__(
        self,
        times: Callable[[Any, Any, Any], None],
        operands: tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]],
        axes: tuple[int | None, int | None, int | None],
        length: int,
        step: int,
    ) -> None:
        self.times = times
        self.left, self.right, self.out = operands
        self.left_axis, self.right_axis, self.out_axis = axes
        self.length = length
        self.step = step

    def __call__(self, start: int, stop: int) -> None:
        if self.out.ndim > 2:
            self._run(slice(start, stop), 0)
            return
        for panel in range(start, stop):
            self._run(slice(panel * self.step, min((panel + 1) * self.step, self.length)), panel)

    def _run(self, part: slice, panel: int) -> None:
        left, right = _cut(self.left, self.left_axis, part), _cut(self.right, self.right_axis, part)
        self.times(left, right, self.out[panel] if self.out_axis is None else _cut(self.out, self.out_axis, part))


def _cut(array: np.ndarray[Any, Any], axis: int | None, part: slice) -> np.ndarray[Any, Any]:
    return array if axis is None else array[(slice(None),) * axis + (part,)]


_SCRATCH_MEMORY = (ctypes.c_int64 * 8)()
_SCRATCH = ctypes.addressof(_SCRATCH_MEMORY)
_native = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_int64,) * 4)


class Lane(Protocol):
    """What a step may use while it runs: memory and worker threads of its device."""

    def empty(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """An uninitialised C-contiguous array from the device's pool."""

    def split(self, task: Callable[[int, int], None], count: int, grain: int) -> None:
        """Run task(start, stop) over disjoint ranges covering [0, count), each a multiple of `grain` long (but the last), on idle
        workers and the calling thread; return when all are done, raising the first error."""

    def blas(self) -> AbstractContextManager[None]:
        """Hold the BLAS library at one thread a call while the context is entered."""


def restarts(lane: Lane) -> bool:
    """Whether a signal handler, or a finalizer that waits, may come in between, as in the thread of the user's. There a step that was
    begun may be run again, so it writes over what it reads only as `KernelTask.once` does."""
    return getattr(lane, "restarts", False)


class KernelError(Exception):
    """A kernel could not be compiled; the group can still be interpreted. `known` says that the compiler had refused it before."""

    known = False


class Step(NamedTuple):
    """One kernel or library call.

    `run(environment, lane)` reads the slots `reads` and sets the slots `writes`. After it, the slots in `frees` are cleared.
    `origin` is the position, in the captured graph, of the node an error is blamed on. `cost` is in estimated seconds.
    `rescue()`, where there is one, gives steps that do the same one operation at a time: run in its place when an operand failed,
    they save the results that do not need it, and when `run` raises KernelError.
    """

    name: str
    run: Callable[[Environment, Lane], None]
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    origin: int
    cost: float
    frees: tuple[int, ...] = ()
    rescue: Callable[[], tuple[Step, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Steps that run in order on one stream without waiting in between; `waits` are the segments that must have finished."""

    stream: int
    steps: tuple[Step, ...]
    waits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """An in-order queue on a device: segment numbers, ascending."""

    device: str
    segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KernelInfo:
    """What `explain` says of a kernel: the operations in it, its iteration shape, where it runs and its source (None: a library)."""

    name: str
    operations: tuple[str, ...]
    shape: tuple[int, ...]
    device: str
    tier: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How to compute some outputs from some inputs.

    Slots 0 .. inputs-1 of the environment are bound by the caller (arrays, then scalars); the rest start as None. `outputs` are the
    slots that hold the results afterwards. Segments are numbered so that each waits only for smaller numbers. `hurried` says that
    streams might do better, and were not thought about.
    """

    slots: int
    inputs: int
    outputs: tuple[int, ...]
    segments: tuple[Segment, ...]
    streams: tuple[Stream, ...]
    kernels: tuple[KernelInfo, ...]
    cost: float
    peak_bytes: int
    hurried: bool = False

    def check(self) -> None:
        """Assert the invariants: slots are written once and before they are read or freed, along the segments' order and waits."""
        before: list[set[int]] = []
        last: dict[int, int] = {}
        written = set(range(self.inputs))
        writer: dict[int, int] = {}
        for number, segment in enumerate(self.segments):
            assert all(wait < number for wait in segment.waits), "a segment waits for a later one"
            reach: set[int] = set()
            for wait in (*segment.waits, *((last[segment.stream],) if segment.stream in last else ())):
                reach |= before[wait] | {wait}
            before.append(reach)
            last[segment.stream] = number
            for step in segment.steps:
                for slot in step.reads:
                    assert slot in written, f"{step.name} reads slot {slot} before it is written"
                    assert slot < self.inputs or writer[slot] == number or writer[slot] in reach, f"{step.name} races for {slot}"
                for slot in step.writes:
                    assert slot not in written, f"slot {slot} is written twice"
                    written.add(slot)
                    writer[slot] = number
                assert not set(step.frees) & set(self.outputs), f"{step.name} frees an output"
        assert set(self.outputs) <= written, "an output is never written"
        assert sorted(n for stream in self.streams for n in stream.segments) == list(range(len(self.segments)))
