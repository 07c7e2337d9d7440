"""The questions of `losscape-benches curvature`, in JAX and NumPy: `jax_products.py FOLDER digits|spirals QUESTION f32|f64`.

Gradient and products jitted; "prepared" is jax.linearize at the point, "sixteen" a vmap of that; the whole Hessian in blocks of 64
products, its eigenvalues by LAPACK through NumPy. Prints a number to compare and the seconds, of the processor.
"""

import os
import sys
import time

# One thread, as everybody.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ["OPENBLAS_NUM_THREADS"] = "1"

folder, network, question, precision = sys.argv[1:]
if question in ("top", "trace", "density"):
    print("-")
    sys.exit()

import jax

jax.config.update("jax_enable_x64", precision == "f64")

import jax.numpy as jnp
import numpy as np

SAMPLES, WIDTHS = (1500, (64, 16, 10)) if network == "digits" else (1024, (2, 16, 16, 1))
L2, DIM = 1e-4, sum((i + 1) * o for i, o in zip(WIDTHS, WIDTHS[1:]))
SEVERAL, BLOCK, PATIENCE = 16, 64, 0.4

numbers = np.fromfile(f"{folder}/{network}.f64", dtype="<f8")
inputs, targets, params = np.split(numbers, [SAMPLES * WIDTHS[0], SAMPLES * (WIDTHS[0] + 1)])
kind = np.float64 if precision == "f64" else np.float32
x, params = jnp.asarray(inputs.reshape(SAMPLES, -1).astype(kind)), jnp.asarray(params.astype(kind))
y = jnp.asarray(targets.astype(np.int32 if network == "digits" else kind))


def loss(theta):
    a, rest = x, theta
    for i, o in zip(WIDTHS, WIDTHS[1:]):
        a = a if a is x else jnp.tanh(a)
        a, rest = a @ rest[: i * o].reshape(i, o) + rest[i * o : (i + 1) * o], rest[(i + 1) * o :]
    if network == "digits":
        data = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(a), y[:, None], axis=1))
    else:
        data = 0.5 * jnp.mean((a[:, 0] - y) ** 2)
    return data + 0.5 * L2 * jnp.sum(theta * theta)


grad = jax.grad(loss)
v = jnp.asarray(np.cos(np.arange(1, DIM + 1)).astype(kind))


def each(work):
    jax.block_until_ready(work())
    start, calls = time.process_time(), 0
    while True:
        out = jax.block_until_ready(work())
        calls += 1
        seconds = time.process_time() - start
        if seconds >= PATIENCE:
            return out, seconds / calls


def blocks():
    product = jax.jit(jax.vmap(jax.linearize(grad, params)[1]))
    units = jnp.eye((DIM + BLOCK - 1) // BLOCK * BLOCK, DIM, dtype=kind)
    jax.block_until_ready(product(units[:BLOCK]))
    start = time.process_time()
    rows = [np.asarray(product(units[k : k + BLOCK])) for k in range(0, len(units), BLOCK)]
    return np.concatenate(rows)[:DIM], time.process_time() - start


match question:
    case "gradient":
        jitted = jax.jit(grad)
        out, seconds = each(lambda: jitted(params))
    case "product":
        jitted = jax.jit(lambda p, v: jax.jvp(grad, (p,), (v,))[1])
        out, seconds = each(lambda: jitted(params, v))
    case "prepared":
        jitted = jax.jit(jax.linearize(grad, params)[1])
        out, seconds = each(lambda: jitted(v))
    case "sixteen":
        jitted = jax.jit(jax.vmap(jax.linearize(grad, params)[1]))
        many = jnp.tile(v, (SEVERAL, 1))
        out, seconds = each(lambda: jitted(many))
        out, seconds = out[1], seconds / SEVERAL
    case "hessian":
        out, seconds = blocks()
    case "eigenvalues":
        matrix = blocks()[0]
        start = time.process_time()
        out = np.linalg.eigvalsh((matrix + matrix.T) / 2)[-1:]
        seconds = time.process_time() - start
    case _:
        print("-")
        sys.exit()
print(float(np.linalg.norm(np.asarray(out))), seconds)
