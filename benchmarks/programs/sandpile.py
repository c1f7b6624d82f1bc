"""A sandpile that topples until it rests."""

import numpy as np


def run():
    pile = np.zeros((61, 61), dtype=np.int64)
    pile[30, 30] = 1500
    rounds = 0
    while np.any(pile >= 4):
        fall = pile // 4
        pile -= 4 * fall
        pile[1:] += fall[:-1]
        pile[:-1] += fall[1:]
        pile[:, 1:] += fall[:, :-1]
        pile[:, :-1] += fall[:, 1:]
        rounds += 1
    return pile, rounds, np.bincount(pile.ravel())
