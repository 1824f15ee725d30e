"""Shapes, counts and receptive fields against the talk's table, published numbers and brute force."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from sera_core.lessons.alexnet import INPUT_PX, alexnet_2012
from sera_core.lessons.layers import Layer, layers_of
from sera_core.lessons.maps import convolutions, embed, kernel_of, maps_at
from sera_core.nets.registry import NETWORKS

TALK = {  # the table of the talk, "Feature Extraction – overall process"
    "conv1": (96, 55, 55), "pool1": (96, 27, 27), "norm1": (96, 27, 27), "conv2": (256, 27, 27),
    "pool2": (256, 13, 13), "norm2": (256, 13, 13), "conv3": (384, 13, 13), "conv4": (384, 13, 13),
    "conv5": (256, 13, 13), "pool5": (256, 6, 6), "fc6": (4096,), "fc7": (4096,), "fc8": (1000,),
}  # fmt: skip


class Branches(nn.Module):
    """Two paths of different reach, added and then joined to a third."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 3, stride=2, padding=1)
        self.narrow = nn.Conv2d(2, 2, 1)
        self.wide = nn.Conv2d(2, 2, 3, padding=2, dilation=2)
        self.pool = nn.MaxPool2d(2, 2)
        self.last = nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        x = self.pool(self.narrow(x) + self.wide(x))
        return self.last(torch.cat([x, x.relu()], dim=1))


def by_name(layers: tuple[Layer, ...]) -> dict[str, Layer]:
    return {layer.name: layer for layer in layers}


def test_alexnet_is_the_talks_table() -> None:
    layers = by_name(layers_of(alexnet_2012, INPUT_PX))
    assert {name: layers[name].shape for name in TALK} == TALK
    assert layers["conv1"].window == "11 × 11, stride 4"
    assert layers["conv1"].multiplications == 55 * 55 * 96 * 11 * 11 * 3
    assert layers["fc6"].parameters == 6 * 6 * 256 * 4096 + 4096
    assert layers["pool5"].field.size == 195  # Araujo 2019


@pytest.mark.parametrize(
    ("name", "layer", "size"),
    [
        ("alexnet", "features.12", 195),  # Araujo 2019, doi 10.23915/distill.00021, as the two below
        ("vgg16", "features.30", 212),
        ("inceptionv3", "Mixed_7c.branch3x3dbl_3a.conv", 1311),
        ("resnet18", "layer4.1.conv2", 435),
    ],
)
def test_receptive_fields_as_published(name: str, layer: str, size: int) -> None:
    entry = NETWORKS[name]
    assert by_name(layers_of(entry.create, entry.input_px))[layer].field.size == size


@pytest.mark.parametrize("name", ["alexnet", "squeezenet", "efficientnet_lite0", "vgg16", "resnet18"])
def test_parameters_are_those_of_the_registry(name: str) -> None:
    entry = NETWORKS[name]
    layers = layers_of(entry.create, entry.input_px)
    assert sum(layer.parameters for layer in layers) == entry.parameters


def test_the_field_on_branches_is_what_a_gradient_reaches() -> None:
    network, side = Branches().eval(), 64
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.1)
    network.pool = nn.AvgPool2d(2, 2)  # a maximum lets only one of its cells through
    field = by_name(layers_of(lambda: network, side, channels=1))["last"].field
    picture = torch.ones(1, 1, side, side, requires_grad=True)
    network = network.to_empty(device="cpu")
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.1)
    row, column = 7, 8
    network(picture)[0, 0, row, column].backward()
    touched = np.argwhere(picture.grad[0, 0].numpy() != 0)
    assert tuple(touched.min(axis=0)) == (field.span(row)[0], field.span(column)[0])
    assert tuple(touched.max(axis=0) + 1) == (field.span(row)[1], field.span(column)[1])


def test_maps_and_kernels_are_the_networks_own() -> None:
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3)).eval()
    picture = np.random.default_rng(0).normal(size=(3, 9, 9)).astype(np.float32)
    assert list(convolutions(body)) == ["0", "2"]
    with torch.no_grad():
        first = body[0](torch.from_numpy(picture)[None])[0].numpy()
    np.testing.assert_array_equal(maps_at(body, "0", picture), first)
    assert maps_at(body, "2", picture).shape == (2, 5, 5)
    np.testing.assert_array_equal(kernel_of(body, "0", 3), body[0].weight[3].detach().numpy())
    assert not body[0]._forward_hooks


def test_the_embedding_is_sklearns() -> None:
    from sklearn.decomposition import PCA

    table = np.random.default_rng(3).normal(size=(30, 12)).astype(np.float32) * np.arange(1, 13)
    points, shares = embed(table)
    reference = PCA(2, svd_solver="full").fit(table)
    np.testing.assert_allclose(np.abs(points), np.abs(reference.transform(table)), atol=1e-3)
    np.testing.assert_allclose(shares, reference.explained_variance_ratio_, rtol=1e-5)
