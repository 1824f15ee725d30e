"""A network cut in two: a body up to the last convolution, and a small head with a new last layer.

The body runs once without gradients; heatmaps need gradients of the head only. Prediction, features,
familiarity and heatmap all come from one pass of the body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.nets.registry import Network, network

if TYPE_CHECKING:
    from torch import nn


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


def _imagenet(entry: Network, whole: nn.Module) -> dict:
    try:
        return entry.imagenet(whole)
    except BadInput:
        raise
    except (OSError, RuntimeError) as error:
        raise BadInput(
            "weights_unreadable", f"The ImageNet weights of {entry.title} cannot be read: reinstall them."
        ) from error
