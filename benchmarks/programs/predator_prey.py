"""Predators and prey by the classic Runge-Kutta method."""

import numpy as np


def rate(y):
    prey, predator = y
    return np.array([1.1 * prey - 0.4 * prey * predator, 0.1 * prey * predator - 0.4 * predator])


def run():
    y = np.array([10.0, 5.0])
    h = 0.02
    path = np.zeros((1000, 2))
    for t in range(1000):
        k1 = rate(y)
        k2 = rate(y + h / 2 * k1)
        k3 = rate(y + h / 2 * k2)
        k4 = rate(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path[t] = y
    return path, path.mean(axis=0)
