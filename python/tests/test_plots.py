"""Each kind of picture is drawn, with the numbers beside it."""

import csv
import json

import pytest

from losscape_kernel import lab
from losscape_kernel.plots import KINDS, _first, plot
from losscape_kernel.store import Store
from losscape_kernel.sweep import run_point

pytest.importorskip("matplotlib")

STATES = {
    "path": ("paths", "#v=1&task=egg-carton&step=40", ["way", "t", "loss"]),
    "surface": ("surface", "#v=1&cells=32&step=300", ["x", "y", "loss"]),
    "cloud": ("cloud", "#v=1&walkers=1024&step=20", ["what", "x", "y", "density"]),
    "curve": ("train", "#v=1&step=100", ["step", "loss"]),
    "runs": ("smoothing", "#v=1&step=100", ["x"]),
    "places": ("saddles", "#v=1&hidden=2&step=40", ["search", "loss", "down", "unsigned"]),
    "edge": ("batch", "#v=1&step=60", ["step", "batch", "curvature", "loss"]),
    "spectrum": ("train", "#v=1&hidden=3&step=200", ["eigenvalue", "density", "standard_error"]),
}


@pytest.mark.parametrize("kind", STATES)
def test_states(tmp_path, kind):
    exhibit, link, header = STATES[kind]
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"exhibit": exhibit, "link": link}))
    png, svg, table = plot(state, kind, tmp_path / kind)
    assert png.read_bytes()[:4] == b"\x89PNG" and png.stat().st_size > 5000
    assert "<svg" in svg.read_text()[:600]
    with table.open(newline="") as file:
        found, *rows = csv.reader(file)
    assert found == header and len(rows) > 10


def test_each_exhibit_has_a_picture():
    assert {_first(exhibit) for exhibit in lab.EXHIBITS} <= set(STATES) and {*STATES, "auto", "width"} == set(KINDS)


def test_a_table_of_widths(tmp_path):
    store = Store(tmp_path / "r.jsonl")
    for width in (2, 3):
        for seed in (1, 2):
            store.append(run_point({"exhibit": "train", "link": lab.link({"hidden": width, "seed": seed, "step": 100})}))
    table = plot(store.path, "auto", tmp_path / "width")[2].read_text().splitlines()
    assert table[0] == "width,runs,lowest,median,highest" and [line.split(",")[:2] for line in table[1:]] == [["2", "2"], ["3", "2"]]


def test_what_cannot_be_drawn_is_told(tmp_path):
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"exhibit": "train", "link": "#v=1&step=10"}))
    for kind in ("pie", "path", "width"):
        with pytest.raises(ValueError, match="`kind`"):
            plot(state, kind, tmp_path / "none")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    with pytest.raises(ValueError, match="no result"):
        plot(empty)
