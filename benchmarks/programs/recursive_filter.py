"""Recursive smoothing of an image: down, up, right, left."""

import numpy as np
from numpy.random import default_rng

IMAGE = np.asarray(default_rng(8).random((300, 300)))


def run():
    alpha = 0.3
    y = IMAGE.copy()
    for i in range(1, y.shape[0]):
        y[i] = alpha * y[i] + (1 - alpha) * y[i - 1]
    for i in range(y.shape[0] - 2, -1, -1):
        y[i] = alpha * y[i] + (1 - alpha) * y[i + 1]
    for j in range(1, y.shape[1]):
        y[:, j] = alpha * y[:, j] + (1 - alpha) * y[:, j - 1]
    for j in range(y.shape[1] - 2, -1, -1):
        y[:, j] = alpha * y[:, j] + (1 - alpha) * y[:, j + 1]
    return y
