"""An Asian option by Monte Carlo with antithetic paths."""

import numpy as np
from numpy.random import default_rng

NORMALS = np.asarray(default_rng(40).normal(size=(6000, 60)))


def run():
    dt, rate, sigma = 1 / 60, 0.02, 0.3
    payoffs = []
    for sign in (1.0, -1.0):
        logs = np.cumsum((rate - sigma**2 / 2) * dt + sigma * np.sqrt(dt) * sign * NORMALS, axis=1)
        average = (100 * np.exp(logs)).mean(axis=1)
        payoffs.append(np.maximum(average - 100, 0))
    payoff = np.exp(-rate) * (payoffs[0] + payoffs[1]) / 2
    return payoff.mean(), payoff.std(ddof=1) / np.sqrt(len(payoff)), np.percentile(payoff, [50, 90, 99])
