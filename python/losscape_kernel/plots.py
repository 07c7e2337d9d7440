"""Plots of results with matplotlib, each as PNG, as SVG, and as the plotted numbers (CSV)."""

from __future__ import annotations

import csv
import json
import os
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping, Sequence

import numpy as np

from . import lab
from .results import Run
from .store import Store

__all__ = ["KINDS", "plot"]

Numbers = tuple[Sequence[str], Iterable[Sequence[Any]]]

# All settings of a run.
Settings = Mapping[str, str]

# The box of the cloud's densities.
_BOX = (-3, 3, -3, 3)


def _figure() -> tuple[Any, Any]:
    # The object, not pyplot: no window, no global state, any thread.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _path(run: Run, axes: Any, _: Settings) -> Numbers:
    a = run.arrays
    axes.plot(a["straight_t"], a["straight_value"], color="0.55", label="straight line")
    axes.plot(a["t"], a["value"], color="#0a6f8f", label="best path")
    axes.set(xlabel="fraction of the way", ylabel="loss")
    axes.set_title(f"barrier {run.numbers['barrier']:.3g}; straight {run.numbers['straight_barrier']:.3g}")
    axes.legend()
    ways = [("straight", "straight_t", "straight_value"), ("best", "t", "value")]
    return ("way", "t", "loss"), ((way, t, v) for way, x, y in ways for t, v in zip(a[x], a[y]))


def _surface(run: Run, axes: Any, _: Settings) -> Numbers:
    left, right, low, high = run.arrays["span"]
    values = run.arrays["map"]
    x, y = np.linspace(left, right, values.shape[1]), np.linspace(low, high, values.shape[0])
    above = np.log10(np.where(np.isfinite(values), values, np.nanmax(values[np.isfinite(values)])) + 1e-6)
    drawn = axes.contourf(x, y, above, levels=24, cmap="viridis")
    axes.figure.colorbar(drawn, ax=axes, label="log10 loss")
    path = run.arrays["path"]
    axes.plot(path[:, 0], path[:, 1], color="white", linewidth=1, label="the run")
    axes.set(xlim=(left, right), ylim=(low, high), xlabel="x", ylabel="y", aspect="equal")
    return ("x", "y", "loss"), ((x[i], y[j], values[j, i]) for j in range(len(y)) for i in range(len(x)))


def _cloud(run: Run, axes: Any, _: Settings) -> Numbers:
    density, law, walkers = (run.arrays[name] for name in ("density", "law", "walkers"))
    axes.contourf(density, levels=12, cmap="Blues", extent=_BOX)
    axes.contour(law, levels=6, colors="#b5482a", linewidths=0.8, extent=_BOX)
    axes.plot(walkers[:, 0], walkers[:, 1], ".", color="black", markersize=1.5)
    axes.set(xlim=_BOX[:2], ylim=_BOX[2:], xlabel="x", ylabel="y", aspect="equal")
    axes.set_title(f"step {run.step}, T = {run.numbers['temperature']:.3g}: density, law (lines), walkers")
    rows = [("walker", *walker, "") for walker in walkers]
    side = len(density)
    centres = _BOX[0] + (_BOX[1] - _BOX[0]) * (np.arange(side) + 0.5) / side
    rows += [("cell", centres[i], centres[j], density[j, i]) for j in range(side) for i in range(side)]
    return ("what", "x", "y", "density"), rows


def _curve(run: Run, axes: Any, _: Settings) -> Numbers:
    steps, losses = run.arrays["step"], run.arrays["loss"]
    axes.semilogy(steps, losses, color="#0a6f8f")
    axes.set(xlabel="step", ylabel="training loss")
    axes.set_title(f"held out: {100 * run.numbers['held_out_accuracy']:.1f} % right")
    return ("step", "loss"), zip(steps, losses)


def _runs(run: Run, axes: Any, _: Settings) -> Numbers:
    runs = run.arrays["runs"]
    axes.hist(runs, bins=60, color="#0a6f8f")
    axes.axvline(run.numbers["smooth"], color="#b5482a", label="descent on the smoothed curve")
    axes.set(xlabel="x", ylabel="runs")
    axes.legend()
    return ("x",), ([x] for x in runs)


def _places(run: Run, axes: Any, _: Settings) -> Numbers:
    places = run.arrays["places"]
    axes.plot(places[:, 2], places[:, 1], ".", color="#0a6f8f")
    axes.set(xlabel="directions that go down", ylabel="loss")
    axes.set_title(f"{len(places)} places without a slope, of {run.step} searches")
    return ("search", "loss", "down", "unsigned"), places


def _edge(run: Run, axes: Any, _: Settings) -> Numbers:
    steps, batches = run.arrays["step"], [int(size) for size in run.arrays["batches"]]
    for size, curvatures in zip(batches, run.arrays["curvature"].T):
        axes.plot(steps, curvatures, label=f"batches of {size}")
    axes.axhline(1, color="0.55", linewidth=0.8)
    axes.set(xlabel="step", ylabel="largest curvature, over 2/η")
    axes.legend()
    drawn = zip(steps, run.arrays["curvature"], run.arrays["loss"])
    rows = ((step, size, x, y) for step, xs, ys in drawn for size, x, y in zip(batches, xs, ys))
    return ("step", "batch", "curvature", "loss"), rows


