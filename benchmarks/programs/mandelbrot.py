"""The Mandelbrot set, leaving out points as they escape."""

import numpy as np


def run():
    c = (np.linspace(-2, 0.6, 200)[None, :] + 1j * np.linspace(-1.2, 1.2, 200)[:, None]).ravel()
    z = c.copy()
    index = np.arange(c.size)
    count = np.zeros(c.size, dtype=int)
    for n in range(60):
        z = z * z + c[index]
        inside = z.real**2 + z.imag**2 <= 4
        count[index[~inside]] = n + 1
        z, index = z[inside], index[inside]
    return count.reshape(200, 200)
