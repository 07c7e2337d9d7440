"""Runs: pickling, resuming, Ctrl-C, threads, objectives of one's own."""

import gc
import pickle
import signal
import threading
import time
import weakref

import numpy as np
import pytest

import losscape_kernel as lk

NET = lk.Mlp([2, 8, 8, 1])
LOSS = NET.loss(*lk.moons(256, 0.3), l2=1e-4)


def again(thing):
    return pickle.loads(pickle.dumps(thing))


def bowl(x):
    return 0.5 * float(x @ x), x


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch_size": 16},
        {"batch_size": 16, "order": "replacement", "momentum": 0.9, "nesterov": True},
        {"batch_size": 16, "order": "without-replacement", "adam": True, "clip_norm": 1.0},
        {"gradient_noise": 0.1, "weight_decay": 1e-3, "schedule": ("steps", 0.5, 7)},
        {"ball_noise": 0.1, "clip_value": 0.1, "schedule": ("cosine", 0.0, 3, 20)},
        {"noise_factor": np.full((3, NET.param_len), 0.01, np.float32), "schedule": ("warm-up", 5)},
        {"temperature": 1e-3, "schedule": ("inverse-time", 10)},
        {"step_noise": 1e-3},
    ],
)
def test_a_copy_makes_the_same_steps(settings):
    sgd = lk.Sgd(LOSS, NET.init(3), learning_rate=0.05, **settings)
    first = sgd.advance(10)
    copy = again(sgd)
    assert (copy.steps, copy.digest) == (10, sgd.digest)
    values = sgd.advance(10)
    assert (copy.advance(10) == values).all() and copy.digest == sgd.digest
    at_once = lk.descend(LOSS, NET.init(3), steps=20, learning_rate=0.05, **settings)
    assert at_once.digest == sgd.digest and (at_once.values == np.concatenate([first, values])).all()


def test_each_noise_is_its_own():
    base = {"learning_rate": 0.05, "steps": 5}
    noises = [{}, {"gradient_noise": 0.1}, {"ball_noise": 0.1}, {"temperature": 0.3}, {"step_noise": 0.1}, {"batch_size": 16}]
    digests = [lk.descend(LOSS, NET.init(1), **base, **noise).digest for noise in noises]
    assert len(set(digests)) == len(noises)


def test_a_changed_rate_is_kept():
    sgd = lk.Sgd(LOSS, NET.init(1), learning_rate=0.2, schedule=("steps", 0.5, 2))
    sgd.advance(3)
    sgd.set_learning_rate(0.01)
    copy = again(sgd)
    assert copy.advance(3).tolist() == sgd.advance(3).tolist() and copy.digest == sgd.digest
    with pytest.raises(ValueError, match="learning_rate"):
        lk.Sgd(LOSS, NET.init(1), learning_rate=0.2).restore(sgd.save())


def test_noise_of_a_temperature_follows_a_changed_rate():
    flat = lk.own(lambda x: (0.0, 0.0 * x), 3)
    sgd = lk.Sgd(flat, np.zeros(3), learning_rate=0.1, temperature=0.3)
    sgd.set_learning_rate(0.4)
    sgd.advance(1)
    assert (sgd.params == lk.descend(flat, np.zeros(3), steps=1, learning_rate=0.4, temperature=0.3).params).all()
    run = lk.Sgd(LOSS, NET.init(1), learning_rate=0.1, temperature=1e-3)
    run.set_learning_rate(0.01)
    copy = again(run)
    assert copy.advance(3).tolist() == run.advance(3).tolist() and copy.digest == run.digest


