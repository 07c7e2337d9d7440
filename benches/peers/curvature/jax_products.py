"""The questions of `losscape-benches curvature`, in JAX and NumPy: `jax_products.py FOLDER QUESTION f32|f64`.

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

import jax

folder, question, precision = sys.argv[1:]
jax.config.update("jax_enable_x64", precision == "f64")

import jax.numpy as jnp
import numpy as np

SAMPLES, INPUTS, HIDDEN, CLASSES, L2 = 1500, 64, 16, 10, 1e-4
DIM = INPUTS * HIDDEN + HIDDEN + HIDDEN * CLASSES + CLASSES
SEVERAL, BLOCK, PATIENCE = 16, 64, 0.4

numbers = np.fromfile(f"{folder}/reader.f64", dtype="<f8")
inputs, labels, params = np.split(numbers, [SAMPLES * INPUTS, SAMPLES * INPUTS + SAMPLES])
kind = np.float64 if precision == "f64" else np.float32
x, y, params = jnp.asarray(inputs.reshape(SAMPLES, INPUTS).astype(kind)), jnp.asarray(labels.astype(np.int32)), jnp.asarray(params.astype(kind))


def loss(theta):
    w, rest = theta[: INPUTS * HIDDEN].reshape(INPUTS, HIDDEN), theta[INPUTS * HIDDEN :]
    b, rest = rest[:HIDDEN], rest[HIDDEN:]
    u, c = rest[: HIDDEN * CLASSES].reshape(HIDDEN, CLASSES), rest[HIDDEN * CLASSES :]
    logits = jnp.tanh(x @ w + b) @ u + c
    data = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1))
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
