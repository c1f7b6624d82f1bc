"""Square and cube roots by Newton's method, a number at a time, `while err > tol`."""

import numpy as np


def root(a, k):
    x = a / k + 1
    err = 1.0
    while err > 1e-12:
        new = ((k - 1) * x + a / x ** (k - 1)) / k
        err = np.abs(new - x) / x
        x = new
    return x


def run():
    numbers = np.linspace(1, 50, 700)
    roots = np.zeros((len(numbers), 2))
    for i in range(len(numbers)):
        roots[i, 0] = root(numbers[i], 2)
        roots[i, 1] = root(numbers[i], 3)
    return roots
