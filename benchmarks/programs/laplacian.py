"""Sharpening by the Laplacian and a mask of edges."""

import numpy as np


def run():
    i, j = np.meshgrid(np.arange(700), np.arange(900), indexing="ij")
    image = 128 + 90 * np.sin(i / 23.0) * np.cos(j / 31.0)
    padded = np.pad(image, 1, mode="edge")
    lap = padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2] - 4 * image
    sharp = np.clip(image - 2.0 * lap, 0, 255)
    edges = np.abs(lap) > 2 * np.std(lap)
    return sharp.astype(np.uint8), np.count_nonzero(edges), edges.mean(axis=0)
