"""ShuffleNet (version 1): Zhang 2018 (arXiv 1707.01083), in the variant that MATLAB ships.

The talk's ``shufflenet`` is MATLAB's: 4 groups, stages of 136, 272 and 544 channels, all 1 x 1 convolutions
grouped, and no bottleneck inside a unit (the paper's inner width is a quarter). MATLAB gives 1.4 million
parameters, and so much is counted here. Its weights are published for MATLAB only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.nets import cut
from sera_core.nets.network import Network

if TYPE_CHECKING:
    from torch import Tensor, nn

GROUPS = 4
STEM = 24
STAGES = ((136, 4), (272, 8), (544, 4))  # width and number of units


def create() -> nn.Module:
    """The whole network: stem, three stages of units, average, 1000."""
    from collections import OrderedDict

    from torch import nn

    parts: dict[str, nn.Module] = {
        "stem": nn.Sequential(
            nn.Conv2d(3, STEM, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(STEM),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, padding=1),
        )
    }
    before = STEM
    for number, (width, units) in enumerate(STAGES, start=2):
        parts[f"stage{number}"] = nn.Sequential(
            _unit(before, width, down=True), *(_unit(width, width, down=False) for _ in range(units - 1))
        )
        before = width
    parts |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(before, 1000)}
    return nn.Sequential(OrderedDict(parts))


def _unit(before: int, width: int, down: bool) -> nn.Module:
    """One unit: grouped 1 x 1, shuffle, depthwise 3 x 3, grouped 1 x 1, beside a short cut.

    A unit that halves the size joins its branch to the averaged input, and the branch fills up the width.
    """
    import torch
    from torch import nn

    inner = width - before if down else width
    branch = nn.Sequential(
        *(nn.Conv2d(before, inner, 1, groups=GROUPS, bias=False), nn.BatchNorm2d(inner), nn.ReLU(inplace=True)),
        nn.ChannelShuffle(GROUPS),
        *(nn.Conv2d(inner, inner, 3, 2 if down else 1, 1, groups=inner, bias=False), nn.BatchNorm2d(inner)),
        *(nn.Conv2d(inner, inner, 1, groups=GROUPS, bias=False), nn.BatchNorm2d(inner)),
    )

    class Unit(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.branch = branch

        def forward(self, values: Tensor) -> Tensor:
            if down:
                short = nn.functional.avg_pool2d(values, 3, 2, padding=1)
                return torch.relu(torch.cat([self.branch(values), short], dim=1))
            return torch.relu(values + self.branch(values))

    return Unit()


def pretrained(whole: nn.Module) -> dict[str, Tensor]:
    """Refuse: there are no weights to be had.

    Raises
    ------
    BadInput
        Always.
    """
    raise BadInput(
        "weights_missing",
        "ImageNet weights of ShuffleNet (version 1) are published for MATLAB only: take shufflenet_v2, "
        'or train the network from scratch by asking for it (weights = "scratch").',
    )


NETWORK = Network(
    name="shufflenet",
    title="ShuffleNet (4 groups)",
    paper="Zhang 2018, arXiv 1707.01083 (as in MATLAB)",
    layers={"avg": 544},
    evidence=3,
    parameters=1_393_296,
    create=create,
    cut=cut.shufflenet,
    pretrained=pretrained,
    weights_source="MATLAB only: train it from scratch",
    licence="none needed",
    talk="shufflenet",
)
