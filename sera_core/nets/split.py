"""A network cut in two: a body up to the last convolution, and a small head with a new last layer.

For heatmaps the body itself is cut at the evidence layer (:func:`stages`): the part before it runs once without
gradients, and gradients are asked of what lies behind it only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

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
        Whether body and pool start from the registry's pretrained weights, or from scratch.
    classes : int
        Width of the new last layer.

    Returns
    -------
    nn.ModuleDict
        ``body`` maps ``[B, 3, h, w]`` to ``[B, C, h', w']``, ``pool`` to ``[B, F]``, ``last`` to ``[B, classes]``.
        ``pool`` is one named child for each feature layer of the registry, and what lies between them.

    Raises
    ------
    BadInput
        When there is no such network, or its pretrained weights cannot be had.
    """
    from torch import nn

    entry = network(name)
    whole = entry.create()
    if pretrained:
        whole.load_state_dict(_pretrained(entry, whole))
    body, pool = entry.cut(whole)
    return nn.ModuleDict({"body": body, "pool": pool, "last": nn.Linear(entry.features, classes)})


def blank() -> nn.ModuleDict:
    """Body and pool of a model that has no network: whatever is shown to them, they have no feature ``[B, 0]``."""
    import torch
    from torch import nn

    class Nothing(nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            return inputs.new_empty(len(inputs), 0)

    return nn.ModuleDict({"body": Nothing(), "pool": nn.Identity()})


def stages(parts: nn.ModuleDict, frozen: int) -> tuple[nn.Sequential, nn.Sequential]:
    """The body in two: its first ``frozen`` stages, which a training leaves alone, and the rest.

    Parameters
    ----------
    parts : nn.ModuleDict
        Made by :func:`build`; the modules are shared, not copied.
    frozen : int
        How many stages stay as they are. The stem belongs to the first stage; 0 trains everything.
    """
    from torch import nn

    chain = _chain(cast("nn.Sequential", parts["body"]))
    return nn.Sequential(*chain[:frozen]), nn.Sequential(*chain[frozen:])


def _chain(body: nn.Sequential) -> list[nn.Module]:
    """A body's stages. Where they are one part among loose layers (EfficientNet), those join the outer stages."""
    from torch import nn

    links = list(body)
    groups = [number for number, link in enumerate(links) if isinstance(link, nn.Sequential)]
    if len(groups) == len(links):
        return links
    (place,) = groups
    first, *others = cast("nn.Sequential", links[place])
    *others, last = others
    return [nn.Sequential(*links[:place], first), *others, nn.Sequential(last, *links[place + 1 :])]


def run(part: nn.Module, inputs: NDArray[np.float32]) -> Tensor:
    """Run a body, or its first stages, on normalised inputs ``[N, 3, h, w]`` without gradients."""
    import torch

    with torch.no_grad():
        return part(torch.from_numpy(inputs).contiguous(memory_format=torch.channels_last))


def pooled_features(
    parts: nn.ModuleDict, crops: Grey, preparation: Preparation, chunk: int = 32
) -> NDArray[np.float32]:
    """Pooled features ``[N, F]`` of crops ``[N, h, w]``, without gradients."""
    import torch

    with torch.no_grad():
        return np.concatenate(
            [
                parts["pool"](run(parts["body"], normalise(crops[k : k + chunk], preparation))).numpy()
                for k in range(0, len(crops), chunk)
            ]
        )


def _pretrained(entry: Network, whole: nn.Module) -> dict[str, Tensor]:
    try:
        return entry.pretrained(whole)
    except BadInput:
        raise
    except (OSError, RuntimeError) as error:
        raise BadInput(
            "weights_unreadable", f"The pretrained weights of {entry.title} cannot be read: get them again."
        ) from error
