"""The knapsack problem, a row of the table an item, and what was taken."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(27)
WEIGHTS = [int(w) for w in rng.integers(5, 60, 400)]
PRICES = [int(p) for p in rng.integers(10, 200, 400)]


def run():
    capacity = 8000
    best = np.zeros(capacity + 1, dtype=np.int64)
    taken = np.zeros((len(WEIGHTS), capacity + 1), dtype=bool)
    for i, (w, p) in enumerate(zip(WEIGHTS, PRICES)):
        with_item = best[:-w] + p
        taken[i, w:] = with_item > best[w:]
        best[w:] = np.maximum(best[w:], with_item)
    room, chosen = capacity, []
    for i in range(len(WEIGHTS) - 1, -1, -1):
        if taken[i, room]:
            chosen.append(i)
            room -= WEIGHTS[i]
    return best, np.array(chosen)
