"""Heat in a plate by alternating directions: tridiagonal sweeps over rows, then over columns."""

import numpy as np


def sweep(d, lam):
    """Solve (1 + 2 lam) x[i] - lam (x[i-1] + x[i+1]) = d[i], each row of d one unknown of many systems."""
    n = len(d)
    c = np.zeros(n)
    x = d.copy()
    c[0] = -lam / (1 + 2 * lam)
    x[0] = x[0] / (1 + 2 * lam)
    for i in range(1, n):
        m = 1 + 2 * lam + lam * c[i - 1]
        c[i] = -lam / m
        x[i] = (x[i] + lam * x[i - 1]) / m
    for i in range(n - 2, -1, -1):
        x[i] -= c[i] * x[i + 1]
    return x


def run():
    n = 120
    s = np.linspace(-1, 1, n)
    u = np.exp(-20 * (s[:, None] ** 2 + (s - 0.2) ** 2))
    for _ in range(12):
        u = sweep(u, 0.5)
        u = sweep(u.T, 0.5).T
    return u, u.sum()
