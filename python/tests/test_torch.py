"""Weights from and to PyTorch, with equal loss, gradient and largest eigenvalues; where PyTorch is installed."""

import numpy as np
import pytest

import losscape_kernel as lk
from losscape_kernel.torch import from_torch, to_torch


@pytest.mark.parametrize("bias", [True, False])
def test_there_and_back_without_torch(bias):
    net = lk.Mlp([3, 4, 2, 5], bias=bias)
    params = net.init(1, dtype="float64") + 1
    state = to_torch(net, params)
    assert state["2.weight"].shape == (2, 4) and (from_torch(net, state) == params).all()
    with pytest.raises(ValueError, match="`state`"):
        from_torch(lk.Mlp([3, 4, 5], bias=bias), state)
    with pytest.raises(ValueError, match="bias"):
        from_torch(lk.Mlp([3, 4, 2, 5], bias=not bias), state)


def test_the_layout_is_that_of_predict():
    net = lk.Mlp([3, 4, 2])
    params = np.random.default_rng(1).normal(size=net.param_len)
    state, x = to_torch(net, params), np.random.default_rng(2).normal(size=(5, 3))
    hidden = np.tanh(x @ state["0.weight"].T + state["0.bias"])
    assert np.allclose(hidden @ state["2.weight"].T + state["2.bias"], net.predict(params, x), atol=1e-14)


def test_against_torch():
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(64, 8), torch.nn.Tanh(), torch.nn.Linear(8, 10)).double()
    net = lk.Mlp([64, 8, 10])
    inputs, labels = lk.digits(dtype="float64")
    f, params = net.loss(inputs, labels), from_torch(net, model.state_dict())
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels.astype(np.int64))
    weights = list(model.parameters())
    value = torch.nn.functional.cross_entropy(model(x), y)
    grads = torch.autograd.grad(value, weights, create_graph=True)
    names = [name for name, _ in model.named_parameters()]
    ours, grad = f.value_grad(params)
    assert abs(ours - value.item()) < 1e-6
    assert np.allclose(from_torch(net, dict(zip(names, grads))), grad, atol=1e-6)
    top = lk.lanczos(f, params, steps=60, vectors=1)
    v = [torch.from_numpy(to_torch(net, top.vectors[0])[name]) for name in names]
    product = torch.autograd.grad(sum((g * w).sum() for g, w in zip(grads, v)), weights)
    assert np.allclose(from_torch(net, dict(zip(names, product))), top.values[-1] * top.vectors[0], atol=1e-6)


# Ours, and what makes torch's.
ACTIVATIONS = {
    "tanh": lambda nn: nn.Tanh(),
    "relu": lambda nn: nn.ReLU(),
    # A network keeps its slope as a float32.
    "leaky-relu": lambda nn: nn.LeakyReLU(float(np.float32(0.01))),
    "sigmoid": lambda nn: nn.Sigmoid(),
    "softplus": lambda nn: nn.Softplus(),
    "gelu": lambda nn: nn.GELU(approximate="tanh"),
}


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("bias", [True, False])
def test_the_whole_spectrum_against_torch(hidden, bias):
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    nn = torch.nn
    layers = [nn.Linear(2, 5, bias=bias), ACTIVATIONS[hidden](nn), nn.Linear(5, 4, bias=bias), ACTIVATIONS[hidden](nn), nn.Linear(4, 3, bias=bias)]
    model = nn.Sequential(*layers).double()
    net = lk.Mlp([2, 5, 4, 3], hidden=hidden, bias=bias)
    rng = np.random.default_rng(5)
    inputs, labels = rng.normal(size=(40, 2)), rng.integers(0, 3, 40)
    f, params = net.loss(inputs, labels, l2=0.01), from_torch(net, model.state_dict())
    x, y = torch.from_numpy(inputs), torch.from_numpy(labels)
    shapes = [(name, weight.shape) for name, weight in model.named_parameters()]

    def loss(flat):
        state, at = {}, 0
        for name, shape in shapes:
            state[name] = flat[at : at + shape.numel()].reshape(shape)
            at += shape.numel()
        return nn.functional.cross_entropy(torch.func.functional_call(model, state, (x,)), y) + 0.005 * (flat @ flat)

    flat = torch.cat([weight.detach().ravel() for weight in model.parameters()])
    hessian = torch.autograd.functional.hessian(loss, flat)
    assert abs(f.value(params) - loss(flat).item()) < 1e-12
    assert np.allclose(lk.hessian(f, params).eigenvalues, torch.linalg.eigvalsh(hessian).numpy(), atol=1e-6)
    # And back.
    moved = params + 0.1
    model.load_state_dict({name: torch.from_numpy(array) for name, array in to_torch(net, moved).items()})
    assert np.allclose(model(x).detach().numpy(), net.predict(moved, inputs), atol=1e-12)
