"""What is installed in ``models/``: read, verified by hash, loaded once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sera_core.classifiers.card import CARD_FILE, Card, read_card, write_card
from sera_core.classifiers.classical import load_svm, save_svm
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import FEATURES, FamiliarityIndex
from sera_core.classifiers.foreign import Output, foreign_parts
from sera_core.classifiers.measurements import from_bytes, to_bytes
from sera_core.contracts import BadInput
from sera_core.files import MODELS, read_whole, whole_file

if TYPE_CHECKING:
    from torch import Tensor, nn

FILES = WEIGHTS, INDEX, SVM, ONNX, SIGNS = (
    "weights.safetensors", "familiarity.safetensors", "svm.skops", "network.onnx", "signs.json",
)  # fmt: skip
PLAIN_NAME = re.compile(r"[\w-][\w.-]*")  # names a file or folder in its own place, never a way out of it

_loading = Lock()
Signature = tuple[tuple[str, int, int, int, int], ...]


@dataclass(frozen=True)
class CardStatus:
    """One model folder: its card if it could be read, and what is wrong with it otherwise."""

    id: str
    card: Card | None
    problem: str

    @property
    def valid(self) -> bool:
        """True when card and files are in order."""
        return self.card is not None and not self.problem


def installed(folder: Path = MODELS) -> list[CardStatus]:
    """Every model folder, default models first, each with its state.

    Weights are not loaded; they are hashed again only when a file of the folder has changed.
    """
    places = (file.parent for file in sorted(folder.glob(f"*/{CARD_FILE}")))
    found = [_status(place, _signature(place)) for place in places]
    return sorted(found, key=lambda status: (not (status.card and status.card.default), status.id))


def load(model_id: str, folder: Path = MODELS) -> Classifier:
    """Load a model after checking the hash of each of its files; once, until one of them changes.

    Raises
    ------
    BadInput
        When there is no such model, its card is not valid, or a file was changed or cannot be used.
    """
    place = folder / model_id
    if not PLAIN_NAME.fullmatch(model_id) or not (place / CARD_FILE).is_file():
        names = ", ".join(status.id for status in installed(folder) if status.valid) or "none is installed"
        raise BadInput("unknown_model", f"There is no model {model_id!r}: choose one of these: {names}.")
    with _loading:  # two sessions that ask at once wait for one loading
        return _loaded(place, _signature(place))


def _signature(place: Path) -> Signature:
    """What changes when a file of the folder is written anew: which there are, inodes, sizes, times."""
    files = (file for file in (place / CARD_FILE, *(place / name for name in FILES)) if file.exists())
    states = ((file.name, file.stat()) for file in files)
    return tuple((name, at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns) for name, at in states)


@lru_cache(maxsize=64)
def _loaded(place: Path, signature: Signature) -> Classifier:
    card, files = _verified(place)
    try:
        return _assembled(card, files)
    except BadInput:
        raise
    except Exception as error:  # the files are those of the card, but made for another version or by another program
        why = " ".join(str(error).split())
        raise BadInput(
            "model_unusable", f"The files of the model {place.name} do not fit this version ({why}): train it again."
        ) from error


def _assembled(card: Card, files: dict[str, bytes]) -> Classifier:
    from safetensors.torch import load as load_tensors

    parts, svm = _parts(card, files)
    index = FamiliarityIndex(**{key: value.numpy() for key, value in _finite(load_tensors(files[INDEX])).items()})
    if index.train.shape[1] != FEATURES:
        raise ValueError(f"familiarity index: {index.train.shape[1]} features instead of {FEATURES}")
    return Classifier(card, parts, svm, index, from_bytes(files[SIGNS]) if card.reads_signs else None)


def _parts(card: Card, files: dict[str, bytes]) -> tuple[nn.ModuleDict, Any]:
    """Network and, where it takes the last layer's place, support vector machine."""
    from safetensors.torch import load as load_tensors

    from sera_core.nets.split import blank, build

    if card.kind == "onnx":
        return foreign_parts(files[ONNX], cast(Output, card.recipe["output"])), None
    if card.kind == "signs":
        return blank(), None
    parts = build(card.network, pretrained=False)
    width = cast("nn.Linear", parts["last"]).in_features
    if card.kind == "svm":
        del parts["last"]
    parts.load_state_dict(_finite(load_tensors(files[WEIGHTS])))  # names and shapes must be the network's
    parts.eval().requires_grad_(False)
    return parts, load_svm(files[SVM], width) if card.kind == "svm" else None


