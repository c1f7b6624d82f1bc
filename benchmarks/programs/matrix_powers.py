"""The exponential of a matrix by scaling and squaring."""

import numpy as np
from numpy.random import default_rng

BOUND = "library"
A = np.asarray(default_rng(10).normal(size=(300, 300)) / 20)


def run():
    scaled = A / 2**4
    term = np.eye(300)
    total = np.eye(300)
    for k in range(1, 9):
        term = term @ scaled / k
        total = total + term
    for _ in range(4):
        total = total @ total
    return total, np.trace(total)
