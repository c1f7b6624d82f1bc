"""Gaussian elimination row by row, with partial pivoting."""

import numpy as np
from numpy.random import default_rng

A = np.asarray(default_rng(3).normal(size=(120, 120)))


def run():
    U = A.copy()
    n = len(U)
    L = np.eye(n)
    order = np.arange(n)
    for k in range(n - 1):
        p = k + int(np.argmax(np.abs(U[k:, k])))
        if p != k:
            U[[k, p], k:] = U[[p, k], k:]
            L[[k, p], :k] = L[[p, k], :k]
            order[[k, p]] = order[[p, k]]
        for i in range(k + 1, n):
            L[i, k] = U[i, k] / U[k, k]
            U[i, k:] -= L[i, k] * U[k, k:]
    return L, U, order
