"""Implied volatilities by bisection, all at once, until the widest bracket is small."""

import numpy as np


def normal_cdf(x):
    t = 1 / (1 + 0.2316419 * np.abs(x))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * poly
    return np.where(x > 0, 1 - tail, tail)


def call(spot, strike, years, sigma):
    d1 = (np.log(spot / strike) + 0.5 * sigma**2 * years) / (sigma * np.sqrt(years))
    return spot * normal_cdf(d1) - strike * normal_cdf(d1 - sigma * np.sqrt(years))


def run():
    strike = np.linspace(80, 120, 2000)
    prices = call(100.0, strike, 0.5, 0.2 + 0.00002 * (strike - 100) ** 2)
    low, high = np.full(2000, 0.01), np.full(2000, 2.0)
    while (high - low).max() > 1e-8:
        middle = 0.5 * (low + high)
        above = call(100.0, strike, 0.5, middle) > prices
        high = np.where(above, middle, high)
        low = np.where(above, low, middle)
    return 0.5 * (low + high)
