"""What the bits of results depend on: the order in which reductions, running sums and products combine, and the streams of random
numbers. Not to be tuned: another number here gives other results (docs/order.md). What only costs time is in `tuning`."""

from __future__ import annotations

# Elements of a block: what a block buffer holds, in which sums along rows are made, and from which random streams are drawn.
BLOCK = 1024
# Partial results side by side in a block, combined by halving.
LANES = 128
# Elements of a row whose blocks are combined lane by lane; the chunks of longer rows are combined by halving.
ROW_CHUNK = 16_384
# Rows whose sums of single precision stay so in the first levels of their tree; with a third one, sums of 16 are no better than NumPy's.
SHORT_ROWS = range(8, 65)
SINGLE_LEVELS = 2
# Elements of a chunk of columns, whose rows are added up one after the other.
COLUMN_CHUNK = 262_144
# Elements of a piece of a running sum; each piece begins with the sum of those before it.
SCAN_BLOCK = 1 << 16
# A matrix product is cut into panels of so much work, at most so many: a sum of a panel's edge may be made in another order by BLAS.
# A panel is worth a few ms of one core, since BLAS packs the other operand again for each. Of 1024 x 1024 float32 products, one call takes
# 9.9 ms of one core, 4 panels of columns 10.3, 2 x 2 tiles 10.6, 4 panels of rows 11.0, 8 of rows 12.4.
PANEL_FLOPS = 5e8
MAX_PANELS = 32
# Of a matrix that meets a vector, bytes: 100,000 x 10 float64 take one thread 0.9 ms, two with a hand-over between them half of it.
PANEL_BYTES = 1 << 20
# Elements of one stream of bits, of distributions that NumPy's bit generators draw.
SAMPLER_BLOCK = 1 << 16
