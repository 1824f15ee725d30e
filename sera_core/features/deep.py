"""Features from the layers of a network, at any layer that the registry names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Grey
from sera_core.images.prepare import Preparation
from sera_core.nets.split import pooled_features

if TYPE_CHECKING:
    from torch import nn


def features(
    parts: nn.ModuleDict, crops: Grey, preparation: Preparation, layer: str = "", chunk: int = 32
) -> NDArray[np.float32]:
    """Features ``[N, F]`` of crops ``[N, h, w]`` at one layer, rectified where the layer is, without gradients.

    Parameters
    ----------
    parts : nn.ModuleDict
        Made by :func:`sera_core.nets.split.build`, in evaluation mode.
    crops : float32 [N, h, w]
    preparation : Preparation
        How the crops are normalised.
    layer : str
        One of the network's feature layers (``fc1``, ``fc2``, ``avg``); empty: the last one.
    chunk : int
        Crops at a time.

    Raises
    ------
    BadInput
        When the network has no such layer.
    """
    from torch import nn

    if not layer:
        return pooled_features(parts, crops, preparation, chunk)
    names = [name for name, _ in parts["pool"].named_children()]
    if layer not in names:
        raise BadInput("unknown_layer", f"The network has no layer {layer!r}: choose one of {', '.join(names)}.")
    upto = nn.Sequential(*list(parts["pool"].children())[: names.index(layer) + 1])
    return pooled_features(nn.ModuleDict({"body": parts["body"], "pool": upto}), crops, preparation, chunk)
