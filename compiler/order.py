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
# A matrix product is cut into panels, at most so many, each of so much work at least: a sum at a panel's edge may be made in another order
# by BLAS. They come in pairs of about so many rows, or columns where that makes more: BLAS packs the other operand again for each panel,
# and packs less of it for rows. Of 2,000 cubed at one thread, 8 panels of rows run at 0.95 of one call's speed (float32 0.88), 16 at 0.86,
# 8 of columns at 0.77; of 1,000 cubed 4 of rows at 0.95 to 1.01, 8 at 0.83 (Intel; on an EPYC 4 of columns take 4% more than one call, of
# rows 11%).
PANEL_FLOPS = 2e7
PANEL_ROWS = 512
PANEL_COLUMNS = 1024
MAX_PANELS = 32
# Of a matrix that meets a vector, bytes of a panel, which one core reads in 12 us; the panels of the smallest that is cut, and of any (of
# the transpose of 2,000 x 2,000, whose panels are columns in memory, 8 take 0.86 ms, 32 1.25).
PANEL_BYTES = 1 << 18
LEAST_PANELS = 4
MOST_PANELS = 8
# It is cut along the axis that lies outside in memory, or the other where that is so many times as long: of the transpose of 1,000 x 1,000,
# 8 parts of the sums take 0.17 ms, 8 of the results 0.23.
LONGER = 4
# Rows of the matrices of a stack that meets one matrix, up to which they are all one product of that.
SHORT_MATRICES = 16
# Elements of one stream of bits, of distributions that NumPy's bit generators draw.
SAMPLER_BLOCK = 1 << 16
