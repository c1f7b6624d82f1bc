"""A chain of products of small matrices: the transfer through a layered medium at several wavelengths."""

import numpy as np


def run():
    thickness = 50 + 20 * np.cos(np.arange(400) * 0.7)
    index = np.where(np.arange(400) % 2 == 0, 1.45, 2.1)
    reflected = []
    for wavelength in (500.0, 550.0, 600.0):
        M = np.eye(2, dtype=complex)
        for d, n in zip(thickness, index):
            delta = 2 * np.pi * n * d / wavelength
            layer = np.array([[np.cos(delta), 1j * np.sin(delta) / n], [1j * n * np.sin(delta), np.cos(delta)]])
            M = M @ layer
        r = (M[0, 0] + M[0, 1] - M[1, 0] - M[1, 1]) / (M[0, 0] + M[0, 1] + M[1, 0] + M[1, 1])
        reflected.append(np.abs(r) ** 2)
    return np.array(reflected)
