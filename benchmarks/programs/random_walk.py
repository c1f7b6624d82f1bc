"""Random walks: first passages, ranges, displacements."""

import numpy as np
from numpy.random import default_rng

COINS = np.asarray(default_rng(30).integers(0, 2, (1500, 600)).astype("int8"))


def run():
    steps = 2 * COINS.astype(np.int64) - 1
    walks = np.cumsum(steps, axis=1)
    reached = np.abs(walks) >= 20
    arrives = reached.any(axis=1)
    first = np.where(arrives, reached.argmax(axis=1), -1)
    spread = walks.max(axis=1) - walks.min(axis=1)
    msd = (walks.astype(np.float64) ** 2).mean(axis=0)
    returns = np.count_nonzero(walks == 0, axis=1)
    return first, spread, msd, returns, np.median(first[arrives])
