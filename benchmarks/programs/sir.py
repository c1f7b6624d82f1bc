"""An epidemic among age groups, Euler steps of a day's tenth, until it ends."""

import numpy as np

MIX = np.array([[3.0, 0.8, 0.3], [0.8, 2.0, 0.6], [0.3, 0.6, 1.2]]) * 0.12
PEOPLE = np.array([3e6, 8e6, 4e6])


def run():
    infected = np.array([10.0, 50.0, 5.0])
    susceptible = PEOPLE - infected
    recovered = np.zeros(3)
    history = []
    dt = 0.1
    while infected.sum() > 1.0:
        new = dt * susceptible * (MIX @ (infected / PEOPLE))
        healed = dt * 0.2 * infected
        susceptible = susceptible - new
        infected = infected + new - healed
        recovered = recovered + healed
        history.append(infected.sum())
    history = np.array(history)
    return len(history), recovered, history.max(), history.argmax()
