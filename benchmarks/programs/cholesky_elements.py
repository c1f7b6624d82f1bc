"""Cholesky factors, element by element."""

import numpy as np
from numpy.random import default_rng

B = default_rng(2).normal(size=(90, 90))
A = np.asarray(B @ B.T + 90 * np.eye(90))


def run():
    n = len(A)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        L[i, i] = np.sqrt(A[i, i] - np.sum(L[i, :i] ** 2))
    return L
