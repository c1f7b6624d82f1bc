"""Compiles a kernel around one expression, as the code generator does, and runs it on arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from lazytensor.compiler.codegen.elementary.vectormath import namespace

DTYPES: dict[str, Any] = {
    "b1": np.bool_, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
    "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64,
    "f32": np.float32, "f64": np.float64, "c64": np.complex64, "c128": np.complex128,
}  # fmt: skip
PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_int64,) * 4)


def compiled(source: str) -> Any:
    """Numba's compile result for the function `kernel(block, start, stop, memory)` of a source."""
    names = dict(namespace())
    import numba

    exec(source, names)
    options = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "nogil": True, "error_model": "numpy", "fastmath": False}
    dispatcher = numba.njit("void(int64,int64,int64,int64)", **options)(names["kernel"])
    return next(iter(dispatcher.overloads.values()))


@cache
def callable_of(source: str) -> tuple[Any, Callable[[np.ndarray[Any, Any], int, int], None]]:
    result = compiled(source)
    function = PROTOTYPE(result.library.get_pointer_to_function(result.fndesc.llvm_func_name))

    def call(block: np.ndarray[Any, Any], start: int, stop: int) -> None:
        assert function(ctypes.byref(ctypes.c_void_p()), ctypes.byref(ctypes.c_void_p()), block.ctypes.data, start, stop, 0) == 0

    return result, call


def source_of(expression: str, operands: tuple[str, ...], result: str) -> str:
    reads = [f"    p{i} = pointer(block, {i}, {suffix}, 0)" for i, suffix in enumerate(operands)]
    loads = [f"        {'xyz'[i]} = p{i}[i]" for i in range(len(operands))]
    out = f"    out = pointer(block, {len(operands)}, {result}, 0)"
    lines = ["def kernel(block, start, stop, memory):", *reads, out, "    for i in range(start, stop):", *loads]
    return "\n".join([*lines, f"        out[i] = {expression}", ""])


def evaluate(name: str, *arrays: np.ndarray[Any, Any], result: str | None = None) -> np.ndarray[Any, Any]:
    """The named function of arrays."""
    suffixes = {np.dtype(dtype): suffix for suffix, dtype in DTYPES.items()}
    operands = tuple(suffixes[array.dtype] for array in arrays)
    result = result or operands[-1]
    arrays = tuple(np.ascontiguousarray(array) for array in np.broadcast_arrays(*arrays))
    out = np.empty(arrays[0].shape, DTYPES[result])
    block = np.array([array.ctypes.data for array in (*arrays, out)], np.int64)
    _, call = callable_of(source_of(f"{name}({', '.join('xyz'[: len(operands)])})", operands, result))
    call(block, 0, out.size)
    return out
