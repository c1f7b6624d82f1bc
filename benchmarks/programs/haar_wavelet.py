"""Haar wavelets: transform, threshold, back."""

import numpy as np
from numpy.random import default_rng

NOISE = np.asarray(default_rng(38).normal(size=1 << 18))


def run():
    n = 1 << 18
    signal = np.sign(np.sin(np.arange(n) / 3000.0)) + 0.3 * NOISE
    details, a = [], signal
    for _ in range(10):
        even, odd = a[::2], a[1::2]
        details.append((even - odd) / np.sqrt(2))
        a = (even + odd) / np.sqrt(2)
    sigma = np.median(np.abs(details[0])) / 0.6745
    limit = sigma * np.sqrt(2 * np.log(n))
    for d in details[::-1]:
        d = np.sign(d) * np.maximum(np.abs(d) - limit, 0)
        out = np.empty(2 * len(a))
        out[::2] = (a + d) / np.sqrt(2)
        out[1::2] = (a - d) / np.sqrt(2)
        a = out
    return a, sigma
