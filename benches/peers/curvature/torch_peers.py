"""The questions of `losscape-benches curvature`, by PyTorch's libraries: `torch_peers.py curvlinops|eigenthings FOLDER digits QUESTION f32|f64`.

curvlinops with ARPACK (SciPy) for extreme eigenvalues and its own XTrace and density; hessian-eigenthings with its re-orthogonalised Lanczos. The
penalty is a parameter of curvlinops' products from outside, because one inside its loss closure vanishes. Prints a number to compare and the
seconds, of the processor.
"""

import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

library, folder, network, question, precision = sys.argv[1:]
if network != "digits" or question not in ("product", "top", "trace", "density"):
    print("-")
    sys.exit()

import numpy as np
import torch

torch.set_num_threads(1)
kind = torch.float64 if precision == "f64" else torch.float32
SAMPLES, INPUTS, HIDDEN, CLASSES, L2, PATIENCE = 1500, 64, 16, 10, 1e-4, 0.4

numbers = np.fromfile(f"{folder}/digits.f64", dtype="<f8")
inputs, labels, flat = np.split(numbers, [SAMPLES * INPUTS, SAMPLES * INPUTS + SAMPLES])
x = torch.tensor(inputs.reshape(SAMPLES, INPUTS), dtype=kind)
y = torch.tensor(labels, dtype=torch.int64)
net = torch.nn.Sequential(torch.nn.Linear(INPUTS, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, CLASSES)).to(kind)
with torch.no_grad():
    at = 0
    for layer, (i, o) in ((net[0], (INPUTS, HIDDEN)), (net[2], (HIDDEN, CLASSES))):
        layer.weight.copy_(torch.tensor(flat[at : at + i * o].reshape(i, o).T.copy(), dtype=kind))
        layer.bias.copy_(torch.tensor(flat[at + i * o : at + i * o + o], dtype=kind))
        at += i * o + o
loss = torch.nn.CrossEntropyLoss()
DIM = len(flat)
# Weights lie input by input in FOLDER and output by output in PyTorch.
order = np.concatenate([
    np.arange(INPUTS * HIDDEN).reshape(INPUTS, HIDDEN).T.ravel(),
    INPUTS * HIDDEN + np.arange(HIDDEN),
    (INPUTS + 1) * HIDDEN + np.arange(HIDDEN * CLASSES).reshape(HIDDEN, CLASSES).T.ravel(),
    (INPUTS + 1) * HIDDEN + HIDDEN * CLASSES + np.arange(CLASSES),
])
v = torch.tensor(np.cos(np.arange(1, DIM + 1))[order], dtype=kind)


def each(work):
    work()
    start, calls = time.process_time(), 0
    while True:
        out = work()
        calls += 1
        seconds = time.process_time() - start
        if seconds >= PATIENCE:
            return out, seconds / calls


def timed(work):
    start = time.process_time()
    out = work()
    return out, time.process_time() - start


def curvlinops():
    import curvlinops as c
    from scipy.sparse.linalg import LinearOperator, eigsh

    h = c.HessianLinearOperator(net, loss, list(net.parameters()), [(x, y)], check_deterministic=False)
    match question:
        case "product":
            out, seconds = each(lambda: h @ v)
            return float(torch.linalg.norm(out + L2 * v)), seconds
        case "top":
            s = h.to_scipy()
            out, seconds = timed(lambda: eigsh(s, k=5, which="LA", tol=1e-6)[0])
            return float(out.min()) + L2, seconds
        case "trace":
            out, seconds = timed(lambda: c.xtrace(h, 48))
            return float(out) + DIM * L2, seconds
        case "density":
            # The library's own range of eigenvalues, 100 steps from each of ten starts.
            (grid, density), seconds = timed(
                lambda: c.lanczos_approximate_spectrum(h, ncv=100, num_points=10000, num_repeats=10)
            )
            return float(density[grid + L2 < 0.01].sum() / density.sum()), seconds
    return None


def eigenthings():
    import hessian_eigenthings as e

    h = e.HessianOperator(net, [(x, y)], lambda model, batch: loss(model(batch[0]), batch[1]))
    match question:
        case "product":
            out, seconds = each(lambda: h.matvec(v))
            return float(torch.linalg.norm(out + L2 * v)), seconds
        case "top":
            # Without re-orthogonalisation, its default above 50 steps, all five would be copies of the first.
            out, seconds = timed(lambda: e.lanczos(h, k=5, max_iter=20, tol=1e-6, reorthogonalize=True, which="LA", seed=1))
            return float(min(out.eigenvalues)) + L2, seconds
        case "trace":
            out, seconds = timed(lambda: e.trace(h, num_matvecs=54, seed=1))
            return float(out.estimate) + DIM * L2, seconds
        case "density":
            out, seconds = timed(lambda: e.spectral_density(h, num_runs=10, lanczos_steps=100, seed=1))
            grid, density = np.asarray(out.grid), np.asarray(out.density)
            return float(density[grid + L2 < 0.01].sum() / density.sum()), seconds
    return None


answer = {"curvlinops": curvlinops, "eigenthings": eigenthings}[library]()
print("-" if answer is None else f"{answer[0]} {answer[1]}")
