"""The Ising model on a checkerboard."""

import numpy as np
from numpy.random import default_rng

UNIFORM = np.asarray(default_rng(31).random((60, 2, 64, 64)))


def run():
    n = 64
    i, j = np.indices((n, n))
    white = (i + j) % 2 == 0
    spin = np.where((i * 7 + j * 3) % 5 < 2, 1, -1)
    magnet, energy = [], []
    for t in range(60):
        for k, colour in enumerate((white, ~white)):
            around = np.roll(spin, 1, 0) + np.roll(spin, -1, 0) + np.roll(spin, 1, 1) + np.roll(spin, -1, 1)
            cost = 2 * spin * around
            flip = colour & (UNIFORM[t, k] < np.exp(-cost / 2.4))
            spin[flip] *= -1
        magnet.append(spin.mean())
        energy.append(-(spin * (np.roll(spin, 1, 0) + np.roll(spin, 1, 1))).mean())
    return spin, np.array(magnet), np.array(energy)
