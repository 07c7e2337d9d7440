"""Runs of the page: replayed to the same digest, and back."""

import json
from pathlib import Path

import numpy as np
import pytest

import losscape_kernel as lk
from losscape_kernel import cli, lab
from losscape_kernel.store import key_of

# As a page writes it (Take home, State of the run), with a change of the rate on the way.
EXPORTED = {
    "exhibit": "train",
    "link": "#v=1&rate=0.5&batch=4&changes=200:rate:0.05&step=300",
    "settings": {"seed": 1, "rate": 0.5, "batch": 4, "changes": "200:rate:0.05", "step": 300},
    "step": 300,
    "digest": "43642598259435d5",
    "build": "simd",
}

# Each exhibit somewhere; Train at step 1000 is what the npm package's README shows.
KNOWN = [
    ("train", "#v=1&step=1000", "5a1a28febc589c84"),
    ("train", "#v=1&step=100", "6305f8443acbbe54"),
    ("paths", "#v=1&task=egg-carton&step=40", "785bc63c2e8a5f44"),
    ("paths", "#v=1&task=mueller-brown&climb=on&step=100", "c1b75c171ac8aa3e"),
    ("paths", "#v=1&task=twins&width=2&a=3&b=4&step=100", "113c1d572d5bde8b"),
    ("cloud", "#v=1&step=20", "1d35efa08557f4f4"),
    ("smoothing", "#v=1&step=600", "d26bde893a9d45ad"),
    ("surface", "#v=1&step=1000", "40fd953ff5b8fe9e"),
    ("batch", "#v=1&rate=0.5&hidden=8&data=moons&smallest=8&step=300", "e63919ebac9e5195"),
]


@pytest.mark.parametrize("exhibit, link, digest", KNOWN)
def test_every_exhibit(exhibit, link, digest):
    found = lk.replay({"exhibit": exhibit, "link": link, "digest": digest})
    assert found.digest == digest and found.same
    assert all(isinstance(number, float) for number in found.numbers.values())


def test_a_file_and_back(tmp_path: Path):
    file = tmp_path / "losscape-train.json"
    file.write_text(json.dumps(EXPORTED))
    found = lk.replay(file)
    assert (found.same, found.run.step) == (True, 300)
    written = lk.write_state(tmp_path / "ours.json", "train", rate=0.5, batch=4, changes="200:rate:0.05", step=300)
    assert written["digest"] == EXPORTED["digest"] and written["link"] == EXPORTED["link"] + f"&digest={EXPORTED['digest']}"
    assert lk.replay(tmp_path / "ours.json").same


def test_another_digest_is_told():
    assert lk.replay({**EXPORTED, "digest": "0" * 16}).same is False
    assert lk.replay({"exhibit": "train", "link": "#v=1"}).same is None


def test_the_handle_and_our_own_sgd_have_the_same_bits():
    net = lk.Mlp([64, 5, 10])
    sgd = lk.Sgd(net.loss(*lk.digits(), l2=1e-4), net.init(7), learning_rate=0.3, momentum=0.5, batch_size=32, seed=7)
    sgd.advance(200)
    assert sgd.digest == lk.run("train", seed=7, hidden=5, rate=0.3, momentum=0.5, batch=32, step=200).digest


def test_links_hold_the_shortest_decimals():
    for number in (0.1, 1e-4, 2.5, 1e-7, 3.0, float(np.float32(1) / 3)):
        text = lk.link({"rate": number}).split("rate=")[1]
        assert np.float32(text) == np.float32(number) and len(text) <= 14


def rows(count, width):
    """Two classes, a line apart."""
    inputs = np.array([[np.sin(1.3 * k + j) + (k % 2) * (j == 0) * 3 for j in range(width)] for k in range(count)])
    return np.round(inputs, 2).astype(np.float32), np.arange(count) % 2


STATES = Path(__file__).parent / "states"
POINTS = lk.packed(*rows(24, 2))

# As `states` holds them; `web/test/states.test.ts` opens the same files with the page's code.
SETTINGS = {
    "train": {"rate": 0.5, "batch": 4, "changes": "200:rate:0.05", "step": 300},
    "paths": {"task": "twins", "width": 2, "a": 3, "b": 4, "cycles": 1, "step": 100},
    "cloud": {"rate": 0.04, "ground": "valleys", "walkers": 1024, "step": 50},
    "smoothing": {"noise": 15.0, "kernel": "uniform", "step": 600},
    "surface": {"scene": "ring", "tilt": 0.1, "step": 600},
    "saddles": {"hidden": 2, "step": 40},
    "batch": {"rate": 0.2, "hidden": 8, "step": 600},
    "train-own": {"hidden": 4, "data": "own", "own": lk.packed(*rows(40, 5), standard=False), "step": 200},
    "surface-own": {"scene": "own", "own": POINTS, "step": 500},
    "paths-own": {"task": "own", "width": 3, "a": 3, "b": 4, "cycles": 1, "own": POINTS, "step": 100},
    "batch-own": {"data": "own", "own": POINTS, "step": 100},
    # Too long for a link.
    "train-long": {"hidden": 4, "data": "own", "own": lk.packed(*rows(120, 7)), "step": 200},
}


