"""Burgers' equation with a step of its own choosing, until a time is reached."""

import numpy as np


def run():
    n = 300
    x = np.linspace(0, 2 * np.pi, n, endpoint=False)
    dx = x[1] - x[0]
    u = 1.5 + np.sin(x)
    t, steps = 0.0, 0
    while t < 2.0:
        dt = min(0.4 * dx / np.abs(u).max(), 2.0 - t)
        flux = 0.5 * u * u
        u = u - dt / dx * (flux - np.roll(flux, 1))
        t += dt
        steps += 1
    return u, steps, t
