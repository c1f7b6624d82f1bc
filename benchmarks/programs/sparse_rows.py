"""Power iteration with a sparse matrix, row by row."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(7)
counts = rng.integers(1, 9, 1200)
START = [0, *(int(end) for end in counts.cumsum())]
COLUMN = np.asarray(rng.integers(0, 1200, int(counts.sum())))
VALUE = np.asarray(rng.random(int(counts.sum())))


def multiply(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        row = slice(START[i], START[i + 1])
        y[i] = VALUE[row] @ x[COLUMN[row]]
    return y


def run():
    x = np.ones(1200)
    for _ in range(12):
        x = multiply(x)
        x /= np.linalg.norm(x)
    return x, x @ multiply(x)
