"""Constructors of whole networks with untrained weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sera_core.torch_compat import import_timm, import_torchvision

if TYPE_CHECKING:
    from torch import nn

VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def from_timm(name: str) -> nn.Module:
    """A network of timm."""
    return import_timm().create_model(name)


def from_torchvision(name: str, **options: Any) -> nn.Module:
    """A network of torchvision."""
    return import_torchvision().models.get_model(name, weights=None, **options)


def vgg16_trunk() -> nn.Module:
    """VGG16 up to its last convolution in five blocks, and the average of what it answers.

    Simonyan and Zisserman 2015 (arXiv 1409.1556), table 1, configuration D: 13 convolutions of 3 x 3, blocks
    parted by 2 x 2 maxima.
    """
    from torch import nn

    blocks, before = [], 3
    for number, widths in enumerate(VGG16_BLOCKS):
        layers: list[nn.Module] = [nn.MaxPool2d(2)] if number else []
        for width in widths:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU(inplace=True)]
            before = width
        blocks.append(nn.Sequential(*layers))
    return initialised(nn.Sequential(nn.Sequential(*blocks), nn.AdaptiveAvgPool2d(1), nn.Flatten()))


def connected(features: nn.Module, channels: int, side: int) -> nn.Module:
    """``features`` and the fully-connected end of AlexNet's family: 4096, 4096, 1000.

    Another input size than the network's own is averaged to the ``side`` that the first of them expects, as
    torchvision does for AlexNet and VGG; at the network's own size nothing changes.
    """
    from collections import OrderedDict

    from torch import nn

    classifier = nn.Sequential(
        *(nn.Linear(channels * side * side, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5)),
        *(nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5)),
        nn.Linear(4096, 1000),
    )
    parts: dict[str, nn.Module] = {
        "features": features,
        "avgpool": nn.AdaptiveAvgPool2d(side),
        "flatten": nn.Flatten(),
        "classifier": classifier,
    }
    return nn.Sequential(OrderedDict(parts))


def initialised(whole: nn.Module) -> nn.Module:
    """Start weights of a network without batch normalisation: He 2015 (arXiv 1502.01852), and 0.01 in full layers."""
    from torch import nn

    for layer in whole.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0, 0.01)
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return whole
