"""What one model of a study answers: scores of every case, calibrated, with the frozen cut-off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.classifiers.calibrate import apply, fit_platt
from sera_core.classifiers.card import Calibration, CentreResult, Cutoff
from sera_core.contracts import Role
from sera_core.evaluate.cutoff import Criterion, cutoff_interval, sensitive, youden
from sera_core.evaluate.roc import auc
from sera_core.evaluate.spread import clusters
from sera_core.study.design import Asking, Design
from sera_core.train.frames import Frame

Values = NDArray[np.float64]  # [N]
TEST = "test"


@dataclass(frozen=True, eq=False)
class Split:
    """Who is who for a model.

    Attributes
    ----------
    own : list of Frame
        Frames at home, with their fold in ``case.split``.
    inside : list of Frame
        Those of them that are answered by a model which did not see them: for calibration and cut-off.
    held_out : list of Frame
        The test frames of its own centres.
    others : list of Frame
        Frames of all other centres.
    home : str
        The centre where calibration and cut-off are frozen.
    """

    own: list[Frame]
    inside: list[Frame]
    held_out: list[Frame]
    others: list[Frame]
    home: str

    def scores(self, answer: Callable[[list[Frame]], Values], inside: Values | None = None) -> Scores:
        """An answer to every frame that is asked; ``inside`` where those are answered already."""

        def values(frames: list[Frame]) -> Values:
            return answer(frames) if frames else np.empty(0)

        return Scores(values(self.inside) if inside is None else inside, values(self.held_out), values(self.others))


@dataclass(frozen=True, eq=False)
class Scores:
    """One number for each frame of a split that is asked."""

    inside: Values
    held_out: Values
    others: Values

    def map(self, change: Callable[[Values], Values]) -> Scores:
        """The same change of all three parts."""
        return Scores(change(self.inside), change(self.held_out), change(self.others))


@dataclass(frozen=True, eq=False)
class Answers:
    """One model's answers.

    Attributes
    ----------
    id, title, network, kind : str
    split : Split
    calibration, cutoff
    probabilities : Scores
        Calibrated.
    images : int
        Training images.
    seconds : float
        Wall time of the training, features included.
    """

    id: str
    title: str
    network: str
    kind: str
    split: Split
    calibration: Calibration
    cutoff: Cutoff
    probabilities: Scores
    images: int
    seconds: float

    def predictions(self) -> pd.DataFrame:
        """Rows of the predictions table: the test set of its own centres where there is one, and all other centres."""
        split, found = self.split, self.probabilities
        tested = (split.held_out, found.held_out) if split.held_out else (split.inside, found.inside)
        rows = [_rows(self.id, *tested, "internal"), _rows(self.id, split.others, found.others, "external")]
        return pd.concat(rows, ignore_index=True)

    def home_auc(self) -> float:
        """AUC where the calibration was fitted."""
        home, labels = _at_home(self.split)
        return auc(labels[home], self.probabilities.inside[home]).value


def calibrated(
    design: Design,
    names: tuple[str, str, str, str],
    split: Split,
    scores: Scores,
    images: int,
    seconds: float,
) -> Answers:
    """Fit calibration and cut-off to the inside scores of the home centre, and apply them to all scores.

    Parameters
    ----------
    design : Design
    names : id, title, network, kind
    split : Split
    scores : Scores
        Log-odds before calibration.
    images : int
    seconds : float
    """
    home, labels = _at_home(split)
    patients = np.array([frame.case.patient_id for frame in split.inside])
    which = "out-of-fold predictions" if design.validation == "folds" else "predictions of the fold left out"
    words = f"{which} on {split.home} ({design.labels_of(split.home)})"
    calibration = fit_platt(scores.inside[home], labels[home], words, design.keep_anyway)
    probabilities = scores.map(partial(apply, calibration))
    at_home = probabilities.inside[home]
    criterion, said = _criterion(design.sensitivity)
    value = criterion(labels[home], at_home)
    low, high = cutoff_interval(labels[home], at_home, patients[home], criterion)
    cutoff = Cutoff(value, min(low, value), max(high, value), f"{said}, patient bootstrap", words)
    return Answers(*names, split, calibration, cutoff, probabilities, images, seconds)


def results(design: Asking, predictions: pd.DataFrame) -> tuple[CentreResult, ...]:
    """AUC with its interval, by whole patients where they have several images, at each centre with both classes."""
    found = []
    for (role, centre), group in predictions.groupby(["role", "centre"], sort=False):
        if group["label"].nunique() == 2:
            area = auc(group["label"], group["probability"], patients=clusters(group["patient_id"]))
            counts = (area.value, area.low, area.high, area.positives, area.negatives)
            found.append(CentreResult(centre, role, design.domain_of(centre), *counts, design.labels_of(centre)))
    return tuple(found)


def _criterion(sensitivity: float | None) -> tuple[Criterion, str]:
    """How the cut-off is found, and its name for the card."""
    if sensitivity is None:
        return youden, "Youden"
    return partial(sensitive, wanted=sensitivity), f"sensitivity of at least {100 * sensitivity:g} %"


def _at_home(split: Split) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    home = np.array([frame.case.centre == split.home for frame in split.inside])
    return home, np.array([frame.case.label for frame in split.inside])


def _rows(model: str, frames: list[Frame], probability: Values, role: Role) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": [frame.case.case_id for frame in frames],
            "patient_id": [frame.case.patient_id for frame in frames],
            "centre": [frame.case.centre for frame in frames],
            "role": role,
            "label": [frame.case.label for frame in frames],
            "model": model,
            "probability": probability,
        }
    )
