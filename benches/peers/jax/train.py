"""The workloads in JAX: whole epochs in one jitted scan, answering as benches/src/contender.rs says.

    python train.py FOLDER

FOLDER holds W1.f32 and so on: inputs, targets, start and two directions of each workload.
"""

import os
import sys
import time

# One thread, as everybody: XLA makes as many as it may use processors.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import numpy as np

LEARNING_RATE = 0.05
SIDE = 101
SPIRAL = dict(file="W1", widths=(2, 16, 16, 1), samples=1024, batch=32)
SHAPES = {
    "W1": SPIRAL,
    "W2": dict(file="W2", widths=(64, 32, 10), samples=1024, batch=32),
    "W3": dict(file="W3", widths=(784, 128, 10), samples=2048, batch=64),
    "W4": SPIRAL,
    "W5": SPIRAL,
    "W6": SPIRAL,
}


class Workload:
    def __init__(self, name, folder):
        self.name, shape = name, SHAPES[name]
        self.widths, self.samples, self.batch = shape["widths"], shape["samples"], shape["batch"]
        numbers = np.fromfile(f"{folder}/{shape['file']}.f32", dtype="<f4")
        count = sum((i + 1) * o for i, o in zip(self.widths, self.widths[1:]))
        sizes = [self.samples * self.widths[0], self.samples, count, count, count]
        inputs, targets, start, across, down = np.split(numbers, np.cumsum(sizes)[:-1])
        self.start, self.across, self.down = (self.layers(part) for part in (start, across, down))
        self.x = jnp.asarray(inputs.reshape(self.samples, -1))
        self.y = jnp.asarray(targets.astype(np.int32) if self.widths[-1] > 1 else targets[:, None])
        self.params, self.row = self.start, 0
        loss, x, y = self.loss, self.x, self.y

        def batches(array):
            return array.reshape(-1, self.batch, *array.shape[1:])

        def step(params, batch):
            grad = jax.grad(loss)(params, *batch)
            return jax.tree.map(lambda p, g: p - LEARNING_RATE * g, params, grad), None

        resident = batches(x), batches(y)
        point = lambda a, b: jax.tree.map(
            lambda p, u, v: p + a * u + b * v, self.start, self.across, self.down
        )
        coordinates = jnp.linspace(-1.0, 1.0, SIDE)
        self.epoch = jax.jit(lambda params: jax.lax.scan(step, params, resident)[0])
        self.value = jax.jit(lambda params: loss(params, x, y))
        self.value_grad = jax.jit(lambda params: jax.value_and_grad(loss)(params, x, y))
        self.hess_vec = jax.jit(
            lambda params, v: jax.jvp(jax.grad(lambda p: loss(p, x, y)), (params,), (v,))[1]
        )
        self.plane_row = jax.jit(
            lambda b: jax.lax.map(lambda a: loss(point(a, b), x, y), coordinates)
        )

    def layers(self, flat):
        layers, at = [], 0
        for i, o in zip(self.widths, self.widths[1:]):
            weights = flat[at : at + i * o].reshape(i, o)
            layers.append((jnp.asarray(weights), jnp.asarray(flat[at + i * o : at + i * o + o])))
            at += (i + 1) * o
        return layers

    def loss(self, params, x, y):
        relu = self.widths[0] == 784
        for l, (weights, bias) in enumerate(params):
            x = x @ weights + bias
            if l + 1 < len(params):
                x = jnp.maximum(x, 0.0) if relu else jnp.tanh(x)
        if self.widths[-1] > 1:
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1))
        return 0.5 * jnp.mean(jnp.sum((x - y) ** 2, axis=1))

    def work(self):
        if self.name in ("W1", "W2", "W3"):
            self.params = jax.block_until_ready(self.epoch(self.params))
            return self.samples
        if self.name == "W4":
            jax.block_until_ready(self.value_grad(self.start))
            return 1
        if self.name == "W5":
            jax.block_until_ready(self.hess_vec(self.start, self.across))
            return 1
        jax.block_until_ready(self.plane_row(2.0 * self.row / (SIDE - 1) - 1.0))
        self.row = (self.row + 1) % SIDE
        return SIDE

    def check(self):
        norm = lambda tree: float(np.sqrt(sum((np.asarray(g) ** 2).sum() for g in jax.tree.leaves(tree))))
        if self.name in ("W1", "W2", "W3"):
            return float(self.value(self.epoch(self.start)))
        if self.name == "W4":
            value, grad = self.value_grad(self.start)
            return float(value) + norm(grad)
        if self.name == "W5":
            return norm(self.hess_vec(self.start, self.across))
        return float(np.mean(self.plane_row(-1.0)))


def main():
    workloads = {name: Workload(name, sys.argv[1]) for name in SHAPES}
    for line in sys.stdin:
        words = line.split()
        workload = workloads.get(words[1]) if len(words) > 1 else None
        if workload is None:
            answer = "-"
        elif words[0] == "check":
            answer = repr(workload.check())
        else:
            start, units, elapsed = time.process_time(), 0, 0.0
            while elapsed < float(words[2]):
                units += workload.work()
                elapsed = time.process_time() - start
            answer = repr(units / elapsed)
        print(answer, flush=True)


main()
