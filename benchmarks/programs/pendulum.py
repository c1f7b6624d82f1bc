"""A double pendulum by Runge-Kutta, swinging gently."""

import numpy as np


def slope(s):
    a, b, va, vb = s
    d = a - b
    den = 3 - np.cos(2 * d)
    ga = (-3 * 9.81 * np.sin(a) - 9.81 * np.sin(a - 2 * b) - 2 * np.sin(d) * (vb**2 + va**2 * np.cos(d))) / den
    gb = 2 * np.sin(d) * (2 * va**2 + 2 * 9.81 * np.cos(a) + vb**2 * np.cos(d)) / den
    return np.array([va, vb, ga, gb])


def run():
    s = np.array([0.2, -0.1, 0.0, 0.0])
    dt = 0.01
    path = [s]
    for _ in range(300):
        k1 = slope(s)
        k2 = slope(s + dt / 2 * k1)
        k3 = slope(s + dt / 2 * k2)
        k4 = slope(s + dt * k3)
        s = s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        path.append(s)
    return np.stack(path)
