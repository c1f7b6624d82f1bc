"""The Thomas algorithm, element by element."""

import numpy as np


def solve(a, b, c, d):
    n = len(d)
    cp = np.zeros(n)
    dp = np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x = np.zeros(n)
    x[-1] = dp[-1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def run():
    n = 1000
    lam = 0.4
    u = np.sin(np.linspace(0, np.pi, n))
    a, c = np.full(n, -lam), np.full(n, -lam)
    b = np.full(n, 1 + 2 * lam)
    for _ in range(10):
        u = solve(a, b, c, u)
    return u
