"""Successive over-relaxation of a Poisson problem, point by point."""

import numpy as np


def run():
    n = 24
    omega = 1.7
    h = 1.0 / (n - 1)
    u = np.zeros((n, n))
    f = np.ones((n, n))
    for _ in range(12):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                new = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] + h * h * f[i, j])
                u[i, j] = (1 - omega) * u[i, j] + omega * new
    return u
