"""The Müller–Brown band of `losscape-benches path band N`, by ASE: `band.py band N`.

Improved tangent, springs of 100, its ordinary-differential-equation optimizer, climbing from the start (relaxing first and
climbing then took three times the evaluations). Prints gradient evaluations, the highest value and the seconds of the search.
"""

import sys
import time

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.mep import NEB
from ase.mep.neb import NEBOptimizer

A = np.array([-200.0, -100.0, -170.0, 15.0])
a = np.array([-1.0, -1.0, -6.5, 0.7])
b = np.array([0.0, 0.0, 11.0, 0.6])
c = np.array([-10.0, -10.0, -6.5, 0.7])
X = np.array([1.0, 0.0, -0.5, -1.0])
Y = np.array([0.0, 0.5, 1.5, 1.0])
ENDS = [(-0.5582236346330243, 1.441725841804669), (0.6234994049308765, 0.02803775852868567)]
evaluations = 0


class MuellerBrown(Calculator):
    implemented_properties = ["energy", "forces"]

    def calculate(self, atoms=None, properties=None, system_changes=all_changes):
        global evaluations
        super().calculate(atoms, properties, system_changes)
        evaluations += 1
        x, y = atoms.positions[0, :2]
        dx, dy = x - X, y - Y
        terms = A * np.exp(a * dx * dx + b * dx * dy + c * dy * dy)
        gradient = (terms @ (2 * a * dx + b * dy), terms @ (b * dx + 2 * c * dy))
        self.results = {"energy": terms.sum(), "forces": -np.array([[*gradient, 0.0]])}


def main() -> None:
    if sys.argv[1] != "band":
        print("-")
        return
    images = []
    for t in np.linspace(0, 1, int(sys.argv[2])):
        point = (1 - t) * np.array(ENDS[0]) + t * np.array(ENDS[1])
        atoms = Atoms("H", positions=[[*point, 0.0]])
        atoms.calc = MuellerBrown()
        images.append(atoms)
    start = time.perf_counter()
    neb = NEB(images, k=100.0, climb=True, method="improvedtangent")
    NEBOptimizer(neb, logfile=None, method="ode").run(fmax=0.01, steps=20000)
    top = max(image.get_potential_energy() for image in images)
    print(evaluations, top, time.perf_counter() - start)


main()
