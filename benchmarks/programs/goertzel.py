"""Goertzel's recursion for the eight tones of a telephone."""

import numpy as np

TONES = np.array([697, 770, 852, 941, 1209, 1336, 1477, 1633])


def run():
    rate = 8000
    powers = []
    for low, high in ((697, 1209), (770, 1477), (941, 1336)):
        t = np.arange(2000) / rate
        signal = np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)
        c = 2 * np.cos(2 * np.pi * TONES / rate)
        s1, s2 = np.zeros(8), np.zeros(8)
        for x in signal:
            s1, s2 = x + c * s1 - s2, s1
        powers.append(s1**2 + s2**2 - c * s1 * s2)
    powers = np.array(powers)
    return powers, np.sort(np.argsort(powers, axis=1)[:, -2:], axis=1)
