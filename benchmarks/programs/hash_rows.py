"""A hash of many keys at once, byte column by byte column, and how evenly it fills buckets."""

import numpy as np
from numpy.random import default_rng

KEYS = np.asarray(default_rng(46).integers(0, 256, (300_000, 16)).astype("uint8"))


def run():
    h = np.full(len(KEYS), 2166136261, dtype=np.uint32)
    for j in range(KEYS.shape[1]):
        h = (h ^ KEYS[:, j]) * np.uint32(16777619)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    buckets = np.bincount((h % np.uint32(1024)).astype(np.int64), minlength=1024)
    expected = len(KEYS) / 1024
    return h, buckets, ((buckets - expected) ** 2 / expected).sum()
