"""Floyd-Steinberg dithering, pixel by pixel."""

import numpy as np


def run():
    h, w = 72, 72
    image = np.linspace(0, 1, w)[None, :] * np.linspace(0.2, 1, h)[:, None]
    out = image.copy()
    for y in range(h - 1):
        for x in range(1, w - 1):
            old = out[y, x]
            new = 1.0 if old > 0.5 else 0.0
            out[y, x] = new
            error = old - new
            out[y, x + 1] += error * 7 / 16
            out[y + 1, x - 1] += error * 3 / 16
            out[y + 1, x] += error * 5 / 16
            out[y + 1, x + 1] += error * 1 / 16
    return out, out[:-1, 1:-1].sum()
