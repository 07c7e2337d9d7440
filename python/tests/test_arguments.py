"""An invalid argument raises a ValueError that names it; nothing is converted silently."""

import numpy as np
import pytest

import losscape_kernel as lk

NET = lk.Mlp([2, 3, 1])
INPUTS, LABELS = lk.moons(8)
LOSS = NET.loss(INPUTS, LABELS)
PARAMS = NET.init(1)
BOWL = lk.surface("quadratic", spectrum=np.array([1.0, 2.0]))
X = np.zeros(2)


@pytest.mark.parametrize(
    "arg, call",
    [
        ("widths", lambda: lk.Mlp([3])),
        ("hidden", lambda: lk.Mlp([1, 1], hidden="sine")),
        ("kind", lambda: NET.init(1, "zeros")),
        ("dtype", lambda: NET.init(1, dtype="float16")),
        ("params", lambda: LOSS.value(PARAMS.astype(np.float64))),
        ("params", lambda: LOSS.value(PARAMS[:-1])),
        ("params", lambda: LOSS.value(PARAMS.reshape(1, -1))),
        ("params", lambda: LOSS.value(list(PARAMS))),
        ("params", lambda: LOSS.value(PARAMS.astype(">f4"))),
        ("inputs", lambda: NET.loss(INPUTS.T.copy(), LABELS)),
        ("inputs", lambda: NET.loss(INPUTS.astype(np.int64), LABELS)),
        ("inputs", lambda: NET.loss(INPUTS * np.float32(np.nan), LABELS)),
        ("targets", lambda: NET.loss(INPUTS, LABELS[:-1])),
        ("targets", lambda: NET.loss(INPUTS, LABELS + np.int64(300))),
        ("targets", lambda: NET.loss(INPUTS, LABELS + np.int64(1))),
        ("targets", lambda: NET.loss(INPUTS, INPUTS[:, 0].astype(np.float64))),
        ("loss", lambda: NET.loss(INPUTS, LABELS, loss="hinge")),
        ("weights", lambda: NET.loss(INPUTS, LABELS, weights=-np.ones(8, np.float32))),
        ("weights", lambda: NET.loss(INPUTS, LABELS, weights=np.ones(8))),
        ("weights", lambda: NET.loss(INPUTS, LABELS, class_weights=np.ones(3, np.float32))),
        ("class_weights", lambda: NET.loss(INPUTS, LABELS, weights=np.ones(8, np.float32), class_weights=np.ones(2, np.float32))),
        ("l2", lambda: NET.loss(INPUTS, LABELS, l2=-1.0)),
        ("name", lambda: lk.surface("flat")),
        ("tilt", lambda: lk.surface("ring", tilt=1.0)),
        ("spectrum", lambda: lk.surface("quadratic")),
        ("dim", lambda: lk.own(lambda x: (0.0, x), 0)),
        ("value_grad", lambda: lk.own(3, 1)),
        ("learning_rate", lambda: lk.Sgd(BOWL, X, learning_rate=0.0)),
        ("momentum", lambda: lk.Sgd(BOWL, X, learning_rate=0.1, momentum=1.0)),
        ("batch_size", lambda: lk.Sgd(LOSS, PARAMS, learning_rate=0.1, batch_size=9)),
        ("schedule", lambda: lk.Sgd(BOWL, X, learning_rate=0.1, schedule=("cosine", 3))),
        ("noise_factor", lambda: lk.Sgd(BOWL, X, learning_rate=0.1, noise_factor=np.ones((1, 3)))),
        ("order", lambda: lk.Sgd(LOSS, PARAMS, learning_rate=0.1, batch_size=2, order="sorted")),
        ("images", lambda: lk.scan(BOWL, np.zeros((3, 3)))),
        ("capacity", lambda: lk.autoneb(BOWL, X, np.ones(2), pivots=9, capacity=4)),
        ("controls", lambda: lk.curve(BOWL, np.zeros((2, 2)))),
        ("region", lambda: lk.sharpness(BOWL, X, region="star")),
        ("size", lambda: lk.sharpness(BOWL, X, size=0.0)),
        ("steps", lambda: lk.lanczos(BOWL, X, steps=0)),
        ("probes", lambda: lk.trace(BOWL, X, probes=0)),
        ("objective", lambda: lk.trace(BOWL, X, gauss_newton=True)),
        ("objective", lambda: BOWL.accuracy(X)),
        ("cells", lambda: lk.plane(BOWL, X, X + [1, 0], X + [0, 1], cells=0)),
        ("rows", lambda: lk.plane(BOWL, X, X + [1, 0], X + [1, 0])),
        ("bounds", lambda: lk.fokker_planck(np.zeros(8), np.ones(8), [(0, 1), (0, 1)], temperature=1, dt=1, steps=1)),
        ("density", lambda: lk.fokker_planck(np.zeros(8), np.ones(7), [(0, 1)], temperature=1, dt=1, steps=1)),
        ("temperature", lambda: lk.fokker_planck(np.zeros(8), np.ones(8), [(0, 1)], temperature=0, dt=1, steps=1)),
        ("batch_size", lambda: lk.ensemble(LOSS, np.zeros((2, 13), np.float32), learning_rate=1, steps=1, batch_size=1, temperature=1)),
        ("kernel", lambda: lk.smooth(BOWL, X, bandwidth=1.0, kernel="hat")),
        ("samples", lambda: lk.smooth(LOSS, PARAMS, bandwidth=1.0)),
        ("bytes", lambda: lk.Mlp.load(NET.save(PARAMS)[:-1])),
        ("exhibit", lambda: lk.run("bits")),
        ("hiden", lambda: lk.run("train", hiden=3)),
        ("rate", lambda: lk.run("train", rate="fast")),
        ("hidden", lambda: lk.run("train", hidden=0)),
        ("link", lambda: lk.replay({"exhibit": "train", "link": "rate=1"})),
        ("own", lambda: lk.run("train", data="own")),
        ("own", lambda: lk.run("surface", scene="own", own="1s.1.AKBnB")),
        ("own", lambda: lk.run("paths", task="own", own="2s.1.AKBnB")),
        ("inputs", lambda: lk.packed(np.zeros((2, 65), np.float32), np.array([0, 1]))),
        ("inputs", lambda: lk.packed(np.zeros((2, 2)), np.array([0, 1]))),
        ("labels", lambda: lk.packed(np.zeros((2, 2), np.float32), np.array([0.0, 1.0]))),
        ("labels", lambda: lk.packed(np.zeros((2, 2), np.float32), np.array([0, 40]))),
        ("values", lambda: lk.digest(np.zeros(2, np.int32))),
        ("values", lambda: lk.digest(np.ma.masked_array(np.zeros(2), [True, False]))),
        ("widths", lambda: lk.Mlp([2, -1])),
        ("widths", lambda: lk.Mlp(["2", 1])),
        ("seed", lambda: NET.init(-1)),
        ("seed", lambda: lk.Sgd(BOWL, X, learning_rate=0.1, seed=2**64)),
        ("steps", lambda: lk.Sgd(BOWL, X, learning_rate=0.1).advance(-1)),
        ("steps", lambda: lk.Sgd(BOWL, X, learning_rate=0.1).advance(1.5)),
        ("steps", lambda: lk.Sgd(BOWL, X, learning_rate=0.1).advance(2**32)),
        ("batch_size", lambda: lk.Sgd(LOSS, PARAMS, learning_rate=0.1, batch_size=-1)),
        ("pivots", lambda: lk.autoneb(BOWL, X, np.ones(2), pivots=0)),
        ("cycles", lambda: lk.autoneb(BOWL, X, np.ones(2), cycles=0)),
        ("value_grad", lambda: lk.own(lambda x: 1.0, 2).value(X)),
        ("grad", lambda: lk.own(lambda x: (1.0, np.zeros(3)), 2).value(X)),
        ("value", lambda: lk.own(lambda x: (1.0, x), 2, value=lambda x: None).value(X)),
    ],
)
def test_refused_by_name(arg, call):
    with pytest.raises(ValueError, match=f"`{arg}`"):
        call()


