"""A stranger's classifier as a model folder: calibrated, with a cut-off and a familiarity, on frames that are given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers import store
from sera_core.classifiers.calibrate import apply, fit_platt
from sera_core.classifiers.card import Card, CentreResult, Cutoff
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION, fit_familiarity, see
from sera_core.classifiers.foreign import Output, foreign_parts, input_side
from sera_core.contracts import BadInput, Domain, Grey
from sera_core.evaluate.cutoff import cutoff_interval, youden
from sera_core.evaluate.roc import auc
from sera_core.evaluate.spread import clusters
from sera_core.files import read_whole
from sera_core.images.prepare import Preparation, normalise
from sera_core.nets.split import run
from sera_core.study.ship import MARGIN
from sera_core.train.frames import Frame, decode, prepared, viewed
from sera_core.train.manifest import read_manifest

if TYPE_CHECKING:
    from torch import nn

LIMITS = (
    "Made elsewhere: what it was trained on is its maker's word.",
    "Calibration, cut-off and results come from the same frames, which flatters the cut-off.",
)
FEWEST = 20  # frames of each class; with fewer neither calibration nor familiarity can be measured


@dataclass(frozen=True)
class Stranger:
    """What must be said of a stranger's classifier.

    Attributes
    ----------
    file : Path
        ONNX; see :func:`~sera_core.classifiers.foreign.foreign_parts`.
    frames : Path
        Manifest of labelled frames that it was not trained on, of the kind that it is to be asked about.
    px : int
        Side of its input; 0: as the file says.
    mean, std : float
        Normalisation of a grey level 0 ... 1.
    padding : float
        Side of the crop over the region's longest side.
    output : {"logits", "probabilities"}
    labels, positive, trained_on, title, licence : str
        What the frames' labels are, what a label of 1 says of a nodule, what its maker says it was trained on.
    domain : {"real", "simulated"}
    """

    file: Path
    frames: Path
    px: int
    mean: float
    std: float
    padding: float
    output: Output
    labels: str
    positive: str
    trained_on: str
    title: str
    licence: str
    domain: Domain


def adopt(stranger: Stranger, folder: Path) -> Card:
    """Write the model folder; returns its card.

    Raises
    ------
    BadInput
        When the file is no such classifier, its input has no known side, the frames are too few, or the folder holds
        something already.
    """
    store.refuse_taken(folder)
    data = read_whole(stranger.file)
    parts = foreign_parts(data, stranger.output)
    side = input_side(data) or stranger.px
    if not side:
        raise BadInput("no_side", "The ONNX model takes any size: say which it was trained at (--px).")
    frames, problems = decode(read_manifest(stranger.frames))
    labels = np.array([frame.case.label for frame in frames])
    if min((labels == 0).sum(), (labels == 1).sum()) < FEWEST:
        lost = f" ({len(problems)} could not be read)" if problems else ""
        raise BadInput(
            "few_frames", f"At least {FEWEST} frames of each label are needed{lost}: give a larger manifest."
        )
    patients = np.array([frame.case.patient_id for frame in frames])
    index = fit_familiarity(see(prepared(frames, PREPARATION)), patients)
    preparation = Preparation(side, "square", stranger.padding, stranger.mean, stranger.std)
    scores = _scores(parts, viewed(frames, preparation), preparation)
    words = f"{len(frames)} frames that it was not trained on ({stranger.labels})"
    calibration = fit_platt(scores, labels, words)
    probability = apply(calibration, scores)
    card = Card(
        id=folder.name,
        title=stranger.title or folder.name,
        network="onnx",
        kind="onnx",
        domain=stranger.domain,
        default=False,
        trained_on=stranger.trained_on,
        positive=stranger.positive,
        preparation=preparation,
        training=(),
        recipe={"output": stranger.output},
        calibration=calibration,
        cutoff=_cutoff(labels, probability, patients, words),
        results=_results(stranger, frames, labels, probability),
        familiarity_limit=MARGIN * float(np.percentile(index.leave_one_out, 99)),
        limits=LIMITS,
        licence=stranger.licence,
    )
    return store.save(Classifier(card, parts, None, index), folder.parent, data)


def _scores(parts: nn.ModuleDict, views: Grey, preparation: Preparation) -> NDArray[np.float64]:
    """Log-odds ``[N]``, the mean over the views ``[N, V, h, w]`` of each frame."""
    each = [run(parts["body"], normalise(one, preparation)).numpy().mean(dtype=np.float64) for one in views]
    return np.array(each)


def _cutoff(labels: NDArray, probability: NDArray[np.float64], patients: NDArray, words: str) -> Cutoff:
    value = youden(labels, probability)
    low, high = cutoff_interval(labels, probability, patients)
    return Cutoff(value, min(low, value), max(high, value), "Youden, patient bootstrap", words)


def _results(
    stranger: Stranger, frames: list[Frame], labels: np.ndarray, probability: np.ndarray
) -> tuple[CentreResult, ...]:
    found = []
    centres = np.array([frame.case.centre for frame in frames])
    patients = np.array([frame.case.patient_id for frame in frames])
    for centre in dict.fromkeys(centres):
        here = centres == centre
        if len(set(labels[here])) == 2:
            area = auc(labels[here], probability[here], patients=clusters(patients[here]))
            counts = (area.value, area.low, area.high, area.positives, area.negatives)
            found.append(CentreResult(str(centre), "external", stranger.domain, *counts, stranger.labels))
    return tuple(found)
