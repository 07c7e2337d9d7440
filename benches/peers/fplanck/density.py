"""The questions of `losscape-benches density`, by fplanck: `density.py propagate CELLS TIME REFERENCE | stationary CELLS`.

Prints a number to compare and the seconds, building the equation included.
"""

import sys
import time

import numpy as np
from scipy import constants

np.product = np.prod  # fplanck 0.2.2 is older than NumPy 2
from fplanck import boundary, fokker_planck  # noqa: E402

BOX = 2.5
TEMPERATURE = 0.25


def potential(x, y):
    return (x**2 - 1) ** 2 + y**2 / 2


def start(x, y):
    return np.exp(-((x + 1) ** 2 + y**2) / (2 * 0.2**2))


def equation(cells):
    return fokker_planck(
        temperature=TEMPERATURE / constants.k,
        drag=1.0,
        extent=[2 * BOX, 2 * BOX],
        resolution=2 * BOX / cells,
        boundary=boundary.reflecting,
        potential=potential,
    )


def main() -> None:
    clock = time.perf_counter()
    match sys.argv[1:]:
        case ["propagate", cells, until, reference]:
            n = int(cells)
            density = equation(n).propagate(start, float(until))
            seconds = time.perf_counter() - clock
            x, y = np.fromfile(reference).reshape(2, n, -1).mean(axis=2)
            volume = (2 * BOX / n) ** 2
            number = np.abs(density / volume - np.outer(x, y)).sum() * volume
        case ["stationary", cells]:
            sim = equation(int(cells))
            density = sim.steady_state()
            seconds = time.perf_counter() - clock
            gibbs = np.exp(-sim.potential_values / TEMPERATURE)
            number = np.abs(density - gibbs / gibbs.sum()).sum()
        case _:
            print("-")
            return
    print(number, seconds)


main()