def test_arrays_of_any_layout_are_read():
    inputs = np.asfortranarray(INPUTS)
    assert NET.loss(inputs, LABELS.astype(np.int32)).value(PARAMS) == LOSS.value(PARAMS)
    twice = np.repeat(PARAMS, 2)[::2]
    assert not twice.flags.c_contiguous and LOSS.value(twice) == LOSS.value(PARAMS)
    frozen = PARAMS.copy()
    frozen.flags.writeable = False
    assert LOSS.value(frozen) == LOSS.value(PARAMS)


def test_data_is_copied():
    inputs = INPUTS.copy()
    loss = NET.loss(inputs, LABELS)
    before = loss.value(PARAMS)
    inputs[:] = 7
    assert loss.value(PARAMS) == before
    sgd = lk.Sgd(LOSS, PARAMS, learning_rate=0.1)
    sgd.params[:] = 0
    assert sgd.digest == lk.digest(PARAMS)


@pytest.mark.parametrize(
    "call",
    [
        lambda: lk.moons(2**63),
        lambda: lk.moons(2**44),
        lambda: lk.autoneb(BOWL, X, np.ones(2), capacity=2**60),
        lambda: lk.curve(BOWL, np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]), rows=2**44),
        lambda: lk.convolve(np.arange(4.0), [(0, 1)], bandwidth=1e300),
        lambda: lk.own(lambda x: (0.0, x), 2**62).value(X),
    ],
)
def test_a_count_that_is_too_large_ends_the_call_and_not_the_interpreter(call):
    with pytest.raises((MemoryError, ValueError)):
        call()


def test_no_moves_are_no_moves():
    line = np.linspace([-1.0, 0.3], [1.0, 0.3], 5)
    assert (lk.band(BOWL, line, sweeps=0).images == line).all()
    bent = np.array([[0.0, 0.0], [1.0, 5.0], [2.0, 0.0]])
    assert lk.curve(BOWL, bent, kind="polychain", updates=0, rows=3).images.tolist() == bent.tolist()
