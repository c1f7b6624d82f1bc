"""Lanczos steps with full reorthogonalisation, and the eigenvalues of the small matrix."""

import numpy as np
from numpy.random import default_rng

B = default_rng(12).normal(size=(500, 500))
A = np.asarray(B @ B.T / 500)


def run():
    n, m = len(A), 80
    Q = np.zeros((n, m + 1))
    alpha, beta = np.zeros(m), np.zeros(m)
    Q[:, 0] = 1 / np.sqrt(n)
    for k in range(m):
        w = A @ Q[:, k]
        alpha[k] = Q[:, k] @ w
        w -= Q[:, : k + 1] @ (Q[:, : k + 1].T @ w)
        w -= Q[:, : k + 1] @ (Q[:, : k + 1].T @ w)
        beta[k] = np.linalg.norm(w)
        Q[:, k + 1] = w / beta[k]
    T = np.diag(alpha) + np.diag(beta[:-1], 1) + np.diag(beta[:-1], -1)
    return np.linalg.eigvalsh(T)[-5:], alpha, beta
