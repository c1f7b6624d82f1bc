"""Flow in a cavity with a moving lid: vorticity and stream function on 41 x 41 points."""

import numpy as np


def run():
    n, re, dt = 41, 100.0, 0.002
    h = 1.0 / (n - 1)
    psi, w = np.zeros((n, n)), np.zeros((n, n))
    for _ in range(25):
        for _ in range(20):
            psi[1:-1, 1:-1] = 0.25 * (psi[2:, 1:-1] + psi[:-2, 1:-1] + psi[1:-1, 2:] + psi[1:-1, :-2] + h * h * w[1:-1, 1:-1])
        w[0, :] = -2 * psi[1, :] / h**2
        w[-1, :] = -2 * psi[-2, :] / h**2
        w[:, 0] = -2 * psi[:, 1] / h**2
        w[:, -1] = -2 * psi[:, -2] / h**2 - 2 / h
        u = (psi[1:-1, 2:] - psi[1:-1, :-2]) / (2 * h)
        v = -(psi[2:, 1:-1] - psi[:-2, 1:-1]) / (2 * h)
        wx = (w[2:, 1:-1] - w[:-2, 1:-1]) / (2 * h)
        wy = (w[1:-1, 2:] - w[1:-1, :-2]) / (2 * h)
        lap = (w[2:, 1:-1] + w[:-2, 1:-1] + w[1:-1, 2:] + w[1:-1, :-2] - 4 * w[1:-1, 1:-1]) / h**2
        w[1:-1, 1:-1] += dt * (lap / re - u * wx - v * wy)
    return psi, w
