"""Two streams of electrons, particles in cells: deposit, Poisson by FFT, gather, push."""

import numpy as np


def run():
    cells, n, length, dt = 64, 8000, 2 * np.pi, 0.1
    x = np.linspace(0, length, n, endpoint=False)
    v = np.where(np.arange(n) % 2 == 0, 1.0, -1.0) + 0.01 * np.sin(x)
    k = 2 * np.pi * np.fft.fftfreq(cells, length / cells)
    k[0] = 1.0
    energy = np.zeros(60)
    for t in range(60):
        at = x / length * cells
        left = at.astype(np.int64) % cells
        part = at - np.floor(at)
        density = np.bincount(left, 1 - part, minlength=cells) + np.bincount((left + 1) % cells, part, minlength=cells)
        potential = np.fft.fft(1 - density * cells / n) / k**2
        potential[0] = 0
        field = np.real(np.fft.ifft(-1j * k * potential))
        push = field[left] * (1 - part) + field[(left + 1) % cells] * part
        v = v - push * dt
        x = (x + v * dt) % length
        energy[t] = 0.5 * np.sum(field**2) * length / cells
    return energy, v.mean(), v.std()
