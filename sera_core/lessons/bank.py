"""A few hundred simulated nodules with what several layers of several networks say of each, for the lessons.

``python -m sera_core.lessons.bank`` draws the nodules, asks the networks and writes
``models/lessons/bank.safetensors``. The patients are of no training or test set; the networks have ImageNet weights
and saw no nodule.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Grey
from sera_core.files import MODELS, whole_file
from sera_core.images.prepare import Preparation, normalise
from sera_core.simulate.case import Pathology
from sera_core.simulate.centres import centre_named
from sera_core.simulate.cohort import Cohort
from sera_core.simulate.render import crop

if TYPE_CHECKING:
    from torch import nn

FILE = MODELS / "lessons" / "bank.safetensors"
EACH, SEED = 120, 2019  # cases of each class
CROP_PX, NETWORK_PX = 80, 160
PADDING = 1.1  # side of the square over the nodule's longest side, as for the installed models
STAGES = (3, 5)  # of EfficientNet-Lite0, besides the last layer of each network
NETWORKS = ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2")


@dataclass(frozen=True, eq=False)
class Bank:
    """Simulated nodules and their features.

    Attributes
    ----------
    crops : float32 [N, 80, 80]
        The square around each nodule, 0 ... 1.
    labels : int64 [N]
        1: malignant.
    layers : dict of float32 [N, F]
        Pooled activations by layer ("Lite0 stage 3" ... "Lite2 last").
    """

    crops: Grey
    labels: NDArray[np.int64]
    layers: dict[str, NDArray[np.float32]]


def preparation(input_px: int = CROP_PX) -> Preparation:
    """How a nodule becomes a square of the bank."""
    return Preparation(input_px, "square", PADDING, mean=0.5, std=0.5)


def cohort() -> Cohort:
    """The patients of the bank."""
    return Cohort(centre_named("internal"), "lessons", malignant=EACH, benign=EACH, seed=SEED)


@lru_cache(maxsize=1)
def load_bank() -> Bank:
    """The bank that comes with the project; shared by all sessions, never change it.

    Raises
    ------
    BadInput
        When the file is missing.
    """
    from safetensors.numpy import load_file

    if not FILE.is_file():
        raise BadInput("no_bank", "The lessons' nodules are missing: run 'python -m sera_core.lessons.bank'.")
    tensors = load_file(FILE)
    crops = tensors.pop("crops").astype(np.float32) / np.float32(255)
    labels = tensors.pop("labels").astype(np.int64)
    return Bank(crops, labels, {name: tensors[name].astype(np.float32) for name in sorted(tensors)})


def stage_features(name: str, crops: Grey) -> dict[str, NDArray[np.float32]]:
    """Mean activation of every channel behind some stages and behind the last layer of a network, without gradients.

    Parameters
    ----------
    name : str
        Key of the network registry.
    crops : float32 [N, h, w]
    """
    import torch

    from sera_core.nets.split import build

    body = cast("nn.Sequential", build(name, pretrained=True).eval().requires_grad_(False)["body"])
    short = f"Lite{name[-1]}"
    found: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(crops), 16):
        x = torch.from_numpy(normalise(crops[start : start + 16], preparation()))
        x = body[1](body[0](x))
        for number, stage in enumerate(cast("nn.Sequential", body[2]), 1):
            x = stage(x)
            if number in STAGES and name == NETWORKS[0]:
                found.setdefault(f"{short} stage {number}", []).append(x.mean(dim=(2, 3)).numpy())
        x = body[4](body[3](x))
        found.setdefault(f"{short} last", []).append(x.mean(dim=(2, 3)).numpy())
    return {layer: np.concatenate(parts) for layer, parts in found.items()}


def write_bank() -> None:
    """Draw the nodules, ask the networks, write the file."""
    from safetensors.numpy import save_file

    cases = list(cohort())
    small = np.stack([crop(case, CROP_PX, PADDING) for case in cases])
    large = np.stack([crop(case, NETWORK_PX, PADDING) for case in cases])
    print(f"{len(cases)} nodules drawn", file=sys.stderr)
    tensors: dict[str, NDArray] = {"crops": (small * 255).round().astype(np.uint8)}
    tensors["labels"] = np.array([case.pathology is Pathology.MALIGNANT for case in cases], np.uint8)
    for name in NETWORKS:
        tensors |= {layer: value.astype(np.float16) for layer, value in stage_features(name, large).items()}
        print(f"{name} asked", file=sys.stderr)
    about = {"cases": f"simulated, centre internal, seed {SEED}", "network_px": str(NETWORK_PX)}
    with whole_file(FILE) as part:
        save_file(tensors, part, metadata=about)


if __name__ == "__main__":
    write_bank()
