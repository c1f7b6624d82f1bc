"""Training a net of two layers by Adam, in batches."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(43)
X = np.asarray(rng.normal(size=(1024, 20)).astype("float32"))
Y = np.asarray((rng.normal(size=(1024, 20)).astype("float32")[:, :1] * 0.1 + 0.5).astype("float32"))
W = [np.asarray((rng.normal(size=s) * 0.2).astype("float32")) for s in ((20, 32), (32, 1))]


def run():
    params = [W[0].copy(), np.zeros(32, dtype=np.float32), W[1].copy(), np.zeros(1, dtype=np.float32)]
    m = [np.zeros_like(p) for p in params]
    v = [np.zeros_like(p) for p in params]
    losses, step = [], 0
    for _ in range(6):
        for start in range(0, 1024, 64):
            x, y = X[start : start + 64], Y[start : start + 64]
            h = np.tanh(x @ params[0] + params[1])
            out = h @ params[2] + params[3]
            error = out - y
            losses.append(float((error**2).mean()))
            d = 2 * error / len(x)
            dh = (d @ params[2].T) * (1 - h * h)
            grads = [x.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]
            step += 1
            for i, g in enumerate(grads):
                m[i] = 0.9 * m[i] + 0.1 * g
                v[i] = 0.999 * v[i] + 0.001 * g * g
                params[i] -= 0.01 * (m[i] / (1 - 0.9**step)) / (np.sqrt(v[i] / (1 - 0.999**step)) + 1e-4)
    return params[0], params[2], np.array(losses, dtype=np.float32)
