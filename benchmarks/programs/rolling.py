"""Rolling mean, deviation, extremes and z-scores."""

import numpy as np
from numpy.random import default_rng

X = np.asarray(default_rng(22).normal(size=60_000).cumsum())


def run():
    window = 20
    views = np.lib.stride_tricks.sliding_window_view(X, window)
    mean = views.mean(axis=1)
    std = views.std(axis=1)
    z = (X[window - 1 :] - mean) / std
    high, low = views.max(axis=1), views.min(axis=1)
    breakouts = np.flatnonzero((X[window:] > high[:-1]) | (X[window:] < low[:-1]))
    return mean, std, z, breakouts
