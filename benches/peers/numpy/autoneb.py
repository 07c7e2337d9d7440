"""The digits AutoNEB of `losscape-benches path digits`, in NumPy: `autoneb.py FOLDER digits`.

The same ends, schedule, tangent, spacing and batch size in binary32; other batches. One gradient of an image is a few products
of matrices, as anyone would write it. Prints gradient evaluations, the highest value of the best dense scan and the seconds.
"""

import sys
import time

import numpy as np

SAMPLES, INPUTS, HIDDEN, CLASSES, L2 = 1500, 64, 16, 10, np.float32(1e-4)
DIM = INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES + CLASSES
BATCH, POINTS, CAPACITY, MOMENTUM = 128, 9, 17, np.float32(0.9)
# What a cycle begins with, its sweeps and its rate.
SCHEDULE = [("line", 400, 0.1)] + 4 * [("insert", 400, 0.1)] + [("insert", 500, 0.01), ("keep", 500, 0.001)]


def unpack(params):
    w1, rest = params[: INPUTS * HIDDEN].reshape(INPUTS, HIDDEN), params[INPUTS * HIDDEN :]
    b1, rest = rest[:HIDDEN], rest[HIDDEN:]
    return w1, b1, rest[: HIDDEN * CLASSES].reshape(HIDDEN, CLASSES), rest[HIDDEN * CLASSES :]


def forward(params, x, labels):
    w1, b1, w2, b2 = unpack(params)
    hidden = np.tanh(x @ w1 + b1)
    logits = hidden @ w2 + b2
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = np.mean(np.log(total[:, 0]) - logits[rows, labels]) + L2 / 2 * (params @ params)
    p /= total
    p[rows, labels] -= 1
    return loss, hidden, w2, p / np.float32(len(labels))


def gradient(params, x, labels):
    loss, hidden, w2, d2 = forward(params, x, labels)
    d1 = (d2 @ w2.T) * (1 - hidden * hidden)
    parts = [(x.T @ d1).ravel(), d1.sum(axis=0), (hidden.T @ d2).ravel(), d2.sum(axis=0)]
    return loss, np.concatenate(parts) + L2 * params


def tangent(before, here, after, v):
    up, down = abs(v[2] - v[1]), abs(v[0] - v[1])
    if v[2] > v[1] > v[0]:
        t = after - here
    elif v[2] < v[1] < v[0]:
        t = here - before
    elif v[2] > v[0]:
        t = max(up, down) * (after - here) + min(up, down) * (here - before)
    else:
        t = min(up, down) * (after - here) + max(up, down) * (here - before)
    return t / max(np.linalg.norm(t), np.float32(1e-30))


def redistribute(images, fractions):
    lengths = np.linalg.norm(np.diff(images, axis=0), axis=1)
    arc = np.concatenate([[0], np.cumsum(lengths)])
    moved = images.copy()
    for i in range(1, len(images) - 1):
        target = fractions[i] * arc[-1]
        s = min(max(np.searchsorted(arc, target) - 1, 0), len(lengths) - 1)
        moved[i] = images[s] + np.float32((target - arc[s]) / lengths[s]) * (images[s + 1] - images[s])
    return moved


def main() -> None:
    if sys.argv[2] != "digits":
        print("-")
        return
    numbers = np.fromfile(sys.argv[1] + "/digits.f32", dtype="<f4")
    x, rest = numbers[: SAMPLES * INPUTS].reshape(SAMPLES, INPUTS), numbers[SAMPLES * INPUTS :]
    labels, (a, b) = rest[:SAMPLES].astype(int), rest[SAMPLES:].reshape(2, DIM)
    rng = np.random.default_rng(0)
    start, evaluations, best, departures = time.perf_counter(), 0, np.inf, []
    for grow, sweeps, rate in SCHEDULE:
        if grow == "line":
            fractions = np.linspace(0, 1, 5, dtype=np.float32)
            images = a + fractions[:, None] * (b - a)
        elif grow == "insert":
            top = sorted((d for d in departures if d[0] > 0.1), reverse=True)[: min(2, CAPACITY - len(images))]
            for _, s, alpha in sorted(top, key=lambda d: -d[1]):
                images = np.insert(images, s + 1, images[s] + alpha * (images[s + 1] - images[s]), axis=0)
                fractions = np.insert(fractions, s + 1, fractions[s] + alpha * (fractions[s + 1] - fractions[s]))
        velocity, order = np.zeros_like(images), np.array([], dtype=int)
        for _ in range(sweeps):
            if len(order) < BATCH:
                order = rng.permutation(SAMPLES)
            batch, order = order[:BATCH], order[BATCH:]
            found = [gradient(image, x[batch], labels[batch]) for image in images]
            evaluations += len(images)
            values, force = [f[0] for f in found], np.zeros_like(images)
            for i in range(1, len(images) - 1):
                t = tangent(*images[i - 1 : i + 2], values[i - 1 : i + 2])
                force[i] = found[i][1] - (found[i][1] @ t) * t
            velocity = MOMENTUM * velocity - np.float32(rate) * force
            images = redistribute(images + velocity, fractions)
        # Dense scan, which also tells where images are missing.
        values, departures, highest = [forward(image, x, labels)[0] for image in images], [], -np.inf
        scale = max(values) - min(values) + 1e-12
        for s in range(len(images) - 1):
            worst = (-np.inf, s, np.float32(0))
            for k in range(1, POINTS + 1):
                alpha = np.float32(k / (POINTS + 1))
                value = forward(images[s] + alpha * (images[s + 1] - images[s]), x, labels)[0]
                highest = max(highest, value)
                departure = (value - (values[s] + alpha * (values[s + 1] - values[s]))) / scale
                worst = max(worst, (departure, s, alpha))
            departures.append(worst)
        best = min(best, max(highest, max(values)))
    print(evaluations, best, time.perf_counter() - start)


main()
