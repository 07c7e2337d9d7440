"""Weights of a PyTorch `nn.Sequential` of `Linear` and activations into the flat parameters of `Mlp`, and back.

Order of entries: layer after layer; of a layer its weights, inputs × outputs row by row (the transpose of PyTorch's
`Linear.weight`), then its bias. The conversion is NumPy alone: state dictionaries of tensors or of arrays are taken, and PyTorch
need not be installed.

Activations that agree: `Tanh`, `ReLU`, `Sigmoid`, `Softplus`, `GELU(approximate="tanh")` (not torch's default), and `LeakyReLU` with a
slope that is a float32, such as `float(np.float32(0.01))`.
"""

from __future__ import annotations

from typing import Any, Mapping

import numpy as np
from numpy.typing import NDArray

from ._kernel import Mlp

__all__ = ["from_torch", "to_torch"]


def _array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


def from_torch(net: Mlp, state: Mapping[str, Any]) -> NDArray[Any]:
    """Flat parameters from a `state_dict()`, whose `N.weight` and `N.bias` belong to the linear layers in ascending order of N.

    >>> import numpy as np
    >>> from losscape_kernel import Mlp
    >>> state = {"0.weight": np.array([[1.0, 2.0], [3.0, 4.0]]), "0.bias": np.array([5.0, 6.0])}
    >>> from_torch(Mlp([2, 2]), state)
    array([1., 3., 2., 4., 5., 6.])
    """
    names = sorted((name for name in state if name.endswith("weight")), key=lambda name: int(name.split(".")[-2]))
    widths = net.widths
    if len(names) != len(widths) - 1:
        raise ValueError(f"`state` has {len(names)} linear layers, must have {len(widths) - 1}")
    parts = []
    for name, inputs, outputs in zip(names, widths, widths[1:]):
        weight = _array(state[name])
        if weight.shape != (outputs, inputs):
            raise ValueError(f"`state`: {name} has the shape {weight.shape}, must have {(outputs, inputs)}")
        parts.append(weight.T.ravel())
        bias = state.get(name[: -len("weight")] + "bias")
        if (bias is not None) != net.bias:
            raise ValueError(f"`state`: {name} {'has' if bias is not None else 'lacks'} a bias, unlike `net`")
        if bias is not None:
            parts.append(_array(bias).ravel())
    return np.concatenate(parts)


def to_torch(net: Mlp, params: NDArray[Any], *, stride: int = 2) -> dict[str, np.ndarray]:
    """A state dictionary of arrays from flat parameters; `stride` is the distance of two linear layers in the `nn.Sequential`, 2
    with an activation between them. Make tensors of it by `torch.from_numpy`.

    >>> import numpy as np
    >>> from losscape_kernel import Mlp
    >>> to_torch(Mlp([2, 2]), np.array([1.0, 3.0, 2.0, 4.0, 5.0, 6.0]))["0.weight"]
    array([[1., 2.],
           [3., 4.]])
    """
    if params.shape != (net.param_len,):
        raise ValueError(f"`params` has the shape {params.shape}, must have {(net.param_len,)}")
    state, at, widths = {}, 0, net.widths
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        weight = params[at : at + inputs * outputs].reshape(inputs, outputs)
        state[f"{stride * layer}.weight"] = np.ascontiguousarray(weight.T)
        at += inputs * outputs
        if net.bias:
            state[f"{stride * layer}.bias"] = params[at : at + outputs].copy()
            at += outputs
    return state
