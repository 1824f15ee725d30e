"""A model as one ONNX file, for programs in other languages: what the app answers, without Python.

ONNX: Open Neural Network Exchange, https://onnx.ai. Cropping and resizing stay outside, because they need the frame;
the metadata says how they are done.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sera_core import __version__
from sera_core.classifiers.card import Kind
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import NOT_A_DEVICE, BadInput
from sera_core.files import whole_file

if TYPE_CHECKING:
    from torch import Tensor, nn

VIEWS, PROBABILITY = "views", "probability"  # names of the input and the output
MEANING = (
    f"{VIEWS}: float32 [N, V, h, w], grey 0 ... 1, V views of each of N regions, cut and resized as the preparation "
    f"says (one view, the region itself, will do); {PROBABILITY}: float32 [N], calibrated, at a balanced prior"
)
NO_NETWORK: dict[Kind, str] = {
    "svm": "ends in a support vector machine and has no ONNX form",
    "joined": "joins a network to signs that are measured on an outline, and has no ONNX form",
    "signs": "reads signs that are measured on an outline, and has no ONNX form",
    "onnx": "was made elsewhere and is an ONNX file already",
}


def export_onnx(classifier: Classifier, file: Path) -> None:
    """Write a network with its normalisation, last layer and calibration.

    Parameters
    ----------
    classifier : Classifier
    file : Path
        ``.onnx``. Its metadata hold what :data:`MEANING` says, the preparation, the calibration (already applied),
        the frozen cut-off with its bounds, and the whole card, each as JSON.

    Raises
    ------
    BadInput
        For a model that is no network throughout, when the packages for ONNX are not installed, or when the file
        cannot be written.
    """
    if what := NO_NETWORK.get(classifier.card.kind):
        raise BadInput(
            "not_a_network",
            f"The model {classifier.card.id} {what}: choose a network alone (train --mode transfer or finetune).",
        )
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise BadInput("no_onnx", "ONNX needs more packages: run 'pip install \"sera[onnx]\"'.") from error
    import torch

    side = classifier.card.preparation.input_px
    sizes = {0: torch.export.Dim("regions"), 1: torch.export.Dim("views")}
    program: Any = torch.onnx.export(
        whole_network(classifier),
        (torch.zeros(2, 3, side, side),),
        input_names=[VIEWS],
        output_names=[PROBABILITY],
        dynamic_shapes={VIEWS: sizes},
        dynamo=True,
        verbose=False,
    )
    model = program.model_proto
    for key, value in _metadata(classifier).items():
        model.metadata_props.add(key=key, value=value)
    with whole_file(file) as part:
        part.write_bytes(model.SerializeToString())


def whole_network(classifier: Classifier) -> nn.Module:
    """From grey views to calibrated probabilities, as :meth:`Classifier.answers` computes them."""
    import torch
    from torch import nn

    card, parts = classifier.card, classifier.parts
    mean, std = (
        torch.from_numpy(np.broadcast_to(np.asarray(level, np.float32), 3).reshape(1, 3, 1, 1).copy())
        for level in (card.preparation.mean, card.preparation.std)
    )

    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = parts

        def forward(self, views: Tensor) -> Tensor:
            grey = views.reshape(-1, 1, *views.shape[2:])  # [N * V, 1, h, w]
            features = self.parts["pool"](self.parts["body"]((grey - mean) / std))  # [N * V, F]
            logits = self.parts["last"](features.reshape(views.shape[0], views.shape[1], -1).mean(dim=1))  # [N, 2]
            score = logits[:, 1] - logits[:, 0]
            return torch.sigmoid(card.calibration.slope * score + card.calibration.intercept)

    return Whole().eval()


def _metadata(classifier: Classifier) -> dict[str, str]:
    card = classifier.card
    parts = {name: asdict(getattr(card, name)) for name in ("preparation", "calibration", "cutoff")}
    words = {"meaning": MEANING, "positive": card.positive, "use": NOT_A_DEVICE, "program": f"SERA {__version__}"}
    return {f"sera.{name}": json.dumps(value) for name, value in {**words, **parts, "card": card.as_dict()}.items()}
