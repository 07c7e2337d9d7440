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
