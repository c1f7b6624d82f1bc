"""A mixture of three Gaussians by expectation and maximisation, until the likelihood stands still."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(24)
X = np.asarray(np.concatenate([np.asarray(rng.normal(m, s, (1500, 2))) for m, s in ((-3, 1), (0, 0.7), (4, 1.5))]))


def run():
    n, d = X.shape
    k = 3
    weight = np.full(k, 1 / k)
    mean = np.array([[-1.0, -1.0], [0.5, 0.0], [1.0, 1.0]])
    cov = np.array([np.eye(d)] * k)
    last, likelihood = -np.inf, -1e300
    while likelihood - last > 1e-6 * n:
        last = likelihood
        density = np.zeros((n, k))
        for j in range(k):
            diff = X - mean[j]
            power = np.sum(diff @ np.linalg.inv(cov[j]) * diff, axis=1)
            density[:, j] = weight[j] * np.exp(-0.5 * power) / np.sqrt((2 * np.pi) ** d * np.linalg.det(cov[j]))
        total = density.sum(axis=1)
        likelihood = np.log(total).sum()
        share = density / total[:, None]
        size = share.sum(axis=0)
        weight = size / n
        for j in range(k):
            mean[j] = share[:, j] @ X / size[j]
            diff = X - mean[j]
            cov[j] = (share[:, j] * diff.T) @ diff / size[j] + 1e-9 * np.eye(d)
    return weight, mean, cov, likelihood
