"""Calibrated probabilities, and carrying scores to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sera_core.classifiers.card import Calibration
from sera_core.contracts import BadInput

Scores = NDArray[np.floating]
FLAT = 1e-3  # slope of a model that is no better than chance: about 0.5 for every case, in the model's own order


def apply(calibration: Calibration, scores: Scores) -> NDArray[np.float64]:
    """Probabilities 0 ... 1 of scores (log-odds before calibration), at a balanced prior."""
    return expit(calibration.slope * np.asarray(scores, np.float64) + calibration.intercept)


def fit_platt(scores: Scores, labels: NDArray[np.integer], fitted_on: str, keep_anyway: bool = False) -> Calibration:
    """Platt scaling with both classes given the same total weight, so that the prior is 0.5.

    Parameters
    ----------
    scores : float [N]
        Out-of-fold scores, log-odds before calibration.
    labels : int [N]
        0 or 1.
    fitted_on : str
        Which predictions these are, for the card.
    keep_anyway : bool
        Scores that do not rise with the label get the slope :data:`FLAT`, so that a negative result can be kept.

    Raises
    ------
    BadInput
        When one class is missing, or the scores do not rise with the label: the calibration of such a model would
        turn its answers round.
    """
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(labels)) < 2:
        raise BadInput("one_class", "Calibration needs benign and malignant cases: one class is missing.")
    model = LogisticRegression(C=np.inf, class_weight="balanced").fit(np.asarray(scores)[:, None], labels)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0 and keep_anyway:
        return Calibration(FLAT, -FLAT * float(np.median(scores)), fitted_on)
    if slope <= 0:
        said = f"The {fitted_on} are no better than chance: change the recipe or the data"
        raise BadInput("learnt_nothing", f"{said}, or keep the negative result (train --keep-anyway).")
    return Calibration(slope, intercept, fitted_on)
