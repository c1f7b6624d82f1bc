"""The edit distance of two strings, cell by cell."""

import numpy as np

A = "the quick brown fox jumps over the lazy dog and runs away from it all, far from the madding crowd"
B = "a quack brewed fog, jump over a crazy log; and ran a way for me at all, for the mad crowd is loud"


def run():
    d = np.zeros((len(A) + 1, len(B) + 1), dtype=np.int64)
    d[:, 0] = np.arange(len(A) + 1)
    d[0, :] = np.arange(len(B) + 1)
    for i in range(1, len(A) + 1):
        for j in range(1, len(B) + 1):
            change = 0 if A[i - 1] == B[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + change)
    return d, int(d[-1, -1])
