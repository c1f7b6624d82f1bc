"""Levels of a breadth-first search, the frontier times the matrix; from many nodes."""

import numpy as np
from numpy.random import default_rng

EDGES = np.asarray((default_rng(34).random((300, 300)) < 0.008).astype("float32"))


def run():
    reach = np.zeros(40, dtype=np.int64)
    far = np.zeros(40, dtype=np.int64)
    for source in range(40):
        level = np.full(300, -1)
        frontier = np.zeros(300, dtype=np.float32)
        frontier[source] = 1
        depth = 0
        while frontier.any():
            level[frontier > 0] = depth
            frontier = ((frontier @ EDGES > 0) & (level < 0)).astype(np.float32)
            depth += 1
        reach[source] = (level >= 0).sum()
        far[source] = level.max()
    return reach, far
