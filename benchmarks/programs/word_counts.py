"""Words of a text as bytes: where they begin, how long they are, how often each hash comes."""

import numpy as np

TEXT = b"It was the best of times, it was the worst of times, it was the age of wisdom; who said 'no'? " * 5000


def run():
    text = np.frombuffer(TEXT, dtype=np.uint8)
    upper = (text >= ord("A")) & (text <= ord("Z"))
    lower = np.where(upper, text + 32, text).astype(np.uint8)
    letter = (lower >= ord("a")) & (lower <= ord("z"))
    edge = np.diff(letter.astype(np.int8), prepend=0, append=0)
    starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    lengths = ends - starts
    values = np.where(letter, lower.astype(np.int64) - 96, 0)
    sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(values * values)])
    hashes = sums[ends] - sums[starts] + 10_000 * lengths
    words, counts = np.unique(hashes, return_counts=True)
    return len(starts), np.bincount(lengths), words, counts