def _spectrum(run: Run, axes: Any, values: Settings) -> Numbers:
    """The Hessian's spectrum at the end of a run of *Train*, which is made by `Sgd` and must have the run's digest."""
    from . import Mlp, Sgd, digits, spectral_density

    count = {key: int(values[key]) for key in ("seed", "hidden", "batch", "step")}
    number = {key: float(np.float32(values[key])) for key in ("rate", "momentum", "l2")}
    net = Mlp([64, count["hidden"], 10])
    sgd = Sgd(
        net.loss(*digits(), l2=number["l2"]), net.init(count["seed"], values["init"]),
        learning_rate=number["rate"], momentum=number["momentum"], batch_size=count["batch"],
        order=values["order"], seed=count["seed"],
    )
    sgd.advance(count["step"])
    if sgd.digest != run.digest:
        raise ValueError("a run with changes on its way has no spectrum here")
    inputs, labels = digits(dtype="float64")
    exact = net.loss(inputs, labels, l2=number["l2"])
    found = spectral_density(exact, sgd.params.astype(np.float64), probes=4, steps=60)
    axes.semilogy(found.at, np.maximum(found.density, 1e-6), color="#0a6f8f")
    axes.set(xlabel="eigenvalue", ylabel="density", ylim=(1e-5, None))
    axes.set_title(f"step {run.step}: largest {found.nodes.max():.3g}, smallest {found.nodes.min():.3g}")
    return ("eigenvalue", "density", "standard_error"), zip(found.at, found.density, found.errors)


# Of the exhibits with a width: its key in a link, the number that is tabulated, and what it is.
_WIDTHS = {
    "paths": ("width", "barrier", "barrier on the best path"),
    "train": ("hidden", "held_out_loss", "held-out loss"),
}


def _width(rows: Sequence[Mapping[str, Any]], axes: Any) -> Numbers:
    exhibits = {row["exhibit"] for row in rows if "numbers" in row}
    if len(exhibits) != 1 or not exhibits <= set(_WIDTHS):
        raise ValueError("`kind` is width, which needs results of either paths or train")
    key, number, says = _WIDTHS[exhibits.pop()]
    by: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        by[int(lab.complete(row["exhibit"], lab.settings(row))[key])].append(row["numbers"][number])
    table = []
    for width in sorted(by):
        found = sorted(by[width])
        table.append((width, len(found), found[0], statistics.median(found), found[-1]))
    widths, middle = [row[0] for row in table], [row[3] for row in table]
    for width in widths:
        axes.plot([width] * len(by[width]), by[width], ".", color="0.6")
    axes.plot(widths, middle, "o-", color="#0a6f8f", label="median")
    axes.set(xscale="log", xlabel="width", ylabel=says)
    axes.minorticks_off()
    axes.set_xticks(widths, [str(width) for width in widths])
    axes.legend()
    return ("width", "runs", "lowest", "median", "highest"), table


# What is drawn of which exhibit; the first of an exhibit unless something else is asked for.
_DRAW: Mapping[str, tuple[str, Callable[[Run, Any, Settings], Numbers]]] = {
    "path": ("paths", _path),
    "surface": ("surface", _surface),
    "cloud": ("cloud", _cloud),
    "curve": ("train", _curve),
    "runs": ("smoothing", _runs),
    "places": ("saddles", _places),
    "edge": ("batch", _edge),
    "spectrum": ("train", _spectrum),
}

KINDS = ("auto", "width", *_DRAW)
"""What `plot` draws."""


def _first(exhibit: object) -> str:
    for kind, (own, _) in _DRAW.items():
        if own == exhibit:
            return kind
    raise ValueError(f"`exhibit` is {exhibit!r}, of which plots.py draws nothing")


def _rows(result: str | os.PathLike[str]) -> list[Mapping[str, Any]]:
    if Store(result).is_table:
        return list(Store(result))
    text = Path(result).read_text(encoding="utf-8")
    try:
        state = json.loads(text)
    except ValueError:
        return list(Store(result))
    if isinstance(state, dict) and "key" not in state:
        return [state]
    return list(Store(result))


def plot(result: str | os.PathLike[str], kind: str = "auto", out: str | os.PathLike[str] = "losscape") -> list[Path]:
    """Draws a state of a page or a file of results; returns the PNG, the SVG and the numbers.

    `kind` is one of `KINDS`, of which edge draws the largest curvatures of four batch sizes, and width a table over all rows.
    Otherwise the last of several results is drawn. Arrays are not in a result: its run is made again, and must have the same
    digest.
    """
    rows = _rows(result)
    if not rows:
        raise ValueError(f"{os.fspath(result)} holds no result")
    row = rows[-1]
    if kind == "auto":
        kind = "width" if len(rows) > 1 else _first(row.get("exhibit"))
    figure, axes = _figure()
    if kind == "width":
        header, numbers = _width(rows, axes)
    elif kind in _DRAW:
        exhibit, draw = _DRAW[kind]
        if row.get("exhibit") != exhibit:
            raise ValueError(f"`kind` is {kind}, which needs a run of {exhibit}")
        made = lab.replay(row)
        if made.same is False:
            raise ValueError(f"the run made here has the digest {made.digest}, the result {made.expected}")
        header, numbers = draw(made.run, axes, lab.complete(exhibit, lab.settings(row)))
    else:
        raise ValueError(f"`kind` is {kind!r}, must be one of {', '.join(KINDS)}")
    base = Path(out)
    base.parent.mkdir(parents=True, exist_ok=True)
    files = [base.with_name(base.name + end) for end in (".png", ".svg", ".csv")]
    figure.savefig(files[0], dpi=150)
    figure.savefig(files[1])
    with open(files[2], "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([x.item() if isinstance(x, np.generic) else x for x in line] for line in numbers)
    return files
