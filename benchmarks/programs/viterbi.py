"""The likeliest path through a hidden Markov model."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(28)
START = np.asarray(np.log(np.asarray(rng.dirichlet(np.ones(24)))))
MOVE = np.asarray(np.log(np.asarray(rng.dirichlet(np.ones(24), 24))))
EMIT = np.asarray(np.log(np.asarray(rng.dirichlet(np.ones(10), 24))))
SEEN = [int(s) for s in rng.integers(0, 10, 600)]


def run():
    score = START + EMIT[:, SEEN[0]]
    back = np.zeros((len(SEEN), 24), dtype=np.int64)
    for t in range(1, len(SEEN)):
        options = score[:, None] + MOVE
        back[t] = options.argmax(axis=0)
        score = options.max(axis=0) + EMIT[:, SEEN[t]]
    path = np.zeros(len(SEEN), dtype=np.int64)
    path[-1] = score.argmax()
    for t in range(len(SEEN) - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path, score.max()
