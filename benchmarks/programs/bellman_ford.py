"""Shortest paths from one node over a list of edges, until nothing changes."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(33)
FROM = np.asarray(rng.integers(0, 10_000, 60_000))
TO = np.asarray(rng.integers(0, 10_000, 60_000))
LENGTH = np.asarray(rng.integers(1, 1000, 60_000))


def run():
    distance = np.full(10_000, 10**9)
    distance[0] = 0
    rounds = 0
    while True:
        new = distance.copy()
        np.minimum.at(new, TO, distance[FROM] + LENGTH)
        rounds += 1
        if np.array_equal(new, distance):
            return distance, rounds
        distance = new
