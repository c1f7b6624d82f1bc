"""Gauss-Seidel sweeps over the rows of a dense system until the change is small."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(5)
A = np.asarray(rng.random((300, 300)) + 300 * np.eye(300))
b = np.asarray(rng.normal(size=300))


def run():
    x = np.zeros(300)
    sweeps = 0
    change = 1.0
    while change > 1e-10:
        old = x.copy()
        for i in range(300):
            x[i] = (b[i] - A[i, :i] @ x[:i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
        change = np.max(np.abs(x - old))
        sweeps += 1
    return x, sweeps
