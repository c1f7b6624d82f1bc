"""Flow around a disk by the lattice Boltzmann method, nine speeds."""

import numpy as np

CX = [0, 1, 0, -1, 0, 1, -1, -1, 1]
CY = [0, 0, 1, 0, -1, 1, 1, -1, -1]
OPPOSITE = [0, 3, 4, 1, 2, 7, 8, 5, 6]
WEIGHT = [4 / 9] + [1 / 9] * 4 + [1 / 36] * 4


def run():
    nx, ny = 90, 36
    x, y = np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij")
    disk = (x - 20) ** 2 + (y - ny // 2) ** 2 < 25
    f = np.array([w * (1 + 3 * c * 0.08) * np.ones((nx, ny)) for w, c in zip(WEIGHT, CX)])
    for _ in range(40):
        rho = f.sum(axis=0)
        ux = sum(c * f[i] for i, c in enumerate(CX)) / rho
        uy = sum(c * f[i] for i, c in enumerate(CY)) / rho
        square = 1.5 * (ux**2 + uy**2)
        for i in range(9):
            cu = 3 * (CX[i] * ux + CY[i] * uy)
            f[i] += 0.8 * (WEIGHT[i] * rho * (1 + cu + 0.5 * cu**2 - square) - f[i])
        bounced = f[OPPOSITE][:, disk]
        f[:, disk] = bounced
        for i in range(9):
            f[i] = np.roll(np.roll(f[i], CX[i], axis=0), CY[i], axis=1)
    return rho, np.where(disk, 0, ux), np.where(disk, 0, uy)
