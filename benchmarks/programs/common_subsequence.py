"""The longest common subsequence, a row at a time by running maxima."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(29)
A = np.asarray(rng.integers(0, 4, 900))
B = np.asarray(rng.integers(0, 4, 1000))


def run():
    row = np.zeros(len(B) + 1, dtype=np.int64)
    for a in A:
        new = row.copy()
        new[1:] = np.maximum(row[1:], row[:-1] + (a == B))
        row = np.maximum.accumulate(new)
    return row, row[-1]
