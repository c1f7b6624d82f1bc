"""Autocorrelation lag by lag, and the first peak."""

import numpy as np


def run():
    n = 20_000
    x = np.sin(np.arange(n) * 0.031) + 0.3 * np.sin(np.arange(n) * 0.4)
    x = x - x.mean()
    variance = x @ x
    r = np.zeros(1500)
    for k in range(1500):
        r[k] = x[k:] @ x[: n - k] / variance
    peaks = np.flatnonzero((r[1:-1] > r[:-2]) & (r[1:-1] > r[2:])) + 1
    return r, peaks
