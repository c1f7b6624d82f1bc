"""The forms of kernels: maps, region stores, reductions, rows, and their variants for short rows."""