def test_everything_pickles():
    assert again(NET) == NET and hash(again(NET)) == hash(NET)
    assert again(LOSS).value(NET.init(1)) == LOSS.value(NET.init(1))
    own = again(lk.own(bowl, 3))
    assert own.value(np.ones(3)) == 1.5
    surface = again(lk.surface("rippled-bowl", phase=0.9, dtype="float32"))
    assert surface.dtype == "float32"
    path = lk.scan(own, np.array([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    assert again(path).digest == path.digest


def test_a_run_that_diverges_stops():
    sgd = lk.Sgd(lk.surface("double-well"), np.full(2, 10.0), learning_rate=10.0)
    assert len(sgd.advance(100)) < 100 and sgd.stopped and np.isfinite(sgd.params).all()


def test_an_exception_of_ones_own_is_raised():
    calls = []

    def broken(x):
        calls.append(x.copy())
        if len(calls) > 5:
            raise KeyError("mine")
        return bowl(x)

    with pytest.raises(KeyError, match="mine"):
        lk.descend(lk.own(broken, 2), np.ones(2), steps=100, learning_rate=0.1)
    assert len(calls) == 6, "nothing is called after it"
    with pytest.raises(ValueError, match="`grad`"):
        lk.own(lambda x: (0.0, x.astype(np.float32)), 2).value_grad(np.ones(2))
    with pytest.raises(ValueError, match="hess_vec"):
        lk.hessian(lk.own(bowl, 2), np.ones(2))


def test_ones_own_is_as_good_as_ours():
    ours = lk.surface("double-well")
    own = lk.own(ours.value_grad, 2, hess_vec=ours.hess_vec)
    assert own.check_grad(np.array([0.3, 0.7])).error < 1e-8
    for method in (lambda f: lk.descend(f, np.array([0.3, 0.7]), steps=50, learning_rate=0.1, gradient_noise=0.1).digest,
                   lambda f: lk.band(f, np.array([[-1.0, 0.0], [0.1, 0.5], [1.0, 0.0]]), sweeps=50).digest,
                   lambda f: lk.hessian(f, np.array([0.3, 0.7])).eigenvalues.tolist(),
                   lambda f: lk.ensemble(f, np.zeros((5, 2)), learning_rate=0.1, temperature=0.1, steps=10).digest):
        assert method(own) == method(ours)


def test_ctrl_c_ends_a_call_and_loses_nothing():
    sgd = lk.Sgd(LOSS, NET.init(1), learning_rate=0.01)
    main = threading.main_thread().ident
    timer = threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        sgd.advance(2**31)
    assert time.perf_counter() - start < 5
    made = sgd.steps
    assert made > 0
    straight = lk.Sgd(LOSS, NET.init(1), learning_rate=0.01)
    straight.advance(made)
    assert straight.digest == sgd.digest
    timer = threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        lk.run("train", step=2_000_000)


def test_the_lock_is_released():
    done = threading.Event()
    worker = threading.Thread(target=lambda: (lk.Sgd(LOSS, NET.init(1), learning_rate=0.01).advance(20_000), done.set()))
    worker.start()
    ticks = 0
    while not done.is_set():
        ticks += 1
        time.sleep(0.001)
    worker.join()
    assert ticks > 20, "this thread ran beside it"


def test_networks_learn():
    sgd = lk.Sgd(LOSS, NET.init(1), learning_rate=0.1, momentum=0.9, batch_size=32)
    sgd.advance(3000)
    assert LOSS.accuracy(sgd.params) > 0.9
    held_out = lk.Mlp([64, 16, 10]).loss(*lk.digits(held_out=True))
    found = lk.descend(lk.Mlp([64, 16, 10]).loss(*lk.digits()), lk.Mlp([64, 16, 10]).init(1), steps=1500, learning_rate=0.2,
                       batch_size=16)
    assert held_out.accuracy(found.params) > 0.9


def test_samples_count_by_their_weights():
    net, inputs, labels = lk.Mlp([1, 1]), np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 0, 0, 1])
    loss = lambda **weights: net.loss(inputs, labels, loss="mean-squared-error", **weights)  # noqa: E731
    at = np.zeros(2)
    assert loss().data_loss(at) == 0.125, "a half of one sample in four"
    heavy = loss(class_weights=np.array([1.0, 3.0]))
    assert heavy.data_loss(at) == heavy.value(at) == 0.25, "a half of 3 in 6"
    assert loss(weights=np.array([1.0, 1.0, 1.0, 3.0])).value(at) == 0.25
    assert heavy.check_grad(np.array([0.3, -0.2])).error < 1e-8
    sgd = lk.Sgd(heavy, at, learning_rate=0.01, batch_size=1)
    sgd.advance(3)
    copy = again(sgd)
    assert (copy.advance(3) == sgd.advance(3)).all() and copy.objective.value(at) == 0.25
    with pytest.raises(ValueError, match="objective"):
        lk.Sgd(loss(), at, learning_rate=0.01, batch_size=1).restore(sgd.save())
    assert lk.lanczos(heavy, at, steps=2, gauss_newton=True).values[-1] > lk.lanczos(loss(), at, steps=2).values[-1]


def test_soft_labels():
    net = lk.Mlp([2, 3, 2])
    inputs, labels = lk.moons(16, 0.1, dtype="float64")
    soft = 0.9 * np.eye(2)[labels] + 0.05
    loss = net.loss(inputs, soft, loss="softmax-cross-entropy")
    params = net.init(1, dtype="float64")
    assert loss.check_grad(params).error < 1e-7
    outputs = net.predict(params, inputs)
    logs = outputs - np.log(np.exp(outputs).sum(1, keepdims=True))
    assert abs(loss.value(params) + (soft * logs).sum(1).mean()) < 1e-12


def test_alignment_of_twins():
    params = NET.init(1)
    found = NET.align(params, NET.init(2), tries=5)
    assert found.after < found.before
    assert np.allclose(NET.predict(found.params, lk.moons(8)[0]), NET.predict(NET.init(2), lk.moons(8)[0]), atol=1e-5)


def test_after_an_exception_of_an_objective_a_run_goes_on():
    calls = []

    def sometimes(x):
        calls.append(x)
        if len(calls) == 5:
            raise RuntimeError("mine")
        if len(calls) == 8:
            signal.raise_signal(signal.SIGINT)
        return bowl(x)

    start, settings = np.ones(3), {"learning_rate": 0.1, "momentum": 0.9, "gradient_noise": 0.1}
    sgd = lk.Sgd(lk.own(sometimes, 3), start, **settings)
    with pytest.raises(RuntimeError, match="mine"):
        sgd.advance(10)
    assert (sgd.steps, sgd.stopped) == (4, False)
    with pytest.raises(KeyboardInterrupt):
        sgd.advance(6)
    sgd.advance(10 - sgd.steps)
    assert sgd.digest == lk.descend(lk.own(bowl, 3), start, steps=10, **settings).digest


def test_a_copy_of_a_stopped_run_has_stopped():
    sgd = lk.Sgd(lk.surface("quadratic", spectrum=np.array([1e300])), np.array([1e10]), learning_rate=1e300)
    assert len(sgd.advance(3)) == 0 and sgd.stopped and again(sgd).stopped


def test_an_objective_that_refers_to_itself_is_collected():
    class Holder:
        pass

    def made():
        holder = Holder()
        holder.objective = lk.own(lambda x: (holder.height, x), 2)
        holder.run = lk.Sgd(holder.objective, np.zeros(2), learning_rate=0.1)
        return weakref.ref(holder)

    reference = made()
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: lk.hessian(lk.surface("egg-carton", dim=1500), np.zeros(1500), vectors=True),
        lambda: lk.Mlp([2, 100, 100, 1]).align(*[lk.Mlp([2, 100, 100, 1]).init(seed) for seed in (1, 2)], tries=2**31),
    ],
)
def test_ctrl_c_ends_what_has_no_steps_of_its_own(call):
    timer = threading.Timer(0.3, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    timer.start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        call()
    assert time.perf_counter() - start < 5
