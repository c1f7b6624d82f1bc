"""Forward and back substitution, row by row."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(4)
L = np.asarray(np.tril(np.asarray(rng.normal(size=(1500, 1500)) / 40)) + 2 * np.eye(1500))
b = np.asarray(rng.normal(size=1500))


def run():
    n = len(b)
    y = np.zeros(n)
    for i in range(n):
        y[i] = (b[i] - L[i, :i] @ y[:i]) / L[i, i]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - L[i + 1 :, i] @ x[i + 1 :]) / L[i, i]
    return x, y
