"""The model card: everything that must travel with a model's weights, written by the training and checked on load."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sera_core.contracts import BadInput, Domain, Role
from sera_core.files import read_whole, whole_file
from sera_core.images.prepare import Preparation

CARD_FILE = "card.json"
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Kind = Literal["cnn", "svm", "onnx", "signs", "joined"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class Source:
    """One training source, and what its labels are."""

    name: str
    images: Count
    patients: Count
    malignant: Count
    benign: Count
    labels: str

    def __post_init__(self) -> None:
        if self.malignant + self.benign != self.images or self.patients > self.images:
            raise ValueError("malignant and benign images must add up to all, and no patient is without one")


@dataclass(frozen=True)
class Calibration:
    """Platt scaling at a balanced prior: probability = sigmoid(slope * score + intercept).

    Platt J. Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers, 1999.
    """

    slope: Annotated[float, Field(gt=0, le=1e6)]
    intercept: Annotated[float, Field(ge=-1e6, le=1e6)]
    fitted_on: str


@dataclass(frozen=True)
class Cutoff:
    """The frozen operating point on the calibrated probability, with its 95 % bounds."""

    value: Share
    low: Share
    high: Share
    method: str
    fitted_on: str

    def __post_init__(self) -> None:
        _check_order("value", self.value, self.low, self.high)


@dataclass(frozen=True)
class CentreResult:
    """How the model did at one centre. ``role`` is internal for out-of-fold predictions; ``domain`` is the centre's."""

    centre: str
    role: Role
    domain: Domain
    auc: Share
    low: Share
    high: Share
    malignant: Count
    benign: Count
    note: str

    def __post_init__(self) -> None:
        _check_order("auc", self.auc, self.low, self.high)


def _check_order(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must lie between low and high")


@dataclass(frozen=True)
class Card:
    """A model's card (``card.json``); every number is finite and within bounds, checked when read and when written.

    Attributes
    ----------
    id, title : str
        ``id`` is the name of the model's folder.
    network : str
        Key of the network registry.
    kind : {"cnn", "svm", "onnx", "signs", "joined"}
        What reads the body's features: the network's own last layer, or a support vector machine; or a file made
        elsewhere that does all of it. ``signs``: no network, but a regression on what is measured on the outline;
        ``joined``: a last layer and such a regression, whose log-odds add up.
    domain : {"real", "simulated"}
        Kind of frames it was trained on.
    default : bool
        Whether it answers for its domain when no model is chosen.
    trained_on : str
        One sentence for every place where its answer is shown.
    positive : str
        What a label of 1 says of a nodule, as a predicate ("read as suspicious", "malignant").
    preparation : Preparation
    training : tuple of Source
    recipe : dict
        Settings of the training run.
    calibration, cutoff
    results : tuple of CentreResult
    familiarity_limit : float
        Largest feature distance (0 ... 2, the features being of unit length) at which the model still answers.
    limits : tuple of str
    licence : str
    files : dict
        File name to sha256.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", protected_namespaces=(), allow_inf_nan=False)

    id: str
    title: str
    network: str
    kind: Kind
    domain: Domain
    default: bool
    trained_on: str
    positive: str
    preparation: Preparation
    training: tuple[Source, ...]
    recipe: dict[str, str | int | float | bool | None]
    calibration: Calibration
    cutoff: Cutoff
    results: tuple[CentreResult, ...]
    familiarity_limit: Annotated[float, Field(ge=0, le=2)]
    limits: tuple[str, ...]
    licence: str
    files: dict[str, Sha256] = field(default_factory=dict)

    @property
    def reads_signs(self) -> bool:
        """Whether it needs the nodule's outline, and what is measured on it."""
        return self.kind in ("signs", "joined")

    def as_dict(self) -> dict:
        """Plain dictionary, ready for JSON."""
        return asdict(self)


_ADAPTER = TypeAdapter(Card)


def read_card(folder: Path) -> Card:
    """Read and validate ``card.json`` of a model folder.

    Raises
    ------
    BadInput
        When it is missing or does not fit the schema; the message names the field.
    """
    file = folder / CARD_FILE
    if not file.is_file():
        raise BadInput("no_card", f"The model folder {folder.name} has no {CARD_FILE}: train the model again.")
    return _checked(read_whole(file), folder.name)


def write_card(folder: Path, card: Card) -> None:
    """Write ``card.json`` in one piece.

    Raises
    ------
    BadInput
        When a number of the card is out of bounds: a card that is written can be read.
    """
    data = _ADAPTER.dump_json(card, indent=2) + b"\n"
    _checked(data, folder.name)
    with whole_file(folder / CARD_FILE) as part:
        part.write_bytes(data)


def _checked(data: bytes, model: str) -> Card:
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        said = first["msg"].removeprefix("Value error, ")
        raise BadInput("bad_card", f"{model}/{CARD_FILE} is not valid at {where}: {said}.") from error
