"""Kepler's equation for many orbits at once, Newton until all have converged."""

import numpy as np


def run():
    mean = np.linspace(0, 2 * np.pi, 20_000)
    out = []
    for e in (0.1, 0.5, 0.9):
        E = mean + e * np.sin(mean)
        err, steps = 1.0, 0
        while err > 1e-12:
            delta = (E - e * np.sin(E) - mean) / (1 - e * np.cos(E))
            E = E - delta
            err = np.abs(delta).max()
            steps += 1
        out.append((E, steps))
    return tuple(out)
