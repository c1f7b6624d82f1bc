"""Bootstrap intervals of a mean, a median and a correlation."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(20)
X = np.asarray(rng.gamma(2.0, size=200))
Y = np.asarray(rng.normal(size=200) + 0.3 * np.arange(200) / 200)
DRAWS = np.asarray(rng.integers(0, 200, (500, 200)))


def run():
    means, medians, correlations = [], [], []
    for draw in DRAWS:
        x, y = X[draw], Y[draw]
        means.append(x.mean())
        medians.append(np.median(x))
        dx, dy = x - x.mean(), y - y.mean()
        correlations.append((dx * dy).sum() / np.sqrt((dx**2).sum() * (dy**2).sum()))
    return tuple(np.percentile(np.array(each), [2.5, 97.5]) for each in (means, medians, correlations))
