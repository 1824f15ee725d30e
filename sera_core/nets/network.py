"""What the registry says of one architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sera_core.images.prepare import Level
from sera_core.nets.cut import Cut

if TYPE_CHECKING:
    from torch import Tensor, nn

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, kw_only=True)
class Network:
    """One architecture.

    Attributes
    ----------
    name, title : str
        Key of the registry, and the name a person reads.
    paper : str
        Where the architecture is described.
    input_px : int
        Side of the input the pretrained weights were trained at.
    mean, std : float or three floats
        Normalisation of a grey level 0 ... 1, for the channels R, G, B.
    layers : dict
        Feature layers behind the body and their widths; the last one is what the new last layer reads.
    evidence : int
        How many of the body's stages stand before the layer that heatmaps are read at: the deepest whose cells are
        16 px apart. Chosen by measurement for the shipped networks (``benchmark explain``): at 32 px
        EfficientNet-Lite0 has lost the place of what it saw. The others follow the same rule unmeasured.
    parameters : int
        Number of parameters of ``create()``.
    create : callable
        Builds the whole ImageNet network with untrained weights.
    cut : callable
        Splits it into (body up to the last convolution, pooling up to the last feature layer).
    pretrained : callable
        Returns weights for ``create()``'s state dict, or raises BadInput saying what to supply.
    weights_source, licence : str
        Where those weights come from, and under which licence.
    talk : str
        The talk's name for it; empty for networks that the talk does not list.
    published : str
        Its row in the recipes of Lee 2019 (see :mod:`.published`); empty where there is none.
    """

    name: str
    title: str
    paper: str
    input_px: int = 224
    mean: Level = IMAGENET_MEAN
    std: Level = IMAGENET_STD
    layers: dict[str, int]
    evidence: int
    parameters: int
    create: Callable[[], nn.Module]
    cut: Cut
    pretrained: Callable[[nn.Module], dict[str, Tensor]]
    weights_source: str
    licence: str
    talk: str = ""
    published: str = ""

    @property
    def features(self) -> int:
        """Width of the feature vector in front of the last layer."""
        return list(self.layers.values())[-1]
