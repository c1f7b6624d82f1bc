"""A round trip by simulated annealing: reverse a part, keep it or not."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(48)
CITIES = np.asarray(rng.random((40, 2)))
CUTS = [sorted(int(c) for c in rng.choice(39, 2, replace=False) + 1) for _ in range(1500)]
LUCK = [float(u) for u in rng.random(1500)]


def length(tour):
    path = CITIES[tour]
    return np.sqrt(((path - np.roll(path, 1, axis=0)) ** 2).sum(axis=1)).sum()


def run():
    tour = np.arange(40)
    current = length(tour)
    best, heat = current, 0.3
    for (i, j), luck in zip(CUTS, LUCK):
        new = tour.copy()
        new[i : j + 1] = tour[i : j + 1][::-1]
        changed = length(new)
        if changed < current or luck < np.exp((current - changed) / heat):
            tour, current = new, changed
            best = min(best, current)
        heat *= 0.997
    return tour, best, current
