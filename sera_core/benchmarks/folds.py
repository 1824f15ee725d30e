"""The networks of a training's folds, which a study keeps in its work folder: each has not seen one part of the frames.

They are not shipped. That they belong to an installed model is proved by what was trained on all folds beside them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sera_core.benchmarks.pointing import networks
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import BadInput
from sera_core.nets.split import build
from sera_core.train import checkpoint

if TYPE_CHECKING:
    from torch import Tensor


def networks_of_folds(folder: Path) -> dict[str, Classifier]:
    """The installed model with the weights of each fold, by the fold that these weights have not seen.

    Parameters
    ----------
    folder : Path
        One of ``stages/`` in a study's work folder, with ``fold0``, ``fold1`` ... and ``all``.

    Raises
    ------
    BadInput
        When no installed model is the one that was trained on all folds there.
    """
    whole = _average(folder / "all")
    for model in networks():
        if _same(whole, model.parts.state_dict()):
            return {part.name.removeprefix("fold"): _with(model, _average(part)) for part in _parts(folder)}
    raise BadInput(
        "not_its_folds",
        f"{folder} holds no finished training of an installed model: name a folder of runs/study/stages with the "
        "networks of its folds (the study of a model keeps them there).",
    )


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("fold*") if path.is_dir())


def _average(folder: Path) -> dict[str, Tensor]:
    kept = checkpoint.read(folder, None)
    return checkpoint.under("average", kept[0]) if kept else {}


def _same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    """Whether both are the same weights, as they are shipped: in half precision."""
    import torch

    floats = [name for name, tensor in other.items() if tensor.is_floating_point()]
    return one.keys() == other.keys() and all(torch.equal(one[name].half(), other[name].half()) for name in floats)


def _with(model: Classifier, weights: dict[str, Tensor]) -> Classifier:
    import torch

    parts = build(model.card.network, pretrained=False)
    parts.load_state_dict(weights)
    parts.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub knows tensors only
    return replace(model, parts=parts.eval().requires_grad_(False))
