"""Gray-Scott patterns with np.roll."""

import numpy as np


def laplacian(z):
    return np.roll(z, 1, 0) + np.roll(z, -1, 0) + np.roll(z, 1, 1) + np.roll(z, -1, 1) - 4 * z


def run():
    n = 96
    u, v = np.ones((n, n)), np.zeros((n, n))
    u[40:56, 40:56] = 0.5
    v[40:56, 40:56] = 0.25
    for _ in range(150):
        uvv = u * v * v
        u += 0.16 * laplacian(u) - uvv + 0.035 * (1 - u)
        v += 0.08 * laplacian(v) + uvv - 0.095 * v
    return u, v
