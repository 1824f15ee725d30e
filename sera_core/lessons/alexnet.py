"""AlexNet as in the talk's table: 227 × 227 × 3 to 55 × 55 × 96 to ... to 1000 scores, in one piece.

Krizhevsky 2012, NeurIPS 25. The paper's second, fourth and fifth convolution are split over two graphics cards
(groups of 2); the talk's table, after CS231n, leaves that out, and its shapes are the same. Torchvision's network of
the same name has fewer filters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

INPUT_PX = 227


def alexnet_2012() -> nn.Module:
    """The network with untrained weights."""
    from collections import OrderedDict

    from torch import nn

    def relu() -> nn.Module:
        return nn.ReLU()

    parts: list[tuple[str, nn.Module]] = [
        ("conv1", nn.Conv2d(3, 96, 11, stride=4)), ("relu1", relu()),
        ("pool1", nn.MaxPool2d(3, 2)), ("norm1", nn.LocalResponseNorm(5)),
        ("conv2", nn.Conv2d(96, 256, 5, padding=2)), ("relu2", relu()),
        ("pool2", nn.MaxPool2d(3, 2)), ("norm2", nn.LocalResponseNorm(5)),
        ("conv3", nn.Conv2d(256, 384, 3, padding=1)), ("relu3", relu()),
        ("conv4", nn.Conv2d(384, 384, 3, padding=1)), ("relu4", relu()),
        ("conv5", nn.Conv2d(384, 256, 3, padding=1)), ("relu5", relu()),
        ("pool5", nn.MaxPool2d(3, 2)), ("flatten", nn.Flatten()),
        ("fc6", nn.Linear(6 * 6 * 256, 4096)), ("relu6", relu()), ("drop6", nn.Dropout()),
        ("fc7", nn.Linear(4096, 4096)), ("relu7", relu()), ("drop7", nn.Dropout()),
        ("fc8", nn.Linear(4096, 1000)),
    ]  # fmt: skip
    return nn.Sequential(OrderedDict(parts))
