"""Gram-Schmidt by columns: each against all before it, twice."""

import numpy as np
from numpy.random import default_rng

A = np.asarray(default_rng(1).normal(size=(400, 200)))


def run():
    m, n = A.shape
    Q = np.zeros((m, n))
    R = np.zeros((n, n))
    for j in range(n):
        v = A[:, j].copy()
        for _ in range(2):
            h = Q[:, :j].T @ v
            v = v - Q[:, :j] @ h
            R[:j, j] += h
        R[j, j] = np.sqrt(v @ v)
        Q[:, j] = v / R[j, j]
    return Q, R
