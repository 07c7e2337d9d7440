"""The questions of `losscape-benches density`, by NumPy and SciPy: `cloud.py walk WALKERS STEPS | convolve CELLS WIDTH`.

Prints a number to compare and the seconds.
"""

import sys
import time

import numpy as np
from scipy import ndimage

TEMPERATURE = 0.25
RATE = 0.01


def main() -> None:
    match sys.argv[1:]:
        case ["walk", walkers, steps]:
            rng = np.random.Generator(np.random.SFC64(1))
            x = np.tile([-1.0, 0.0], (int(walkers), 1))
            clock = time.perf_counter()
            scale = np.sqrt(2 * RATE * TEMPERATURE)
            for _ in range(int(steps)):
                grad = x.copy()
                grad[:, 0] = 4 * x[:, 0] * (x[:, 0] ** 2 - 1)
                x += scale * rng.standard_normal(x.shape) - RATE * grad
            seconds = time.perf_counter() - clock
            number = (x[:, 0] ** 2).mean()
        case ["convolve", cells, width]:
            n = int(cells)
            values = np.tile(np.cos(np.arange(n) / 20), (n, 1))
            clock = time.perf_counter()
            out = ndimage.gaussian_filter(values, float(width), mode="wrap", truncate=9.0)
            seconds = time.perf_counter() - clock
            number = out[n // 2, n // 2]
        case _:
            print("-")
            return
    print(number, seconds)


main()
