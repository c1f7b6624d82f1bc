"""Logistic regression by Newton's method."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(26)
X = np.asarray(rng.normal(size=(30_000, 12)))
T = np.asarray((rng.random(30_000) < 0.4).astype(float))


def run():
    w = np.zeros(12)
    steps = 0
    while True:
        p = 1 / (1 + np.exp(-X @ w))
        gradient = X.T @ (T - p) - 0.1 * w
        hessian = (X * (p * (1 - p))[:, None]).T @ X + 0.1 * np.eye(12)
        step = np.linalg.solve(hessian, gradient)
        w = w + step
        steps += 1
        if np.max(np.abs(step)) < 1e-10:
            break
    loss = -np.mean(T * np.log(p) + (1 - T) * np.log(1 - p))
    return w, loss, steps, np.sqrt(np.diag(np.linalg.inv(hessian)))
