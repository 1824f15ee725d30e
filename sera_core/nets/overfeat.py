"""OverFeat, the accurate model: Sermanet 2014 (arXiv 1312.6229), table 3.

Its authors published the weights as one file of float32 numbers without any header, ``net_weight_1``:
layer after layer, kernel ``[out, in, row, column]`` and then bias. Their own program rectifies to 1e-6 where
this network rectifies to 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sera_core.contracts import BadInput
from sera_core.nets import cut
from sera_core.nets.create import connected, initialised
from sera_core.nets.network import Network
from sera_core.nets.weights import supplied

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE = "net_weight_1"
ADDRESS = "https://github.com/sermanet/OverFeat (download_weights.py)"


def create() -> nn.Module:
    """The whole network: six convolutions, then 4096, 4096, 1000.

    221 px -> 108 -> pool 36 -> 30 -> pool 15 -> 15 -> 15 -> 15 -> 15 -> pool 5.
    """
    from torch import nn

    features = nn.Sequential(
        *(nn.Conv2d(3, 96, 7, stride=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 3)),
        *(nn.Conv2d(96, 256, 7), nn.ReLU(inplace=True), nn.MaxPool2d(2, 2)),
        *(nn.Conv2d(256, 512, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(512, 512, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(512, 1024, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(1024, 1024, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 3)),
    )
    return initialised(connected(features, channels=1024, side=5))


def pretrained(whole: nn.Module) -> dict[str, Tensor]:
    """The published weights.

    Raises
    ------
    BadInput
        When the file is not there or has another length.
    """
    import torch

    file = supplied(FILE, f"get it from {ADDRESS}")
    wanted = whole.state_dict()
    count = sum(value.numel() for value in wanted.values())
    if file.stat().st_size != 4 * count:
        raise BadInput(
            "weights_misfit", f"{FILE} does not hold the {count} numbers of the accurate model: download it again."
        )
    numbers = torch.from_numpy(np.fromfile(file, "<f4"))
    pieces = numbers.split([value.numel() for value in wanted.values()])
    return {key: piece.view(value.shape) for (key, value), piece in zip(wanted.items(), pieces, strict=True)}


NETWORK = Network(
    name="overfeat",
    title="OverFeat (accurate)",
    paper="Sermanet 2014, arXiv 1312.6229, table 3",
    input_px=221,
    mean=118.380948 / 255,  # of the level 0 ... 255, as the authors' own program takes it off
    std=61.896913 / 255,
    layers={"fc1": 4096, "fc2": 4096},
    evidence=6,
    parameters=144_656_488,
    create=create,
    cut=cut.overfeat,
    pretrained=pretrained,
    weights_source=f"{FILE} of {ADDRESS}",
    licence="the authors' own terms",
    published="OverFeat",
)
