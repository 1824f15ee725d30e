"""Nonlinearities, their slopes and the gradient through a chain, held to torch's autograd."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.lessons.activation import NONLINEARITIES, _chain, fit_with_hinges, gradient_by_layer, value_and_slope

TORCH = {
    "ReLU": "relu",
    "ReLU6": "relu6",
    "leaky ReLU": "leaky_relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "none": "identity",
}


def theirs(name: str, x: object) -> object:
    import torch
    from torch.nn import functional

    if name == "none":
        return x * 1
    if name in ("sigmoid", "tanh"):
        return getattr(torch, TORCH[name])(x)
    return functional.leaky_relu(x, 0.1) if name == "leaky ReLU" else getattr(functional, TORCH[name])(x)


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_values_and_slopes_are_torchs(name: str) -> None:
    import torch

    x = torch.linspace(-8.05, 8.05, 60, dtype=torch.float64, requires_grad=True)
    y = theirs(name, x)
    y.sum().backward()
    np.testing.assert_allclose(NONLINEARITIES[name].apply(x.detach().numpy()), y.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(NONLINEARITIES[name].slope(x.detach().numpy()), x.grad.numpy(), atol=1e-12)
    for at in (3, 40):
        assert value_and_slope(name, x[at].item()) == pytest.approx((y[at].item(), x.grad[at].item()), abs=1e-12)


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_the_gradient_through_a_chain_is_autograds(name: str) -> None:
    import torch

    weights, inputs, end = _chain(name, 5, 12, 3)
    steps, x = [], torch.tensor(inputs[0], requires_grad=True)
    for weight in weights:
        x.retain_grad()
        steps.append(x)
        x = theirs(name, torch.tensor(weight) @ x)
    x.backward(torch.tensor(end))
    sizes = [float(np.sqrt(np.mean(step.grad.numpy() ** 2))) for step in reversed(steps)]
    np.testing.assert_allclose(gradient_by_layer(name, 5, 12, 3), sizes, rtol=1e-10)


def test_the_sigmoids_gradient_vanishes_and_relus_does_not() -> None:
    assert gradient_by_layer("sigmoid", 20)[-1] < 1e-8
    assert gradient_by_layer("ReLU", 20)[-1] > 1e-2


def test_hinges_bend_what_linear_layers_cannot() -> None:
    curve = np.sin(np.linspace(0, 6, 200))
    straight = fit_with_hinges(curve, 0)
    assert np.abs(np.diff(straight, 2)).max() < 1e-12
    np.testing.assert_allclose(straight, np.polyval(np.polyfit(np.arange(200), curve, 1), np.arange(200)))
    errors = [np.abs(fit_with_hinges(curve, hinges) - curve).mean() for hinges in (0, 4, 16)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02
