"""A particle filter: move, weigh, resample where weights are uneven."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(25)
STEPS = np.asarray(rng.normal(size=(120, 1000)))
SEEN = np.asarray(rng.normal(size=120).cumsum() + rng.normal(size=120))
UNIFORM = rng.random(120)


def run():
    n = 1000
    particles, weights = np.zeros(n), np.full(n, 1 / n)
    path, resampled = [], 0
    for t in range(120):
        particles = particles + STEPS[t]
        weights = weights * np.exp(-0.5 * (SEEN[t] - particles) ** 2)
        weights /= weights.sum()
        path.append(weights @ particles)
        if 1 / np.sum(weights**2) < n / 2:
            points = (np.arange(n) + UNIFORM[t]) / n
            particles = particles[np.minimum(np.searchsorted(np.cumsum(weights), points), n - 1)]
            weights = np.full(n, 1 / n)
            resampled += 1
    return np.array(path), resampled
