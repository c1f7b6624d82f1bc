"""Convolution by a loop over windows."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(13)
IMAGE = np.asarray(rng.random((70, 70)))
KERNEL = np.asarray(rng.random((5, 5)))


def run():
    k = KERNEL.shape[0]
    h, w = IMAGE.shape[0] - k + 1, IMAGE.shape[1] - k + 1
    out = np.zeros((h, w))
    flipped = KERNEL[::-1, ::-1]
    for i in range(h):
        for j in range(w):
            out[i, j] = np.sum(IMAGE[i : i + k, j : j + k] * flipped)
    return out
