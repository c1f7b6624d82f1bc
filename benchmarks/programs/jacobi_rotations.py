"""Eigenvalues of a symmetric matrix by Jacobi's rotations of pairs of rows and columns."""

import numpy as np
from numpy.random import default_rng

B = default_rng(9).normal(size=(40, 40))
A = np.asarray(B + B.T)


def run():
    a = A.copy()
    n = len(a)
    V = np.eye(n)
    for _ in range(2):
        for p in range(n - 1):
            for q in range(p + 1, n):
                theta = 0.5 * np.arctan2(2 * a[p, q], a[q, q] - a[p, p])
                c, s = np.cos(theta), np.sin(theta)
                G = np.array([[c, s], [-s, c]])
                a[[p, q], :] = G.T @ a[[p, q], :]
                a[:, [p, q]] = a[:, [p, q]] @ G
                V[:, [p, q]] = V[:, [p, q]] @ G
    return np.sort(np.diag(a)), np.abs(V.T @ V - np.eye(n)).max() < 1e-10
