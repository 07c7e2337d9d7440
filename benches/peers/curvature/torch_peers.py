"""The questions of `losscape-benches curvature`, by PyTorch's libraries: `torch_peers.py curvlinops|eigenthings FOLDER digits|spirals QUESTION f32|f64`.

curvlinops with ARPACK (SciPy) for extreme eigenvalues and its own XTrace and density; hessian-eigenthings with its re-orthogonalised Lanczos. The
penalty is added to curvlinops' products from outside, because one inside its loss closure vanishes; so is the half of the spirals' squares. Prints a number to compare and the
seconds, of the processor.
"""

import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

library, folder, network, question, precision = sys.argv[1:]
if question not in ("product", "top", "trace", "density"):
    print("-")
    sys.exit()

import numpy as np
import torch

torch.set_num_threads(1)
kind = torch.float64 if precision == "f64" else torch.float32
L2, PATIENCE = 1e-4, 0.4

# The share of PyTorch's loss, products for a standard error of a per cent, as measured for XTrace and Hutch++, and where shares of the spectrum end.
SAMPLES, WIDTHS, SCALE, XTRACE, HUTCH, BELOW = (
    (1500, (64, 16, 10), 1.0, 48, 54, 0.01) if network == "digits" else (1024, (2, 16, 16, 1), 0.5, 56, 60, 0.3)
)
LAYERS = list(zip(WIDTHS, WIDTHS[1:]))
numbers = np.fromfile(f"{folder}/{network}.f64", dtype="<f8")
inputs, targets, flat = np.split(numbers, [SAMPLES * WIDTHS[0], SAMPLES * (WIDTHS[0] + 1)])
x = torch.tensor(inputs.reshape(SAMPLES, -1), dtype=kind)
if network == "digits":
    y, loss = torch.tensor(targets, dtype=torch.int64), torch.nn.CrossEntropyLoss()
else:
    y, loss = torch.tensor(targets.reshape(SAMPLES, 1), dtype=kind), torch.nn.MSELoss()
linear = [torch.nn.Linear(i, o) for i, o in LAYERS]
net = torch.nn.Sequential(*[m for layer in linear for m in (layer, torch.nn.Tanh())][:-1]).to(kind)
# Weights lie input by input in FOLDER and output by output in PyTorch.
order, at = [], 0
for i, o in LAYERS:
    order += [at + np.arange(i * o).reshape(i, o).T.ravel(), at + i * o + np.arange(o)]
    at += i * o + o
order = np.concatenate(order)
with torch.no_grad():
    torch.nn.utils.vector_to_parameters(torch.tensor(flat[order], dtype=kind), net.parameters())
DIM = len(flat)
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
            return float(torch.linalg.norm(SCALE * out + L2 * v)), seconds
        case "top":
            s = h.to_scipy()
            out, seconds = timed(lambda: eigsh(s, k=5, which="LA", tol=1e-6)[0])
            return SCALE * float(out.min()) + L2, seconds
        case "trace":
            out, seconds = timed(lambda: c.xtrace(h, XTRACE))
            return SCALE * float(out) + DIM * L2, seconds
        case "density":
            # The library's own range of eigenvalues, 100 steps from each of ten starts.
            (grid, density), seconds = timed(
                lambda: c.lanczos_approximate_spectrum(h, ncv=100, num_points=10000, num_repeats=10)
            )
            return float(density[SCALE * grid + L2 < BELOW].sum() / density.sum()), seconds
    return None


def eigenthings():
    import hessian_eigenthings as e

    h = e.HessianOperator(net, [(x, y)], lambda model, batch: loss(model(batch[0]), batch[1]))
    match question:
        case "product":
            out, seconds = each(lambda: h.matvec(v))
            return float(torch.linalg.norm(SCALE * out + L2 * v)), seconds
        case "top":
            # Without re-orthogonalisation, its default above 50 steps, all five would be copies of the first.
            out, seconds = timed(lambda: e.lanczos(h, k=5, max_iter=20, tol=1e-6, reorthogonalize=True, which="LA", seed=1))
            return SCALE * float(min(out.eigenvalues)) + L2, seconds
        case "trace":
            out, seconds = timed(lambda: e.trace(h, num_matvecs=HUTCH, seed=1))
            return SCALE * float(out.estimate) + DIM * L2, seconds
        case "density":
            out, seconds = timed(lambda: e.spectral_density(h, num_runs=10, lanczos_steps=100, seed=1))
            grid, density = np.asarray(out.grid), np.asarray(out.density)
            return float(density[SCALE * grid + L2 < BELOW].sum() / density.sum()), seconds
    return None


answer = {"curvlinops": curvlinops, "eigenthings": eigenthings}[library]()
print("-" if answer is None else f"{answer[0]} {answer[1]}")
