"""The steps end where the page's own heatmap does, and leave the shared network alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from sera_core.contracts import CamMethod
from sera_core.explain.cam import raw_map, trace
from sera_core.lessons.gradcam import grad_cam, likeness, random_head


@pytest.fixture
def head() -> nn.Sequential:
    torch.manual_seed(2)
    layers = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 5), nn.ReLU(), nn.Linear(5, 2))
    return layers.eval().requires_grad_(False)


@pytest.fixture
def activations() -> torch.Tensor:
    return torch.randn(1, 12, 5, 7, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("target", [0, 1])
def test_the_sum_is_the_packages_map(head: nn.Sequential, activations: torch.Tensor, target: int) -> None:
    steps = grad_cam(activations, head, target)
    np.testing.assert_allclose(steps.total, raw_map(CamMethod.GRADCAM, trace(activations, head), target), atol=1e-6)
    np.testing.assert_array_equal(steps.positive, np.maximum(steps.total, 0))
    assert steps.score == pytest.approx(float(head(activations)[0, target]))
    assert not activations.requires_grad


def test_gradients_are_slopes_of_the_score(head: nn.Sequential, activations: torch.Tensor) -> None:
    steps, small = grad_cam(activations, head, 1), 1e-2
    for channel, row, column in ((0, 0, 0), (7, 3, 2), (11, 4, 6)):
        nudged = activations.clone()
        nudged[0, channel, row, column] += small
        slope = (float(head(nudged)[0, 1]) - steps.score) / small
        assert slope == pytest.approx(float(steps.gradients[channel, row, column]), abs=2e-4)


def test_the_strongest_maps_add_most(head: nn.Sequential, activations: torch.Tensor) -> None:
    steps = grad_cam(activations, head, 1)
    given = np.abs(steps.weights[:, None, None] * steps.maps).mean(axis=(1, 2))
    assert list(steps.strongest(4)) == list(np.argsort(-given)[:4])


def test_a_random_head_is_another_and_the_shared_one_stays(head: nn.Sequential, activations: torch.Tensor) -> None:
    before = head[4].weight.clone()
    other = random_head(head, 1)
    assert torch.equal(head[4].weight, before)
    assert not torch.allclose(other[4].weight, before)
    assert torch.equal(other[2].weight, head[2].weight)
    assert torch.equal(random_head(head, 1)[4].weight, other[4].weight)


def test_likeness_knows_order_only() -> None:
    x = np.random.default_rng(0).normal(size=(4, 4)).astype(np.float32)
    assert likeness(x, np.exp(x)) == pytest.approx(1)
    assert likeness(x, -x) == pytest.approx(-1)
    assert likeness(x, np.ones_like(x)) == 0


def test_eigen_cam_does_not_know_the_head(head: nn.Sequential, activations: torch.Tensor) -> None:
    maps = [raw_map(CamMethod.EIGENCAM, trace(activations, other), 1) for other in (head, random_head(head, 0))]
    assert likeness(*maps) == pytest.approx(1)
