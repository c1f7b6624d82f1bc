"""Dijkstra with arrays: the nearest open node by a masked minimum."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(36)
WEIGHTS = np.asarray(np.where(rng.random((900, 900)) < 0.02, rng.random((900, 900)), np.inf))


def run():
    n = len(WEIGHTS)
    distance = np.full(n, np.inf)
    distance[0] = 0.0
    done = np.zeros(n, dtype=bool)
    for _ in range(n):
        node = int(np.argmin(np.where(done, np.inf, distance)))
        if not np.isfinite(distance[node]):
            break
        done[node] = True
        distance = np.minimum(distance, distance[node] + WEIGHTS[node])
    return distance, done.sum()
