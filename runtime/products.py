"""Panels of matrix products by BLAS, without Python: what a `ProductTask` asks for as a kernel that a team of threads shares.

A worker that Python has to wake and to give its lock takes 50 to 250 us, as long as a product of a matrix of 1,000 x 1,000 and a vector
(alone 0.31 ms; of two threads woken by Python 0.27 to 0.39, without 0.18). Known are the symbols of OpenBLAS as NumPy's wheels have it,
with 64-bit integers; products of other libraries, and what BLAS does not take as it lies in memory, are computed by NumPy's calls, panel
by panel.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import numpy as np

from lazytensor.compiler.native import address
from lazytensor.compiler.plan import KernelTask, ProductTask
from lazytensor.compiler.shield import shielded
from lazytensor.runtime.blas import blas_libraries
from lazytensor.runtime.team import word

# Seconds of products, by `_seconds`, after which they are worth loading LLVM for, which takes 60 ms: where nobody else loaded it.
LOAD_SECONDS = 0.1
# Shorter ones are not shared with workers that Python wakes: 300 products of 600 x 600 and a vector take 0.1 s so, and 0.03 alone.
WOKEN_SECONDS = 5e-4
_FLOPS_PER_SECOND = 5e10
_BYTES_PER_SECOND = 2e10
_ROW_MAJOR, _AS_IT_IS, _TRANSPOSED = 101, 111, 112
_LETTERS = {np.dtype(np.float64): "d", np.dtype(np.float32): "s"}
# Words of the block of a kernel.
FUNCTION, LEFT_ORDER, RIGHT_ORDER, M, N, K, LEFT, RIGHT, OUT, LEFT_LINE, RIGHT_LINE, OUT_LINE = range(12)
# What a panel adds to the three addresses, how many items it takes of how many, and which of M, N and K that is (or none of them: SPARE).
LEFT_STEP, RIGHT_STEP, OUT_STEP, STEP, LENGTH, CUT, SPARE = range(12, 19)
_WORDS = 20
_Block = ctypes.c_int64 * _WORDS
# Forms of products that are remembered.
MAX_KNOWN = 256


def _load(name: str, index: int, kind: str = "i64") -> str:
    return f"{word(name + '_at', index, '%block')}\n  %{name} = load {kind}, ptr %{name}_at"


def _source(matrix: bool, letter: str) -> str:
    real = "double" if letter == "d" else "float"
    if matrix:
        call = f"""
  {_load("right_order", RIGHT_ORDER, "i32")}
  {_load("n", N)}
  {_load("k", K)}
  {_load("right_line", RIGHT_LINE)}
  {_load("out_line", OUT_LINE)}
  call void %function(i32 {_ROW_MAJOR}, i32 %left_order, i32 %right_order, i64 %m, i64 %n, i64 %k, {real} 1.0, ptr %a, i64 %left_line,
    ptr %b, i64 %right_line, {real} 0.0, ptr %c, i64 %out_line)"""
    else:
        # Of a matrix that lies the other way BLAS wants its shape as it lies.
        call = f"""
  {_load("k", K)}
  {_load("right_line", RIGHT_LINE)}
  %turned = icmp eq i32 %left_order, {_TRANSPOSED}
  %lines = select i1 %turned, i64 %k, i64 %m
  %line = select i1 %turned, i64 %m, i64 %k
  call void %function(i32 {_ROW_MAJOR}, i32 %left_order, i64 %lines, i64 %line, {real} 1.0, ptr %a, i64 %left_line,
    ptr %b, i64 %right_line, {real} 0.0, ptr %c, i64 1)"""
    return f"""
define i32 @product(ptr %one, ptr %two, i64 %where, i64 %start, i64 %stop, i64 %memory) {{
entry:
  %given = inttoptr i64 %where to ptr
  %block = alloca [{_WORDS} x i64]
  call void @llvm.memcpy.p0.p0.i64(ptr %block, ptr %given, i64 {8 * _WORDS}, i1 false)
  {_load("cut", CUT)}
  {_load("step", STEP)}
  {_load("length", LENGTH)}
  %cut_at2 = getelementptr i64, ptr %block, i64 %cut
  br label %check
check:
  %panel = phi i64 [ %start, %entry ], [ %next, %work ]
  %more = icmp slt i64 %panel, %stop
  br i1 %more, label %work, label %over
work:
  %first = mul i64 %panel, %step
  %left_over = sub i64 %length, %first
  %short = icmp slt i64 %left_over, %step
  %some = select i1 %short, i64 %left_over, i64 %step
  store i64 %some, ptr %cut_at2
  {_load("left_step", LEFT_STEP)}
  {_load("right_step", RIGHT_STEP)}
  {_load("out_step", OUT_STEP)}
  {_load("left", LEFT)}
  {_load("right", RIGHT)}
  {_load("out", OUT)}
  %left_on = mul i64 %left_step, %panel
  %right_on = mul i64 %right_step, %panel
  %out_on = mul i64 %out_step, %panel
  %left_there = add i64 %left, %left_on
  %right_there = add i64 %right, %right_on
  %out_there = add i64 %out, %out_on
  %a = inttoptr i64 %left_there to ptr
  %b = inttoptr i64 %right_there to ptr
  %c = inttoptr i64 %out_there to ptr
  {_load("function", FUNCTION, "ptr")}
  {_load("left_order", LEFT_ORDER, "i32")}
  {_load("m", M)}
  {_load("left_line", LEFT_LINE)}{call}
  %next = add i64 %panel, 1
  br label %check
over:
  ret i32 0
}}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""


