"""Covariance and correlation, a pair of columns at a time."""

import numpy as np
from numpy.random import default_rng

X = np.asarray(default_rng(11).normal(size=(2000, 50)))


def run():
    n, k = X.shape
    means = np.array([X[:, j].mean() for j in range(k)])
    cov = np.zeros((k, k))
    for i in range(k):
        for j in range(i, k):
            cov[i, j] = cov[j, i] = (X[:, i] - means[i]) @ (X[:, j] - means[j]) / (n - 1)
    std = np.sqrt(np.diag(cov))
    return cov, cov / np.outer(std, std)
