"""An American put on a binomial tree."""

import numpy as np


def price(spot, strike, rate, sigma, years, n):
    dt = years / n
    u = np.exp(sigma * np.sqrt(dt))
    p = (np.exp(rate * dt) - 1 / u) / (u - 1 / u)
    discount = np.exp(-rate * dt)
    values = np.maximum(strike - spot * u ** np.arange(-n, n + 1, 2.0), 0)
    for step in range(n - 1, -1, -1):
        values = discount * (p * values[1:] + (1 - p) * values[:-1])
        stock = spot * u ** np.arange(-step, step + 1, 2.0)
        values = np.maximum(values, strike - stock)
    return values[0]


def run():
    return np.array([price(100.0, k, 0.03, 0.25, 1.0, 300) for k in (90.0, 100.0, 110.0)])