class _Product:
    """A kernel, as the plan knows them, of panels of products of matrices, or of a matrix and a vector."""

    def __init__(self, matrix: bool, letter: str) -> None:
        from lazytensor.runtime.kernel_store import link_assembly  # delayed: start-up time

        self.function = _symbol(f"cblas_{letter}{'gemm' if matrix else 'gemv'}64_")
        (self.address,) = link_assembly(_source(matrix, letter), ("product",)) if self.function else (0,)
        native = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *(ctypes.c_int64,) * 4)
        self._call = native(self.address) if self.address else None

    def memory(self) -> int:
        return 0

    def __call__(self, block: int, start: int, stop: int) -> None:
        assert self._call is not None
        self._call(0, 0, block, start, stop, 0)


def _symbol(name: str) -> int:
    """The address of a function of BLAS, 0 where no library has it."""
    for library in blas_libraries():
        try:
            loaded = ctypes.CDLL(library.info()["filepath"])
        except OSError:  # the file is gone
            continue
        for prefix in ("scipy_", ""):
            function = getattr(loaded, prefix + name, None)
            if function is not None:
                return ctypes.cast(function, ctypes.c_void_p).value or 0
    return 0


class Products:
    """The kernels, linked when first needed; `spent` are the estimated seconds of the products so far."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._kernels: dict[tuple[bool, str], _Product] = {}
        self._known: dict[Any, tuple[_Product, bytes] | None] = {}

    def task(self, product: ProductTask) -> KernelTask | None:
        """The same as a task without Python; None where NumPy is to compute it."""
        left, right, out = product.left, product.right, product.out
        if self.spent < LOAD_SECONDS and "llvmlite.binding" not in sys.modules:
            self.spent += _seconds(product)
            return None
        key = (
            *(left.shape, left.strides, left.dtype, right.shape, right.strides, right.dtype, out.shape, out.strides, out.dtype),
            *(product.left_axis, product.right_axis, product.out_axis, product.step),
        )
        try:
            found = self._known[key]
        except KeyError:
            found = self._find(product)
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key] = found
        if found is None:
            return None
        kernel, template = found
        a, b, c = address(left), address(right), address(out)
        # NumPy takes another function for a matrix times its own transpose.
        if a == b or (a | b | c) % out.itemsize:
            return None
        block = _Block.from_buffer_copy(template)
        block[LEFT], block[RIGHT], block[OUT] = a, b, c
        return KernelTask(kernel, ctypes.addressof(block), 0, block)

    def _find(self, product: ProductTask) -> tuple[_Product, bytes] | None:
        """The kernel for products of this form, and its block but for the addresses."""
        letter = _LETTERS.get(product.out.dtype)
        words = _words(product)
        if letter is None or words is None or product.left.dtype != product.out.dtype or product.right.dtype != product.out.dtype:
            return None
        which = (product.right.ndim > 1, letter)
        kernel = self._kernels.get(which)
        if kernel is None:
            kernel = self._kernels[which] = shielded(lambda: _Product(*which))
        words[FUNCTION] = kernel.function
        return (kernel, bytes(_Block(*words))) if kernel.function else None


def worth_waking(product: ProductTask) -> bool:
    """Does a product that NumPy computes take so long that workers are worth waking?"""
    return _seconds(product) > WOKEN_SECONDS


def _seconds(product: ProductTask) -> float:
    left, right = product.left, product.right
    flops = 2.0 * int(product.out.size) * int(left.shape[-1])
    return flops / _FLOPS_PER_SECOND + (int(left.nbytes) + int(right.nbytes)) / _BYTES_PER_SECOND


def _words(product: ProductTask) -> list[int] | None:
    """The block of a product, but for the function; None where BLAS does not take its operands as they lie in memory."""
    left, right, out = product.left, product.right, product.out
    vector, stacked = right.ndim == 1, out.ndim > 2
    found = [_lines(left), _steps(right) if vector else _lines(right), (_AS_IT_IS, 1) if vector else _lines(out)]
    if None in found or max(left.ndim, right.ndim) > 3:
        return None
    # Of one row NumPy makes a product with a vector.
    if not stacked and min(product.step, product.length - (product.length - 1) // product.step * product.step) < 2:
        return None
    (left_order, left_line), (right_order, right_line), (out_order, out_line) = found  # type: ignore[misc]
    if out_order == _TRANSPOSED:
        return None
    m, k = left.shape[-2:]
    n = 1 if vector else right.shape[-1]
    axis = product.out_axis
    cut = SPARE if stacked else K if axis is None else (M, N)[axis]
    return [
        *(0, left_order, right_order, m, n, k, 0, 0, 0),
        *(left_line, right_line, out_line),
        *(_on(left, product.left_axis, product.step), _on(right, product.right_axis, product.step)),
        out.strides[0] if axis is None else _on(out, axis, product.step),
        *(product.step, product.length, cut, 0, 0),
    ]


def _on(array: np.ndarray[Any, Any], axis: int | None, step: int) -> int:
    return 0 if axis is None else array.strides[axis] * step


def _lines(array: np.ndarray[Any, Any]) -> tuple[int, int] | None:
    """How the lines of a matrix lie, or of each of a stack: along its rows or its columns, and elements from one to the next."""
    item = array.itemsize
    rows, columns = array.shape[-2:]
    down, right = array.strides[-2:]
    if min(rows, columns) < 2:
        return None
    if right == item and down % item == 0 and down >= item * columns:
        return _AS_IT_IS, down // item
    if down == item and right % item == 0 and right >= item * rows:
        return _TRANSPOSED, right // item
    return None


def _steps(vector: np.ndarray[Any, Any]) -> tuple[int, int] | None:
    step, item = vector.strides[0], vector.itemsize
    return (_AS_IT_IS, step // item) if step > 0 and step % item == 0 else None


products = Products()
