"""Waves on a square pond, leapfrog in time."""

import numpy as np


def run():
    n = 160
    s = np.linspace(-1, 1, n)
    now = np.exp(-60 * ((s[:, None] - 0.2) ** 2 + (s[None, :] + 0.1) ** 2))
    before = now.copy()
    gauge = np.zeros(150)
    for t in range(150):
        after = np.zeros((n, n))
        lap = now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4 * now[1:-1, 1:-1]
        after[1:-1, 1:-1] = 2 * now[1:-1, 1:-1] - before[1:-1, 1:-1] + 0.25 * lap
        before, now = now, after
        gauge[t] = now[n // 3, n // 2]
    return now, gauge
