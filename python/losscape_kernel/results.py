"""Results of methods: plain dataclasses that print, compare by field, and pickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _made_by(name: str, args: tuple, keywords: dict) -> Any:
    """Rebuilds an object; used to pickle objectives and networks."""
    import losscape_kernel

    if name == "Mlp.loss":
        net, inputs, targets = args
        return net.loss(inputs, targets, **keywords)
    return getattr(losscape_kernel, name)(*args, **keywords)


@dataclass(frozen=True, eq=False)
class Check:
    """The error of a gradient against differences, at its worst component."""

    error: float
    """The difference over the larger of both and the root mean square of all."""
    index: int
    """The index of that component."""
    derivative: float
    """The component of the objective's gradient."""
    difference: float
    """The central difference."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Parameters with their hidden units in another order."""

    params: Array
    before: float
    """The squared distance to the reference before."""
    after: float
    """The squared distance to the reference after."""


@dataclass(frozen=True, eq=False)
class Descent:
    """A run of SGD."""

    params: Array
    """The parameters at the end."""
    values: Array
    """The value on each step's batch, before the move."""
    states: Array
    """Rows of parameters: the first, every `every`-th and the last."""
    steps: int
    stopped: bool
    """Whether a value was not finite."""
    digest: str


@dataclass(frozen=True, eq=False)
class Cycle:
    """One cycle of AutoNEB."""

    images: int
    saddle: float
    barrier: float
    best: bool
    """Whether it was the best so far."""


@dataclass(frozen=True, eq=False)
class Path:
    """A path between two points, with its dense scan."""

    images: Array
    """Rows of parameters; the ends first and last."""
    saddle: float
    """The highest value."""
    saddle_at: float
    """The place of that value, as a fraction of the length."""
    saddle_params: Array
    barrier: float
    """The greatest height above the line between the values of the ends."""
    ends: tuple[float, float]
    length: float
    chord: float
    t: Array
    """Fractions of the length, ascending."""
    values: Array
    """The value at each."""
    cycles: tuple[Cycle, ...]
    gradients: int
    """Gradients spent on the search."""
    digest: str
    """Values at the images."""


@dataclass(frozen=True, eq=False)
class Curvatures:
    """A Hessian and its spectrum."""

    matrix: Array
    eigenvalues: Array
    """Ascending."""
    vectors: Array | None
    """Rows, in the order of the eigenvalues."""
    asymmetry: float
    tolerance: float
    """The magnitude below which an eigenvalue has no sign."""
    negative: int
    """How many are below minus the tolerance."""


@dataclass(frozen=True, eq=False)
class Ritz:
    """Approximate eigenvalues."""

    values: Array
    """Ascending."""
    residuals: Array
    """Error bounds: an eigenvalue lies within this distance of each value."""
    vectors: Array
    """Rows, the largest values first."""


@dataclass(frozen=True, eq=False)
class Density:
    """The density of a spectrum."""

    at: Array
    density: Array
    """The share of eigenvalues per unit."""
    errors: Array
    """Standard errors."""
    width: float
    """The standard deviation of the smoothing kernel."""
    nodes: Array
    weights: Array
    """Weights of the nodes; their sum is 1."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """A mean with its standard error."""

    mean: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class Sharpness:
    """The rise of a landscape around a point."""

    rise: float
    percentage: float
    """100 times the rise over 1 + the value at the centre."""
    centre: float
    """The value at the centre."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Values on a plane."""

    x: Array
    y: Array
    values: Array
    """`values[j, i]` lies at `x[i]`, `y[j]`."""
    units: tuple[float, float]
    """The lengths of both axes."""


@dataclass(frozen=True, eq=False)
class Evolved:
    """A density that relaxes to its law."""

    times: Array
    densities: Array
    """One density for each time."""
    law: Array
    """The Gibbs distribution exp(−U/T)/Z."""
    free_energies: Array
    distances: Array
    """KL(density ‖ law) in nats."""
    least_free_energy: float


@dataclass(frozen=True, eq=False)
class Walked:
    """A cloud of runs."""

    positions: Array
    """One row per walker."""
    history: Array
    """Positions at the start, at every `every`-th step, and at the end."""
    digest: str


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A convolved loss and its gradient, with standard errors where it was sampled."""

    value: float
    value_error: float
    grad: Array
    grad_error: float


@dataclass(frozen=True, eq=False)
class Run:
    """A replayed run of the page."""

    exhibit: str
    step: int
    digest: str
    not_finite: bool
    numbers: dict[str, float]
    arrays: dict[str, np.ndarray]
