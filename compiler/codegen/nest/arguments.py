"""The argument block: the int64 words a kernel is called with, and how a step fills them for one run.

A kernel's source names words by index only. Sizes and strides are constants of the step; array addresses and scalars are set at
every run. So one kernel serves every shape and every scalar value.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from lazytensor.compiler.codegen.nest.expressions import suffix
from lazytensor.compiler.native import address
from lazytensor.compiler.plan import Environment, Kernel, KernelTask, Lane, restarts
from lazytensor.compiler.updates import Destination, Writing

Dtype = np.dtype[Any]


class Array(NamedTuple):
    """A word that holds the address of the array in `slot`, whose elements have `item` bytes, `offset` bytes in."""

    word: int
    slot: int
    offset: int
    item: int


class Scalar(NamedTuple):
    """A word (complex128: two) that holds the Python number in `slot` as `dtype`."""

    word: int
    slot: int
    dtype: Dtype


class Result(NamedTuple):
    """A word that holds the address of a new array; it becomes the value of `slot`, or is dropped after the run (None)."""

    word: int
    slot: int | None
    shape: tuple[int, ...]
    dtype: Dtype


class Update(NamedTuple):
    """A word that holds the address of the array that `updates.destination` finds for the region store `slot`, `offset` bytes in."""

    word: int
    slot: int
    offset: int


class Arguments:
    """The words of one kernel, and the lines at the head of its source that read them."""

    def __init__(self) -> None:
        self.words: list[int] = []
        self.lines: list[str] = []
        self.arrays: list[Array] = []
        self.scalars: list[Scalar] = []
        self.results: list[Result] = []
        self.update: Update | None = None

    def constant(self, name: str, value: int, comment: str = "") -> str:
        """A size or stride."""
        self._read(name, f"word(block, {len(self.words)})", comment)
        self.words[-1] = value
        return name

    def array(self, name: str, slot: int, offset: int, dtype: Dtype, comment: str = "") -> None:
        self.arrays.append(Array(len(self.words), slot, offset * dtype.itemsize, dtype.itemsize))
        self._read(name, f"pointer(block, {len(self.words)}, {storage(dtype)}, 0)", comment)

    def scalar(self, name: str, slot: int, dtype: Dtype, comment: str = "") -> None:
        self.scalars.append(Scalar(len(self.words), slot, dtype))
        self._read(name, f"number(block, {len(self.words)}, {suffix(dtype)})", comment)
        if dtype.itemsize > 8:
            self.words.append(0)

    def result(self, name: str, slot: int | None, shape: tuple[int, ...], dtype: Dtype, comment: str = "") -> None:
        self.results.append(Result(len(self.words), slot, shape, dtype))
        self._read(name, f"pointer(block, {len(self.words)}, {storage(dtype)}, 0)", comment)

    def region(self, name: str, slot: int, offset: int, dtype: Dtype, comment: str = "") -> None:
        self.update = Update(len(self.words), slot, offset * dtype.itemsize)
        self._read(name, f"pointer(block, {len(self.words)}, {storage(dtype)}, 0)", comment)

    def _read(self, name: str, reader: str, comment: str) -> None:
        self.lines.append(f"{name} = {reader}" + (f"  # {comment}" if comment else ""))
        self.words.append(0)


def storage(dtype: Dtype) -> str:
    """The type of the bytes in memory: booleans are loaded and stored as uint8."""
    return "u8" if dtype.kind == "b" else suffix(dtype)


class Phase(NamedTuple):
    """A range of a kernel's units, [first, first + units): `grain` of them are worth a thread's while."""

    first: int
    units: int
    grain: int


def bind(
    arguments: Arguments,
    kernel: Kernel,
    phases: Sequence[Phase],
    find: Destination | None = None,
    shifts: Mapping[int, int] = MappingProxyType({}),
) -> Callable[[Environment, Lane], None]:
    """The `run` of a step: allocate the results, fill a copy of the argument block, and call the kernel.

    `shifts` are slots of numbers of elements by slots of arrays, whose addresses move on by so many. `find` is the destination of the
    region store, if the kernel contains one. Phases that fit in one grain are run by one call; otherwise each is split over the lane's
    threads in turn.
    """
    block_type = ctypes.c_int64 * max(len(arguments.words), 1)
    template = bytes(block_type(*arguments.words))
    arrays = tuple((word, slot, offset) for word, slot, offset, _ in arguments.arrays)
    scalars = tuple((word, slot, PACK[dtype.str[1:]]) for word, slot, dtype in arguments.scalars)
    results = tuple(arguments.results)
    update = arguments.update
    moved = tuple((word, shifts[slot], item) for word, slot, _, item in arguments.arrays if slot in shifts)
    region = shifts.get(update.slot, -1) if update is not None else -1
    whole = phases[-1].first + phases[-1].units
    split = any(count > grain for _, count, grain in phases)
    addressof = ctypes.addressof
    ndarray = np.ndarray

    def run(environment: Environment, lane: Lane) -> None:
        if update is not None and environment[update.slot] is not None:
            finish(environment, lane)  # what was interrupted
            return
        block = block_type.from_buffer_copy(template)
        alive = []
        if update is not None and find is not None:
            # First: a local name for the base's array would make it look shared.
            target = find(environment, lane)
            block[update.word] = address(target) + update.offset
            if region >= 0:
                block[update.word] += environment[region] * target.itemsize
        for word, slot, offset in arrays:
            value = environment[slot]
            if type(value) is not ndarray:  # a 0-d result may be a NumPy scalar
                value = np.asarray(value)
                alive.append(value)
            block[word] = address(value) + offset
        for word, slot, item in moved:
            block[word] += environment[slot] * item
        for word, slot, pack in scalars:
            pack(block, word, environment[slot])
        new_arrays = []
        for word, _, shape, dtype in results:
            value = lane.empty(shape, dtype)
            new_arrays.append(value)
            block[word] = address(value)
        where = addressof(block)
        if update is not None and restarts(lane):
            tasks = [KernelTask(kernel, where, first).once() for first, _, _ in phases]
            environment[update.slot] = Writing(target, tasks, (block, alive, new_arrays))
            finish(environment, lane)
            return
        if not split:
            kernel(where, 0, whole)
        else:
            for first, count, grain in phases:
                if count <= grain:
                    kernel(where, first, first + count)
                else:
                    lane.split(KernelTask(kernel, where, first), count, grain)
        for (_, filled, _, _), value in zip(results, new_arrays, strict=True):
            if filled is not None:
                environment[filled] = value
        if update is not None:
            environment[update.slot] = target

    def finish(environment: Environment, lane: Lane) -> None:
        """Make a region store that was begun; nothing, if it was made."""
        assert update is not None
        writing = environment[update.slot]
        if type(writing) is Writing:
            for task, (_, count, grain) in zip(writing.tasks, phases, strict=True):
                lane.split(task, count, grain)
            for (_, filled, _, _), value in zip(results, writing.alive[-1], strict=True):
                if filled is not None:
                    environment[filled] = value
            environment[update.slot] = writing.target

    return run


def _pack_integer(block: Any, word: int, value: Any) -> None:
    block[word] = int(value)  # ctypes keeps the low 64 bits, so unsigned values pass unharmed


def _pack_bool(block: Any, word: int, value: Any) -> None:
    block[word] = bool(value)


_put_double = struct.Struct("d").pack_into
_put_single = struct.Struct("f").pack_into


def _pack_double(block: Any, word: int, value: Any) -> None:
    _put_double(block, 8 * word, value)


def _pack_single(block: Any, word: int, value: Any, half: int = 0) -> None:
    try:
        _put_single(block, 8 * word + half, value)
    except OverflowError:
        _put_single(block, 8 * word + half, float("inf") if value > 0 else float("-inf"))


def _pack_complex(block: Any, word: int, value: Any) -> None:
    value = complex(value)
    _pack_double(block, word, value.real)
    _pack_double(block, word + 1, value.imag)


def _pack_complex_single(block: Any, word: int, value: Any) -> None:
    value = complex(value)
    _pack_single(block, word, value.real)
    _pack_single(block, word, value.imag, 4)


PACK: dict[str, Callable[[Any, int, Any], None]] = {
    "b1": _pack_bool,
    **{f"{kind}{size}": _pack_integer for kind in "iu" for size in (1, 2, 4, 8)},
    "f4": _pack_single,
    "f8": _pack_double,
    "c8": _pack_complex_single,
    "c16": _pack_complex,
}
