"""Where each network is cut: stages up to the last convolution (the body), feature layers behind it (the pool).

A cut is written in words: names of the whole network's parts, slices of them (``features[0:5]``), and, in
capitals, layers that libraries write as function calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
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
    stages = len(list(whole.get_submodule("0").children()))
    return parted(*(f"0.{number}" for number in range(stages)), avg="1 2")(whole)


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


def _connected(*stages: str, spatial: str, fc1: str, drop: str, fc2: str) -> Cut:
    return parted(*stages, spatial=f"{spatial} FLATTEN", fc1=fc1, drop=drop, fc2=fc2)


_vgg = partial(_connected, fc1="classifier[0:2]", drop="classifier[2:3]", fc2="classifier[3:5]")

alexnet = _connected(
    *("features[0:3]", "features[3:6]", "features[6:8]", "features[8:10]", "features[10:12]"),
    spatial="features[12:13] avgpool",
    fc1="classifier[0:3]",
    drop="classifier[3:4]",
    fc2="classifier[4:6]",
)
vgg16 = _vgg(
    *("features[0:5]", "features[5:10]", "features[10:17]", "features[17:24]", "features[24:30]"),
    spatial="features[30:31] avgpool",
)
vgg19 = _vgg(
    *("features[0:5]", "features[5:10]", "features[10:19]", "features[19:28]", "features[28:36]"),
    spatial="features[36:37] avgpool",
)
overfeat = _vgg(
    *("features[0:3]", "features[3:6]", "features[6:8]", "features[8:10]", "features[10:12]", "features[12:14]"),
    spatial="features[14:15] avgpool",
)
vgg_f = _vgg(
    *("features[0:4]", "features[4:8]", "features[8:10]", "features[10:12]", "features[12:14]"),
    spatial="features[14:15] avgpool",
)
squeezenet = averaged("features[0:3]", "features[3:6]", "features[6:9]", "features[9:13]")
googlenet = averaged(
    "conv1 maxpool1 conv2 conv3 maxpool2",
    "inception3a inception3b maxpool3",
    "inception4a inception4b inception4c inception4d inception4e",
    "maxpool4 inception5a inception5b",
)
inceptionv3 = averaged(
    "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3 maxpool1",
    "Conv2d_3b_1x1 Conv2d_4a_3x3 maxpool2",
    "Mixed_5b Mixed_5c Mixed_5d",
    "Mixed_6a Mixed_6b Mixed_6c Mixed_6d Mixed_6e",
    "Mixed_7a Mixed_7b Mixed_7c",
)
densenet = averaged(
    *("features[0:4]", "features[4:6]", "features[6:8]", "features[8:9]"),
    "features[9:12] RELU",
)
mobilenetv2 = averaged("features[0:2]", "features[2:4]", "features[4:7]", "features[7:14]", "features[14:19]")
resnet = averaged("conv1 bn1 relu maxpool", "layer1", "layer2", "layer3", "layer4")
xception = averaged(
    "conv1 bn1 act1 conv2 bn2 act2",
    "block1 block2 block3",
    "block4 block5 block6 block7 block8 block9 block10 block11",
    "block12 conv3 bn3 act3 conv4 bn4 act4",
)
inceptionresnetv2 = averaged(
    "conv2d_1a conv2d_2a conv2d_2b maxpool_3a",
    "conv2d_3b conv2d_4a maxpool_5a",
    "mixed_5b repeat",
    "mixed_6a repeat_1",
    "mixed_7a repeat_2 block8 conv2d_7b",
)
shufflenet = averaged("stem", "stage2", "stage3", "stage4")
shufflenet_v2 = averaged("conv1 maxpool", "stage2", "stage3", "stage4 conv5")