def test_the_settings_are_those_of_the_page():
    for exhibit in lab.EXHIBITS:
        assert lab.FIELDS[exhibit], f"{exhibit}: not in settings.json"
        assert any(name.split("-")[0] == exhibit for name in SETTINGS), f"{exhibit}: no state"
    with pytest.raises(ValueError, match="`hiden` is no setting of train"):
        lk.run("train", hiden=3)
    with pytest.raises(ValueError, match="settings.json is not read by python/src/replay/train.rs"):
        lab._run_exhibit("train", lab.complete("train", {}) | {"dropout": "0"})
    lacking = lab.complete("train", {})
    del lacking["rate"]
    with pytest.raises(ValueError, match="`rate` has no value in settings.json"):
        lab._run_exhibit("train", lacking)


# What a choice needs besides; the rest is the page's own default, as short as can be.
SHORT = {"paths": {"width": 2, "cycles": 1}, "cloud": {"walkers": 1024}, "surface": {"cells": 32}}
BESIDES = {("cloud", "curvature"): {"ground": "bowl"}, ("cloud", "batches"): {"ground": "bowl"}}
CHOICES = [
    (exhibit, field.key, choice)
    for exhibit in lab.EXHIBITS
    for field in lab.FIELDS[exhibit].values()
    if field.kind == "choice" and not field.view
    for choice in field.choices
]


@pytest.mark.parametrize("exhibit, key, choice", CHOICES)
def test_every_choice_of_the_page_is_one_here(exhibit, key, choice):
    values = {**SHORT.get(exhibit, {}), **BESIDES.get((exhibit, choice), {}), key: choice}
    if choice == "own":
        values["own"] = POINTS
    assert len(lk.run(exhibit, **values).digest) == 16


def test_views_change_no_number():
    made = lk.run("train", step=5)
    one, other = ({"exhibit": "train", "link": f"#v=1&step=5{view}"} for view in ("", "&along=rates&q=x&embed=1&guess=2"))
    assert key_of(one) == key_of(other) and lk.replay(other).digest == made.digest


def test_a_state_holds_only_what_the_page_takes():
    with pytest.raises(ValueError, match="`width` is '5', must for the page be one of 2, 3, 4, 6, 8, 16"):
        lk.state("paths", width=5)
    with pytest.raises(ValueError, match="`hidden` is 64, must for the page be from 2 to 32"):
        lk.state("train", hidden=64)
    assert lk.run("train", hidden=64).step == 0, "but runs"


@pytest.mark.parametrize("name", SETTINGS)
def test_states_that_the_page_opens(name):
    known = json.loads((STATES / f"{name}.json").read_text())
    known.pop("build")
    made = lk.state(name.split("-")[0], **SETTINGS[name])
    made.pop("build")
    assert made == known and lk.replay(STATES / f"{name}.json").same


def test_data_that_no_link_holds_are_beside_it(tmp_path):
    file = STATES / "train-long.json"
    state = json.loads(file.read_text())
    assert "own" not in lk.settings({**state, "own": None}) and lk.settings(state)["own"] == state["own"]
    assert lk.replay({**state, "own": POINTS}).same is False
    assert cli.main(["run", str(file), "--out", str(tmp_path / "r.jsonl")]) == 0
    assert lk.replay(json.loads((tmp_path / "r.jsonl").read_text())).same


def test_what_the_page_measures_of_batches():
    found = lk.run("batch", step=600)
    assert found.arrays["batches"].tolist() == [20, 10, 4, 2] and found.arrays["curvature"].shape == (len(found.arrays["step"]), 4)
    assert found.arrays["step"][-1] == 600 and found.arrays["loss"].shape == found.arrays["curvature"].shape
    errors = found.arrays["along_error"]
    assert errors.shape == found.arrays["along"].shape and (errors[:, 0] < 1e-9).all() and (errors[:, 1:] > 0).all(), "one batch of all points has no error"
    assert abs(found.numbers["largest"] - 1) > 0.01, "a rescaling moves the curvature"
    assert found.arrays["misread"].shape == (0, 4), "only the moons have new points"
    moons = lk.run("batch", data="moons", hidden=8, smallest=8, step=100).arrays
    assert moons["batches"].tolist() == [128, 50, 20, 8] and moons["misread"].shape == moons["unseen"].shape == moons["loss"].shape
