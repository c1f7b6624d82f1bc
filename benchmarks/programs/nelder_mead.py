"""The simplex of Nelder and Mead on Rosenbrock's valley."""

import numpy as np


def valley(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def run():
    n = 4
    simplex = np.vstack([np.zeros(n), 0.5 * np.eye(n)])
    values = np.array([valley(p) for p in simplex])
    for _ in range(250):
        order = np.argsort(values)
        simplex, values = simplex[order], values[order]
        centre = simplex[:-1].mean(axis=0)
        reflected = 2 * centre - simplex[-1]
        fr = valley(reflected)
        if values[0] <= fr < values[-2]:
            simplex[-1], values[-1] = reflected, fr
        elif fr < values[0]:
            expanded = 3 * centre - 2 * simplex[-1]
            fe = valley(expanded)
            simplex[-1], values[-1] = (expanded, fe) if fe < fr else (reflected, fr)
        else:
            inner = 0.5 * (centre + simplex[-1])
            fi = valley(inner)
            if fi < values[-1]:
                simplex[-1], values[-1] = inner, fi
            else:
                simplex[1:] = simplex[0] + 0.5 * (simplex[1:] - simplex[0])
                values[1:] = [valley(p) for p in simplex[1:]]
    return simplex[0], values[0] < 1.0, values
