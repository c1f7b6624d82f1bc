"""An adaptive filter (LMS): sample by sample over a sliding window."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(39)
X = np.asarray(rng.normal(size=4000))
WANTED = np.asarray(np.convolve(np.asarray(X), np.array([0.5, -0.3, 0.2, 0.1]))[:4000] + 0.01 * np.asarray(rng.normal(size=4000)))


def run():
    taps = 16
    w = np.zeros(taps)
    errors = np.zeros(len(X))
    for n in range(taps, len(X)):
        window = X[n - taps + 1 : n + 1][::-1]
        errors[n] = WANTED[n] - w @ window
        w += 0.02 * errors[n] * window
    return w, errors
