"""Laplace's equation on a small grid, until the largest change is small."""

import numpy as np


def run():
    n = 50
    u = np.zeros((n, n))
    u[0, :] = np.sin(np.linspace(0, np.pi, n))
    u[-1, :] = u[0, :] * np.exp(-np.pi)
    err, sweeps = 1.0, 0
    while err > 1e-4:
        new = u.copy()
        new[1:-1, 1:-1] = 0.25 * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2])
        err = np.abs(new - u).max()
        u = new
        sweeps += 1
    return u, sweeps
