"""Where each network is cut: stages up to the last convolution (the body), feature layers behind it (the pool).

A cut is written in words: names of the whole network's parts, slices of them (``features[0:5]``), and, in
capitals, layers that libraries write as function calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

Cut = Callable[["nn.Module"], "tuple[nn.Sequential, nn.Sequential]"]
_SLICE = re.compile(r"(?P<name>[\w.]+)\[(?P<start>\d+):(?P<stop>\d+)\]")


def parted(*stages: str, **layers: str) -> Cut:
    """A cut into these stages and, behind them, these named layers; features are read at the end of a layer."""

    def cut(whole: nn.Module) -> tuple[nn.Sequential, nn.Sequential]:
        from torch import nn

        body = nn.Sequential(*(nn.Sequential(*_found(whole, stage)) for stage in stages))
        pool = nn.Sequential()
        for name, words in layers.items():
            pool.add_module(name, nn.Sequential(*_found(whole, words)))
        return body, pool

    return cut


def averaged(*stages: str) -> Cut:
    """A cut into these stages, and the average of what the last one answers."""
    return parted(*stages, avg="AVERAGE FLATTEN")


def efficientnet(whole: nn.Module) -> tuple[nn.Sequential, nn.Sequential]:
    """Stem, norm, all stages as one part, last convolution, norm: the numbers in the weight files of ``models/``."""
    from torch import nn

    names = ("conv_stem", "bn1", "blocks", "conv_head", "bn2")
    return nn.Sequential(*(whole.get_submodule(name) for name in names)), averaged()(whole)[1]


def trunk(whole: nn.Module) -> tuple[nn.Sequential, nn.Sequential]:
    """A network that is stages, average and flattening already."""
    return parted(*(f"0.{number}" for number in range(len(whole.get_submodule("0")))), avg="1 2")(whole)  # type: ignore[arg-type]  # a Sequential


def _found(whole: nn.Module, words: str) -> list[nn.Module]:
    from torch import nn

    made: dict[str, Callable[[], nn.Module]] = {
        "AVERAGE": lambda: nn.AdaptiveAvgPool2d(1),
        "FLATTEN": nn.Flatten,
        "RELU": nn.ReLU,
    }
    found: list[nn.Module] = []
    for word in words.split():
        if word in made:
            found.append(made[word]())
        elif part := _SLICE.fullmatch(word):
            found += list(whole.get_submodule(part["name"]).children())[int(part["start"]) : int(part["stop"])]
        else:
            found.append(whole.get_submodule(word))
    return found


vgg16 = parted(
    *("features[0:5]", "features[5:10]", "features[10:17]", "features[17:24]", "features[24:30]"),
    spatial="features[30:31] avgpool FLATTEN",
    fc1="classifier[0:2]",
    drop="classifier[2:3]",
    fc2="classifier[3:5]",
)
squeezenet = averaged("features[0:3]", "features[3:6]", "features[6:9]", "features[9:13]")
shufflenet_v2 = averaged("conv1 maxpool", "stage2", "stage3", "stage4 conv5")
mobilenetv2 = averaged("features[0:2]", "features[2:4]", "features[4:7]", "features[7:14]", "features[14:19]")
resnet = averaged("conv1 bn1 relu maxpool", "layer1", "layer2", "layer3", "layer4")
