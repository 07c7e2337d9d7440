"""Types of the compiled module; `tests/test_stubs.py` compares them with it. The docstrings are in the module."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import results

Array = NDArray[np.float32] | NDArray[np.float64]
Labels = NDArray[np.uint8]
DType = Literal["float32", "float64"]
Schedule = (
    tuple[Literal["steps"], float, int]
    | tuple[Literal["warm-up"], int]
    | tuple[Literal["cosine"], float, int, int]
    | tuple[Literal["inverse-time"], int]
)

VERSION: str

class Mlp:
    def __init__(
        self,
        widths: Sequence[int],
        *,
        hidden: str = "tanh",
        output: str = "identity",
        bias: bool = True,
    ) -> None: ...
    def init(self, seed: int = 1, kind: str = "glorot-uniform", *, dtype: DType = "float32") -> Array: ...
    def predict(self, params: Array, inputs: Array) -> Array: ...
    def loss(
        self,
        inputs: Array,
        targets: NDArray[Any],
        *,
        loss: str | None = None,
        l2: float = 0.0,
        weights: Array | None = None,
        class_weights: Array | None = None,
    ) -> Objective: ...
    def align(
        self,
        reference: Array,
        params: Array,
        *,
        mirror: bool | None = None,
        tries: int = 0,
        seed: int = 1,
    ) -> results.Aligned: ...
    def filter_normalise(self, params: Array, direction: Array) -> Array: ...
    def save(self, params: Array) -> bytes: ...
    @staticmethod
    def load(bytes: bytes) -> tuple[Mlp, Array]: ...
    @property
    def bias(self) -> bool: ...
    @property
    def param_len(self) -> int: ...
    @property
    def output(self) -> str: ...
    @property
    def hidden(self) -> str: ...
    @property
    def widths(self) -> list[int]: ...

class Objective:
    def value(self, params: Array) -> float: ...
    def value_grad(self, params: Array) -> tuple[float, Array]: ...
    def hess_vec(self, params: Array, v: Array) -> Array: ...
    def accuracy(self, params: Array) -> float: ...
    def data_loss(self, params: Array) -> float: ...
    def check_grad(self, params: Array, length: float = 1.0) -> results.Check: ...
    @property
    def dim(self) -> int: ...
    @property
    def dtype(self) -> DType: ...

class Sgd:
    def __init__(
        self,
        objective: Objective,
        params: Array,
        *,
        learning_rate: float,
        batch_size: int | None = None,
        order: str = "epochs",
        schedule: Schedule | None = None,
        momentum: float = 0.0,
        nesterov: bool = False,
        adam: bool = False,
        weight_decay: float = 0.0,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        gradient_noise: float = 0.0,
        ball_noise: float = 0.0,
        noise_factor: Array | None = None,
        temperature: float = 0.0,
        step_noise: float = 0.0,
        seed: int = 1,
    ) -> None: ...
    def advance(self, steps: int) -> NDArray[np.float64]: ...
    def set_learning_rate(self, learning_rate: float) -> None: ...
    def save(self) -> bytes: ...
    def restore(self, state: bytes) -> None: ...
    @property
    def objective(self) -> Objective: ...
    @property
    def params(self) -> Array: ...
    @property
    def digest(self) -> str: ...
    @property
    def stopped(self) -> bool: ...
    @property
    def steps(self) -> int: ...

def autoneb(
    objective: Objective,
    a: Array,
    b: Array,
    *,
    pivots: int = 3,
    cycles: int = 4,
    sweeps: int = 800,
    learning_rate: float = 0.02,
    momentum: float = 0.9,
    capacity: int = 32,
    points: int = 9,
    batch_size: int | None = None,
    seed: int = 1,
) -> results.Path: ...
def band(
    objective: Objective,
    images: Array,
    *,
    sweeps: int = 1000,
    learning_rate: float = 0.02,
    momentum: float = 0.9,
    spring: float | None = None,
    climb_below: float = 0.0,
    tolerance: float = 0.0,
    points: int = 9,
) -> results.Path: ...
def blobs(samples: int, centres: Array, noise: float = 0.0, seed: int = 0) -> tuple[Array, Labels]: ...
def convolve(
    values: Array,
    bounds: Sequence[tuple[float, float]],
    *,
    bandwidth: float,
    kernel: str = "gaussian",
    boundary: str = "reflecting",
) -> Array: ...
def curve(
    objective: Objective,
    controls: Array,
    *,
    kind: str = "bezier",
    updates: int = 1000,
    draws: int = 1,
    midpoints: bool = False,
    learning_rate: float = 0.02,
    momentum: float = 0.9,
    rows: int = 33,
    points: int = 9,
    seed: int = 1,
) -> results.Path: ...
def descend(objective: Objective, params: Array, *, steps: int, every: int = 0, **settings: Any) -> results.Descent: ...
def digest(values: Array) -> str: ...
def digits(held_out: bool = False, *, dtype: DType = "float32") -> tuple[Array, Labels]: ...
def ensemble(
    objective: Objective,
    positions: Array,
    *,
    learning_rate: float,
    steps: int,
    temperature: float = 0.0,
    batch_size: int | None = None,
    every: int = 0,
    seed: int = 1,
) -> results.Walked: ...
def fokker_planck(
    potential: Array,
    density: Array,
    bounds: Sequence[tuple[float, float]],
    *,
    temperature: float,
    dt: float,
    steps: int,
    every: int = 0,
    boundary: str = "reflecting",
    scheme: str = "exact",
) -> results.Evolved: ...
def hessian(
    objective: Objective,
    params: Array,
    *,
    vectors: bool = False,
    gauss_newton: bool = False,
) -> results.Curvatures: ...
def lanczos(
    objective: Objective,
    params: Array,
    *,
    steps: int = 30,
    vectors: int = 0,
    seed: int = 1,
    gauss_newton: bool = False,
) -> results.Ritz: ...
def minima(name: str) -> Array: ...
def moons(samples: int, noise: float = 0.0, seed: int = 0, *, dtype: DType = "float32") -> tuple[Array, Labels]: ...
def own(
    value_grad: Callable[[Array], tuple[float, Array]],
    dim: int,
    *,
    value: Callable[[Array], float] | None = None,
    hess_vec: Callable[[Array, Array], Array] | None = None,
    dtype: DType = "float64",
) -> Objective: ...
def plane(
    objective: Objective,
    origin: Array,
    u: Array,
    v: Array,
    *,
    half_width: float = 1.0,
    cells: int = 64,
) -> results.Surface: ...
def plane_through(a: Array, b: Array, c: Array) -> Array: ...
def packed(inputs: NDArray[np.float32], labels: NDArray[Any], *, standard: bool = True) -> str: ...
def _exhibits() -> list[str]: ...
def _run_exhibit(exhibit: str, settings: dict[str, str]) -> results.Run: ...
def scan(objective: Objective, images: Array, *, points: int = 9) -> results.Path: ...
def sharpness(
    objective: Objective,
    params: Array,
    *,
    region: str = "box",
    size: float = 0.001,
    starts: int = 3,
    steps: int = 10,
    seed: int = 1,
) -> results.Sharpness: ...
def smooth(
    objective: Objective,
    params: Array,
    *,
    bandwidth: float,
    kernel: str = "gaussian",
    samples: int = 0,
    seed: int = 1,
) -> results.Smoothed: ...
def spectral_density(
    objective: Objective,
    params: Array,
    *,
    probes: int = 10,
    steps: int = 60,
    at: Sequence[float] | None = None,
    width: float | None = None,
    probe: str = "rademacher",
    seed: int = 1,
    gauss_newton: bool = False,
) -> results.Density: ...
def spirals(
    samples: int,
    turns: float = 1.0,
    noise: float = 0.0,
    seed: int = 0,
    *,
    dtype: DType = "float32",
) -> tuple[Array, Labels]: ...
def surface(name: str, *, dtype: DType = "float64", **options: Any) -> Objective: ...
def temperature(learning_rate: float, batch_size: int, *, momentum: float = 0.0) -> float: ...
def trace(
    objective: Objective,
    params: Array,
    *,
    probes: int = 100,
    probe: str = "rademacher",
    seed: int = 1,
    gauss_newton: bool = False,
) -> results.Estimate: ...
def xor(samples: int, noise: float = 0.0, seed: int = 0, *, dtype: DType = "float32") -> tuple[Array, Labels]: ...
