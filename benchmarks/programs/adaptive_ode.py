"""Van der Pol's oscillator with a step that follows the error."""

import numpy as np


def f(y):
    return np.array([y[1], 2.0 * (1 - y[0] ** 2) * y[1] - y[0]])


def run():
    y = np.array([2.0, 0.0])
    t, h = 0.0, 0.01
    times, states, refused = [t], [y], 0
    while t < 12.0:
        h = min(h, 12.0 - t)
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + 3 * h / 4 * k2)
        new = y + h / 9 * (2 * k1 + 3 * k2 + 4 * k3)
        k4 = f(new)
        error = np.linalg.norm(h * (-5 / 72 * k1 + k2 / 12 + k3 / 9 - k4 / 8))
        if error < 1e-6:
            t, y = t + h, new
            times.append(t)
            states.append(y)
        else:
            refused += 1
        h *= float(np.clip(0.9 * (1e-6 / max(error, 1e-15)) ** (1 / 3), 0.3, 3.0))
    return np.array(times), np.array(states), refused
