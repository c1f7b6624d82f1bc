"""A long-only portfolio by projected gradients, for several appetites for risk."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(41)
RETURNS = np.asarray(rng.normal(0.0005, 0.01, (750, 40)) + rng.normal(0, 0.008, (750, 1)))


def project(w):
    """The nearest point of the simplex."""
    s = np.sort(w)[::-1]
    total = np.cumsum(s) - 1
    k = np.arange(1, len(w) + 1)
    last = np.count_nonzero(s - total / k > 0)
    return np.maximum(w - total[last - 1] / last, 0)


def run():
    mean, cov = RETURNS.mean(axis=0), np.cov(RETURNS, rowvar=False)
    frontier = []
    for appetite in (0.1, 0.3, 1.0):
        w = np.full(40, 1 / 40)
        for _ in range(150):
            w = project(w - 20.0 * (cov @ w - appetite * mean * 0.1))
        frontier.append((w @ mean, np.sqrt(w @ cov @ w)))
    return w, np.array(frontier)
