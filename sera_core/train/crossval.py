"""Out-of-fold predictions: every case is answered by a model that never saw its patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput
from sera_core.images.prepare import Preparation
from sera_core.train.frames import Frame
from sera_core.train.frozen import Cached
from sera_core.train.loop import Fitted
from sera_core.train.recipes import Recipe


@dataclass(frozen=True)
class Plan:
    """What is trained: network, preparation, recipe, and the centres whose frames are used.

    ``layer`` is the feature layer that a support vector machine or forest reads; empty: the last one.
    """

    network: str
    preparation: Preparation
    recipe: Recipe
    sources: tuple[str, ...]
    layer: str = ""


FOLDS = 5
Trainer = Callable[[str | None], Fitted]  # what is fitted to all frames but those of a fold; None: to all
Left = Callable[[str, list[Frame]], NDArray[np.float64]]  # a fold and its frames to their scores


def in_folds(frames: list[Frame], folds: int = FOLDS) -> list[Frame]:
    """The same frames, with a fold for those whose split is only ``train``: stratified, patients together.

    Raises
    ------
    BadInput
        When there are fewer such patients of a class than folds.
    """
    loose = [k for k, frame in enumerate(frames) if not frame.case.split.isdigit()]
    if not loose:
        return frames
    from sklearn.model_selection import StratifiedGroupKFold

    labels = [frames[k].case.label for k in loose]
    patients = [frames[k].case.patient_id for k in loose]
    for label in (0, 1):
        count = len({patient for patient, own in zip(patients, labels, strict=True) if own == label})
        if count < folds:
            raise BadInput(
                "few_patients",
                f"{folds} folds need at least {folds} benign and {folds} malignant patients, but of one class there "
                f"{'is' if count == 1 else 'are'} only {count}: add patients, or number the folds in the column split.",
            )
    folded = list(frames)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    for fold, (_, rows) in enumerate(splitter.split(loose, labels, patients)):
        for row in rows:
            frame = frames[loose[row]]
            folded[loose[row]] = replace(frame, case=replace(frame.case, split=str(fold)))
    return folded


def out_of_fold(frames: list[Frame], answer: Left, cached: Cached) -> NDArray[np.float64]:
    """Scores (log-odds) of all frames ``[N]``, each from the model that left its fold out.

    Parameters
    ----------
    frames : list of Frame
        Frames of a plan's own centres, with their fold in ``case.split``.
    answer : callable
        A fold and its frames to their scores, by what was fitted without them.
    cached : callable
        ``cached(name, compute)`` returns the stored result of a stage, or computes and stores it.
    """
    folds = sorted({frame.case.split for frame in frames})
    for fold in folds:
        if len({frame.case.label for frame in frames if frame.case.split != fold}) < 2:
            raise BadInput(
                "few_folds",
                f"Beside fold {fold} there is nothing to train on, or one class only: spread benign and malignant "
                "patients over at least two folds.",
            )
    scores = np.full(len(frames), np.nan)
    for fold in folds:
        rows = [k for k, frame in enumerate(frames) if frame.case.split == fold]

        scores[rows] = cached(f"fold{fold}", partial(answer, fold, [frames[k] for k in rows]))
    return scores
