"""A small convolution net, forwards: two layers of 3 x 3, pooling, a dense layer, softmax."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(14)
X = np.asarray(rng.random((16, 1, 28, 28), dtype="float32"))
W1 = np.asarray(rng.normal(size=(8, 1, 3, 3)).astype("float32") * 0.3)
W2 = np.asarray(rng.normal(size=(16, 8, 3, 3)).astype("float32") * 0.1)
W3 = np.asarray(rng.normal(size=(400, 10)).astype("float32") * 0.05)


def convolve(x, w):
    n, _, h, width = x.shape
    out = np.zeros((n, w.shape[0], h - 2, width - 2), dtype=x.dtype)
    for i in range(h - 2):
        for j in range(width - 2):
            window = x[:, :, i : i + 3, j : j + 3]
            out[:, :, i, j] = window.reshape(n, -1) @ w.reshape(w.shape[0], -1).T
    return np.maximum(out, 0)


def pool(x):
    n, c, h, w = x.shape
    return x[:, :, : h // 2 * 2, : w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def run():
    x = pool(convolve(X, W1))
    x = pool(convolve(x, W2))
    z = x.reshape(len(x), -1) @ W3
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p.argmax(axis=1)
