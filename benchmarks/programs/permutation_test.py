"""A permutation test of the difference between two groups."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(21)
POOLED = np.asarray(rng.normal(size=120))
ORDERS = np.asarray(rng.permuted(np.tile(np.arange(120), (1500, 1)), axis=1))


def run():
    observed = POOLED[:50].mean() - POOLED[50:].mean()
    more = 0
    for order in ORDERS:
        shuffled = POOLED[order]
        if abs(shuffled[:50].mean() - shuffled[50:].mean()) >= abs(observed):
            more += 1
    return (more + 1) / (len(ORDERS) + 1), observed
