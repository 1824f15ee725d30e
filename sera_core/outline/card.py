"""The outline network on disk: weights, and a card that training writes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from sera_core.contracts import BadInput
from sera_core.files import MODELS, whole_file

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

FOLDER = MODELS / "outline"
WEIGHTS, CARD = "weights.safetensors", "outline.json"
NO_OUTLINE = "no_outline"  # code of the refusal when the network is missing


@dataclass(frozen=True)
class Judge:
    """How the signs of a component become a confidence: a logistic regression on :data:`~.found.SIGNS`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    weights: tuple[float, ...]
    bias: float

    def confidence(self, signs: tuple[float, ...]) -> float:
        """The chance that the outline's box overlaps the nodule's by more than half."""
        return float(1 / (1 + np.exp(-(self.bias + float(np.dot(self.weights, signs))))))


@dataclass(frozen=True)
class Figure:
    """One measured number: of which frames, by which hint, with a 95 % interval over patients."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    frames: str
    hint: str
    metric: str
    estimate: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class OutlineCard:
    """What the shipped network is.

    Attributes
    ----------
    title, trained_on, limits, licence : str
    sha256 : str
        Of the weights.
    judges : mapping from "none", "box" and "click" to Judge
    least : float
        Without a hint, nothing is proposed below this confidence.
    figures : tuple of Figure
        Out-of-fold.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    title: str
    trained_on: str
    limits: str
    licence: str
    sha256: str
    judges: dict[str, Judge]
    least: float
    figures: tuple[Figure, ...]


_CARDS = TypeAdapter(OutlineCard)


def read_card(folder: Path = FOLDER) -> OutlineCard:
    """The card.

    Raises
    ------
    BadInput
        When it is missing or not valid.
    """
    try:
        return _CARDS.validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise _unusable(folder, f"{CARD} is missing or not valid") from error


def write(folder: Path, card: OutlineCard, weights: bytes) -> None:
    """Write weights, then the card that vouches for them."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / WEIGHTS) as partial:
        partial.write_bytes(weights)
    with whole_file(folder / CARD) as partial:
        partial.write_bytes(_CARDS.dump_json(card, indent=1))


@lru_cache(maxsize=1)
def load(folder: Path = FOLDER) -> tuple[UNet, OutlineCard]:
    """Network and card, after a check of the hash; loaded once, and safe to use from several threads.

    Raises
    ------
    BadInput
        When a file is missing, damaged or another one.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load as tensors_of

    from sera_core.outline.unet import UNet, fast

    card = read_card(folder)
    try:
        data = (folder / WEIGHTS).read_bytes()
        if hashlib.sha256(data).hexdigest() != card.sha256:
            raise _unusable(folder, f"{WEIGHTS} is not the file that the card describes")
        net = UNet()
        own = net.state_dict()
        net.load_state_dict({name: tensor.to(own[name].dtype) for name, tensor in tensors_of(data).items()})
    except (OSError, SafetensorError, RuntimeError, KeyError) as error:
        raise _unusable(folder, f"{WEIGHTS} cannot be read") from error
    return fast(net.eval()), card


def _unusable(folder: Path, what: str) -> BadInput:
    return BadInput(
        NO_OUTLINE, f"The outline network in {folder} cannot be used ({what}): copy its files again, or draw a box."
    )
