"""Harris corners: gradients, smoothed products, response, local maxima."""

import numpy as np


def blur(a):
    a = (a[:-2] + 2 * a[1:-1] + a[2:]) / 4
    return (a[:, :-2] + 2 * a[:, 1:-1] + a[:, 2:]) / 4


def run():
    i, j = np.mgrid[0:500, 0:500]
    image = ((i // 40 + j // 40) % 2).astype(np.float64) + 0.05 * np.sin(i * 0.9) * np.cos(j * 1.1)
    dx = 0.5 * (image[1:-1, 2:] - image[1:-1, :-2])
    dy = 0.5 * (image[2:, 1:-1] - image[:-2, 1:-1])
    xx, yy, xy = blur(dx * dx), blur(dy * dy), blur(dx * dy)
    response = xx * yy - xy * xy - 0.05 * (xx + yy) ** 2
    c = response[1:-1, 1:-1]
    peak = c > 0.001
    for di in (0, 1, 2):
        for dj in (0, 1, 2):
            if (di, dj) != (1, 1):
                peak &= c >= response[di : di + c.shape[0], dj : dj + c.shape[1]]
    return response, np.argwhere(peak)
