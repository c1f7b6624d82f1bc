"""Least squares with an l1 term: gradient steps, shrinkage, a step found by halving."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(47)
A = np.asarray(rng.normal(size=(400, 120)))
b = np.asarray(rng.normal(size=400))


def run():
    x = np.zeros(120)
    step = 1.0
    losses = []
    for _ in range(400):
        r = A @ x - b
        loss = 0.5 * (r @ r)
        g = A.T @ r
        while True:
            z = x - step * g
            new = np.sign(z) * np.maximum(np.abs(z) - 2.0 * step, 0)
            d = new - x
            rn = A @ new - b
            if 0.5 * (rn @ rn) <= loss + g @ d + (d @ d) / (2 * step):
                break
            step /= 2
        x = new
        losses.append(loss + 2.0 * np.abs(x).sum())
    return x, np.array(losses), np.count_nonzero(x)
