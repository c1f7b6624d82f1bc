"""Planets by leapfrog: all pairs of a few bodies."""

import numpy as np


def accelerations(pos, mass):
    diff = pos[None, :, :] - pos[:, None, :]
    r2 = (diff**2).sum(axis=-1) + 1e-6
    return (diff * (mass / r2**1.5)[:, :, None]).sum(axis=1)


def run():
    n = 8
    mass = np.full(n, 1e-4)
    mass[0] = 1.0
    r = np.arange(1, n) * 0.7
    pos, vel = np.zeros((n, 3)), np.zeros((n, 3))
    pos[1:, 0], pos[1:, 1] = r * np.cos(r), r * np.sin(r)
    vel[1:, 0], vel[1:, 1] = -np.sin(r) / np.sqrt(r), np.cos(r) / np.sqrt(r)
    dt = 0.005
    acc = accelerations(pos, mass)
    energy = []
    for _ in range(800):
        vel += 0.5 * dt * acc
        pos += dt * vel
        acc = accelerations(pos, mass)
        vel += 0.5 * dt * acc
        energy.append(0.5 * (mass * (vel**2).sum(axis=1)).sum())
    return pos, vel, np.array(energy)