def _finite(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same in float32, when every number is one; whole numbers stay as they are."""
    for name, value in tensors.items():
        if not np.isfinite(value.numpy()).all():  # torch's own asks its threads hundreds of times
            raise ValueError(f"{name} holds values that are not numbers")
    return {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}


def refuse_taken(out: Path) -> None:
    """Refuse to write a model where there is something already: it would be lost.

    Raises
    ------
    BadInput
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise BadInput("taken", f"{out} holds something already: choose another --out, or delete it first.")


def save(classifier: Classifier, folder: Path = MODELS, onnx: bytes = b"") -> Card:
    """Write weights (float16; of a model made elsewhere its file ``onnx``), familiarity index and card of a model.

    Returns the card with the hashes.

    The card is written last: a killed run leaves a model that is refused, never one that answers wrongly.
    """
    import torch
    from safetensors.torch import save as tensors_to_bytes

    place = folder / classifier.card.id
    if classifier.card.kind == "onnx":
        _write(place / ONNX, onnx)
    elif classifier.card.kind != "signs":
        weights = {key: _half(value) for key, value in classifier.parts.state_dict().items()}
        _write(place / WEIGHTS, tensors_to_bytes(weights))
    index = {k: _half(torch.from_numpy(np.ascontiguousarray(v))) for k, v in asdict(classifier.index).items()}
    _write(place / INDEX, tensors_to_bytes(index))
    if classifier.svm is not None:
        save_svm(classifier.svm, place / SVM)
    if classifier.signs is not None:
        _write(place / SIGNS, to_bytes(classifier.signs))
    files = {name: _sha256((place / name).read_bytes()) for name in _needed(classifier.card)}
    card = replace(classifier.card, files=files)
    write_card(place, card)
    return card


def weights_of(card: Card) -> str:
    """Name of the file that holds what the model learnt."""
    return {"onnx": ONNX, "signs": SIGNS}.get(card.kind, WEIGHTS)


def _needed(card: Card) -> tuple[str, ...]:
    return (weights_of(card), INDEX, *{"svm": (SVM,), "joined": (SIGNS,)}.get(card.kind, ()))


def _half(value: Tensor) -> Tensor:
    return value.contiguous().half() if value.is_floating_point() else value


@lru_cache(maxsize=256)
def _status(place: Path, signature: Signature) -> CardStatus:
    try:
        return CardStatus(place.name, _verified(place)[0], "")
    except BadInput as problem:
        return CardStatus(place.name, None, problem.message)


def _verified(place: Path) -> tuple[Card, dict[str, bytes]]:
    """Card and files of a model folder, when they belong together."""
    card = read_card(place)
    if card.id != place.name:
        raise BadInput("bad_card", f"The model folder {place.name} holds the card of {card.id}: give it that name.")
    if set(card.files) != set(_needed(card)):
        needed = ", ".join(_needed(card))
        raise BadInput("bad_card", f"{place.name}/{CARD_FILE} does not list exactly these files: {needed}.")
    return card, {name: _checked_bytes(place / name, digest) for name, digest in card.files.items()}


def _checked_bytes(file: Path, digest: str) -> bytes:
    if not file.is_file():
        raise BadInput("model_file_missing", f"The model {file.parent.name} lacks {file.name}: copy the folder again.")
    data = read_whole(file)
    if _sha256(data) != digest:
        raise BadInput(
            "model_file_changed",
            f"{file.parent.name}/{file.name} is not the file its card describes: copy the folder again.",
        )
    return data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write(file: Path, data: bytes) -> None:
    with whole_file(file) as part:
        part.write_bytes(data)
