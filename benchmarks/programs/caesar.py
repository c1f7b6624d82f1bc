"""Breaking a Caesar cipher by letter frequencies."""

import numpy as np

TEXT = b"Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " * 600
USUAL = [
    8.2,
    1.5,
    2.8,
    4.3,
    12.7,
    2.2,
    2.0,
    6.1,
    7.0,
    0.2,
    0.8,
    4.0,
    2.4,
    6.7,
    7.5,
    1.9,
    0.1,
    6.0,
    6.3,
    9.1,
    2.8,
    1.0,
    2.4,
    0.2,
    2.0,
    0.1,
]


def shift(text, by):
    out = text.copy()
    for first in (ord("a"), ord("A")):
        letters = (text >= first) & (text < first + 26)
        out[letters] = (text[letters] - first + by) % 26 + first
    return out


def run():
    usual = np.array(USUAL) / 100
    secret = shift(np.frombuffer(TEXT, dtype=np.uint8), 19)
    scores = []
    for by in range(26):
        plain = shift(secret, by)
        folded = plain | 32
        counts = np.bincount(folded[(folded >= 97) & (folded <= 122)] - 97, minlength=26)
        share = counts / counts.sum()
        scores.append(((share - usual) ** 2 / usual).sum())
    best = int(np.argmin(np.array(scores)))
    return best, np.array(scores), bytes(shift(secret, best)[:40].tolist())
