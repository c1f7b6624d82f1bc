"""Volatility by exponential weights, day by day over many assets, and the value at risk."""

import numpy as np
from numpy.random import default_rng

RETURNS = np.asarray(default_rng(42).normal(size=(2500, 30)) * 0.01)


def run():
    lam = 0.94
    variance = np.zeros_like(RETURNS)
    variance[0] = RETURNS[0] ** 2
    for t in range(1, len(RETURNS)):
        variance[t] = lam * variance[t - 1] + (1 - lam) * RETURNS[t - 1] ** 2
    volatility = np.sqrt(variance)
    scaled = RETURNS[50:] / volatility[50:]
    tail = np.quantile(scaled, 0.01, axis=0)
    breaches = (RETURNS[50:] < tail * volatility[50:]).sum(axis=0)
    return volatility[-1], tail, breaches
