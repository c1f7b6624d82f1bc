"""A recurrent net over characters, step by step, with back-propagation through time."""

import numpy as np
from numpy.random import default_rng

rng = default_rng(44)
WXH, WHH, WHY = (np.asarray(rng.normal(size=s) * 0.1) for s in ((48, 27), (48, 48), (27, 48)))
TEXT = [ord(c) - 96 if c != " " else 0 for c in "it was the age of wisdom it was the age of foolishness " * 5]


def run():
    h = {-1: np.zeros(48)}
    p, loss = {}, 0.0
    for t in range(len(TEXT) - 1):
        x = np.zeros(27)
        x[TEXT[t]] = 1.0
        h[t] = np.tanh(WXH @ x + WHH @ h[t - 1])
        y = WHY @ h[t]
        e = np.exp(y - y.max())
        p[t] = e / e.sum()
        loss -= np.log(p[t][TEXT[t + 1]])
    dwhh, dwhy, dnext = np.zeros_like(WHH), np.zeros_like(WHY), np.zeros(48)
    for t in range(len(TEXT) - 2, -1, -1):
        dy = p[t].copy()
        dy[TEXT[t + 1]] -= 1
        dwhy += np.outer(dy, h[t])
        draw = (1 - h[t] ** 2) * (WHY.T @ dy + dnext)
        dwhh += np.outer(draw, h[t - 1])
        dnext = WHH.T @ draw
    return loss, dwhh, dwhy
