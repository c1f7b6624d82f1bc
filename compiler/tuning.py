"""What only costs time or memory: thresholds and sizes of the compiler, each with the measurement that chose it. No bit of a result
depends on them."""

from __future__ import annotations

# -- estimates, for one core of a current server: they decide tiers, streams and widths, where a factor of two does not matter --------

# A node's NumPy call.
CALL_SECONDS = 1.0e-6
# Argument block, allocation and call of one kernel.
KERNEL_CALL_SECONDS = 2e-6
BYTES_PER_SECOND = 8e9
# Of values in the second-level cache: an addition of 40,000 float64 takes NumPy 21 us.
CACHED_BYTES_PER_SECOND = 45e9
# What an operation reads and writes that may be there, bytes: half of such a cache.
IN_CACHE = 1 << 20
# Recording an operation, capturing it and looking up its plan, where NumPy's addition of ten elements takes 450 ns (conjugate gradients on
# 200 x 200: 29 operations and views a round, 1.4 ms of which are neither kernels nor NumPy).
RECORDED_SECONDS = 20e-6
# Planning it (graphs of 172 to 1,097 operations: 105 to 440 us each).
PLANNED_SECONDS = 150e-6
# Of NumPy's loops, which are vectorised: exp of float64 goes at 25e9, log at 18e9, pow at 14e9, a division at 5e9 (AVX-512); and of
# kernels, which keep values in registers.
NUMPY_FLOPS_PER_SECOND = 8e9
KERNEL_FLOPS_PER_SECOND = 16e9
LIBRARY_FLOPS_PER_SECOND = 1e11
# Until another thread goes on with what one thread made, where both want the interpreter between their calls (513 operations on 262,144
# bytes each, in two streams as if it took 100 us: 370 ms; in one 230).
HAND_OVER_SECONDS = 500e-6
# What a step takes more where there are several streams: their threads fight over the interpreter between calls (1,900 calls on 160,000
# integers, 175 us each: 310 ms in two streams, and no longer in one).
STREAM_STEP_SECONDS = 150e-6
# Importing networkx.
NETWORKX_SECONDS = 0.2
# Below this, waking another thread costs more than it can win.
PARALLEL_SECONDS = 1e-3

# -- the interpreter -----------------------------------------------------------------------------------------------------------------

# Below this a result comes from NumPy's own allocator and one thread: a pooled block and `out=` cost about 3 us.
POOLED_BYTES = 1 << 16
# What a thread takes at a time when one ufunc call is shared between threads: a hand-over takes 100 us (a comparison of 262,144 bytes, 15).
GRAIN_SECONDS = 100e-6
# Elements of medium work, at most, or as many bytes as float64 has: it is walked when it is seen first, or runs at once. Planning costs as
# much as NumPy takes for it; of larger arrays NumPy takes fresh pages for each result (a step of a field on 500 x 500 takes 10 ms as its
# operations come, NumPy 4.6).
WALKED_ELEMENTS = 1 << 17
# Nor more arithmetic of a library call.
WALKED_WORK = 1 << 22
# Elements of a product's result up to which np.matmul keeps the interpreter lock (NumPy 2.4).
LOCKED_PRODUCT = 500
# Work below this is done by one BLAS thread in any case (OpenBLAS's own threshold), so its setting need not be touched.
BLAS_FLOPS = 1e4
# Elements in which a thread looks for an extreme at a time.
SEARCH_BLOCK = 1 << 17
# Elements of one call, of functions that take up to 10 ns each.
ROWS_GRAIN = 1 << 15
# Elements of a constant or a copy that are worth a thread's while (160,000 bool to int64: 50 us alone, shared 190 in a program).
COPY_GRAIN = 1 << 18
# Pieces that many transforms, or a stack of matrices, are cut into, and the least bytes of one: fixed by the shape.
MAX_PIECES = 32
PIECE_BYTES = 1 << 16
# An einsum's work that is worth ordering: below it the sum over all labels at once takes less time than finding an order.
ORDERED_WORK = 1e4

# -- fusion --------------------------------------------------------------------------------------------------------------------------

# Long chains are bound by latency (400 dependent operations: 19.6 ns an element against 3.3 balanced), and wide kernels by registers.
MAX_NODES = 60
MAX_OPERANDS = 24
# Elements of a row that shares a kernel with what reads its sums: what the row buffers hold, and no more than `order.ROW_CHUNK`, or the
# sums of such a row would be made in another order.
ROW_LEAST = 2
ROW_MOST = 16_384
# Bytes an element of a row: buffers of a whole row come to 512 KiB at most, half of the second-level cache.
BUFFERED_BYTES = 32
# An element: storing a value and loading it again costs as much.
RECOMPUTED_FLOPS = 4

# -- kernels -------------------------------------------------------------------------------------------------------------------------

# Bytes that memory and caches exchange as one.
LINE = 64
# Rows shorter than this are not worth a loop of their own up to the first whole line.
ALIGNED_ROW = 256
# What a sum computes for each element beside adding it up: the buffer costs `sum(x * x + x)` a tenth of its time, in cache.
LIGHT_FLOPS = 4.0
LIGHT_OPERANDS = 3
# How far ahead a reduction asks for memory: the processor's own prefetching stops at each 4 KiB page. A sum of 64 MiB takes 1.76 ms
# on one thread instead of 2.42.
AHEAD_BYTES = 8192
# Rows whose elements a column adds up before its sum goes back to memory; LLVM unrolls a loop of eight at most.
COLUMN_ROWS = 8
# Elements of a chunk of a region store: enough that the rows kept at its ends are few, and that threads have several.
REGION_CHUNK = 1 << 16
# Bytes of buffers that a kernel keeps on the stack. Threads may have little: 128 KiB with musl, `threading.stack_size` allows 32.
STACK_BYTES = 16_384
# Row buffers of one length would lie a multiple of 4,096 bytes apart, where loads wait for stores to the other's elements.
ROW_PADDING = 272
# Bytes of the buffers of a tile, and elements of a row that is computed in tiles; 64 fill the vectors of a kernel that goes along it.
ROW_BUFFERS = 262_144
TILED_MOST = 63
# Elements of a row whose reduction runs across the results; of one that is packed for one line only, or written from a tile; of one that
# is packed, and written from another tile.
SHORT_MOST = 64
PACKED_MOST = 48
COPIED_MOST = 40
# Results side by side, and lines of a unit: packing costs several times what a simple body does.
LINE_LEAST = 16
HEIGHT = 128
# Bytes of packed rows.
PACKED_BYTES = 262_144
# Operations in the innermost loop.
SIDE_BY_SIDE = 64
CACHED_BYTES = 1 << 22
# Elements: rows a power of two apart would lie where loads wait for stores to another row.
TILE_PADDING = 16

# -- bounds --------------------------------------------------------------------------------------------------------------------------

# Sources that the compiler refused, and what it said: it would refuse them again. The oldest go when there are more than these.
MAX_REFUSED = 256
# Signatures that a row remembers; where parameters are positions or lengths, a program can have any number of them.
MAX_SIGNATURES = 1024
