"""Constructors of whole networks with untrained weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sera_core.torch_compat import import_torchvision

if TYPE_CHECKING:
    from torch import nn

VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def from_timm(name: str) -> nn.Module:
    """A network of timm."""
    import_torchvision()
    import timm

    return timm.create_model(name)


def from_torchvision(name: str, **options: Any) -> nn.Module:
    """A network of torchvision."""
    return import_torchvision().models.get_model(name, weights=None, **options)


def vgg16_trunk() -> nn.Module:
    """VGG16 up to its last convolution in five blocks, and the average of what it answers.

    Simonyan and Zisserman 2015 (arXiv 1409.1556), table 1, configuration D: 13 convolutions of 3 x 3, blocks
    parted by 2 x 2 maxima. Untrained weights as He 2015 (arXiv 1502.01852): without batch normalisation
    nothing else would learn.
    """
    from torch import nn

    blocks, before = [], 3
    for number, widths in enumerate(VGG16_BLOCKS):
        layers: list[nn.Module] = [nn.MaxPool2d(2)] if number else []
        for width in widths:
            convolution = nn.Conv2d(before, width, 3, padding=1)
            nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]  # there is a bias
            layers += [convolution, nn.ReLU(inplace=True)]
            before = width
        blocks.append(nn.Sequential(*layers))
    return nn.Sequential(nn.Sequential(*blocks), nn.AdaptiveAvgPool2d(1), nn.Flatten())
