"""Levinson recursion: prediction coefficients of every order."""

import numpy as np
from numpy.random import default_rng

x = np.asarray(default_rng(6).normal(size=4000))


def run():
    order = 600
    r = np.array([x[: len(x) - k] @ x[k:] for k in range(order + 1)]) / len(x)
    a = np.zeros(order + 1)
    a[0] = 1.0
    error = r[0]
    reflections = np.zeros(order)
    for k in range(1, order + 1):
        acc = r[k] + a[1:k] @ r[k - 1 : 0 : -1]
        g = -acc / error
        reflections[k - 1] = g
        a[1:k] += g * a[k - 1 : 0 : -1].copy()
        a[k] = g
        error *= 1 - g * g
    return a, reflections, error
