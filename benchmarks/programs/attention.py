"""One layer of a transformer, forwards: four heads, causal mask, layer norm, a feed-forward part."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(45)
X = np.asarray(rng.normal(size=(2, 128, 128)).astype("float32"))
WQ, WK, WV, WO = (np.asarray((rng.normal(size=(128, 128)) * 0.08).astype("float32")) for _ in range(4))
W1, W2 = (np.asarray((rng.normal(size=s) * 0.05).astype("float32")) for s in ((128, 512), (512, 128)))


def norm(x):
    return (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)


def heads(x):
    b, t, d = x.shape
    return x.reshape(b, t, 4, d // 4).transpose(0, 2, 1, 3)


def run():
    b, t, d = X.shape
    x = norm(X)
    q, k, v = heads(x @ WQ), heads(x @ WK), heads(x @ WV)
    scores = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(d // 4))
    scores = np.where(np.tril(np.ones((t, t), dtype=bool)), scores, np.float32(-1e9))
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    x = X + (weights @ v).transpose(0, 2, 1, 3).reshape(b, t, d) @ WO
    hidden = norm(x) @ W1
    hidden = 0.5 * hidden * (1 + np.tanh(0.7978846 * (hidden + 0.044715 * hidden**3)))
    return x + hidden @ W2, weights.max(axis=-1)
