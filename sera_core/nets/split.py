"""A network cut in two: a body up to the last convolution, and a small head with a new last layer.

The body runs once without gradients; heatmaps need gradients of the head only. Prediction, features
and heatmap all come from one pass of the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Grey
from sera_core.images.prepare import Preparation, normalise
from sera_core.nets.registry import Network, network

if TYPE_CHECKING:
    from torch import Tensor, nn


def build(name: str, pretrained: bool, classes: int = 2) -> nn.ModuleDict:
    """The network ``name`` as ``{"body", "pool", "last"}`` with a new, untrained last layer.

    Parameters
    ----------
    name : str
        Key of the registry.
    pretrained : bool
        Whether the body starts from ImageNet weights.
    classes : int
        Width of the new last layer.

    Returns
    -------
    nn.ModuleDict
        ``body`` maps ``[B, 3, h, w]`` to ``[B, C, h', w']``, ``pool`` to ``[B, F]``, ``last`` to ``[B, classes]``.
    """
    from torch import nn

    entry = network(name)
    whole = entry.create()
    if pretrained:
        whole.load_state_dict(_imagenet(entry, whole))
    body, pool = entry.cut(whole)
    return nn.ModuleDict({"body": body, "pool": pool, "last": nn.Linear(entry.features, classes)})


def body_activations(parts: nn.ModuleDict, inputs: NDArray[np.float32]) -> Tensor:
    """Run a body on normalised inputs ``[N, 3, h, w]`` without gradients."""
    import torch

    with torch.no_grad():
        batch = torch.from_numpy(inputs).contiguous(memory_format=torch.channels_last)
        return parts["body"](batch)


def pooled_features(
    parts: nn.ModuleDict, crops: Grey, preparation: Preparation, chunk: int = 32
) -> NDArray[np.float32]:
    """Pooled features ``[N, F]`` of crops ``[N, h, w]``, without gradients."""
    import torch

    with torch.no_grad():
        return np.concatenate(
            [
                parts["pool"](body_activations(parts, normalise(crops[k : k + chunk], preparation))).numpy()
                for k in range(0, len(crops), chunk)
            ]
        )


def _imagenet(entry: Network, whole: nn.Module) -> dict:
    try:
        return entry.imagenet(whole)
    except BadInput:
        raise
    except (OSError, RuntimeError) as error:
        raise BadInput(
            "weights_unreadable", f"The ImageNet weights of {entry.title} cannot be read: reinstall them."
        ) from error
