"""The ROC curve, and the area under it with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from sera_core.evaluate.placements import ROUNDING, Placements, checked, placements
from sera_core.evaluate.spread import TAIL, student

UNKNOWN_SPREAD = "whole range: how far the area may be off cannot be known from so few, or equal, cases"


Curve = tuple[NDArray, NDArray, NDArray]  # false-positive share, sensitivity, threshold


@dataclass(frozen=True)
class Auc:
    """An AUC with its interval.

    Attributes
    ----------
    value, low, high : float
        0 ... 1; the interval is DeLong's, or Obuchowski's, on the logit scale.
    variance : float
        Of ``value``; NaN where a class has one case (or patient) only.
    positives, negatives : int
    method : str
        Which interval was used, in words.
    """

    value: float
    low: float
    high: float
    variance: float
    positives: int
    negatives: int
    method: str


def auc(labels: ArrayLike, scores: ArrayLike, patients: ArrayLike | None = None) -> Auc:
    """AUC of scores against labels, ties counting one half.

    The interval is DeLong's, formed on the logit scale so that it stays inside 0 ... 1. DeLong's variance is 0
    where the AUC is 0 or 1, and cannot be computed from a single case of one class. There a wider interval is
    given: for an AUC of 1 (or 0), Clopper and Pearson's bound for ``min(positives, negatives)`` pairs without a
    common case that all agreed; otherwise the whole range 0 ... 1.

    Parameters
    ----------
    labels : int [N]
        0 or 1; both must occur.
    scores : float [N]
        Higher means more likely 1.
    patients : int [N], optional
        Patient of each case, where one may have several: the variance is then Obuchowski's.

    Raises
    ------
    BadInput
        When one class is missing.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> scores = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> found = auc(labels, scores)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.778, 0.033, 0.997)
    """
    return area(placements(labels, scores, patients))


def area(parts: Placements) -> Auc:
    """AUC with its interval (see :func:`auc`) from placements that are known already."""
    m, n = len(parts.positive), len(parts.negative)
    variance = parts.variance
    if variance > ROUNDING:  # never with a variance of NaN, nor for an area of 0 or 1
        half = student(parts.spread.freedom) * np.sqrt(variance) / (parts.value * (1 - parts.value))
        low, high = expit(logit(parts.value) - half), expit(logit(parts.value) + half)
        method = "DeLong, logit" if parts.patients is None else "Obuchowski, logit"
        if np.isfinite(parts.spread.freedom):
            method += f", Student's t with {parts.spread.freedom:.1f} degrees of freedom"
    elif parts.value in (0, 1):
        bound = TAIL ** (1 / min(parts.independent))
        low, high = (bound, 1.0) if parts.value == 1 else (0.0, 1 - bound)
        method = "Clopper-Pearson, independent pairs"
    else:
        low, high, method = 0.0, 1.0, UNKNOWN_SPREAD
    return Auc(parts.value, float(low), float(high), variance, m, n, method)


def curve(labels: ArrayLike, scores: ArrayLike) -> Curve:
    """ROC curve: false-positive share, true-positive share, and threshold (score >= threshold is positive).

    Examples
    --------
    >>> false, true, threshold = curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    truth, value = checked(labels, scores)
    order = np.argsort(-value, kind="stable")
    truth, value = truth[order], value[order]
    last = np.append(np.flatnonzero(np.diff(value)), len(value) - 1)  # last case of each tie
    hits, alarms = np.cumsum(truth)[last], np.cumsum(1 - truth)[last]
    sensitivity = np.concatenate([[0.0], hits / hits[-1]])
    false_positive = np.concatenate([[0.0], alarms / alarms[-1]])
    return false_positive, sensitivity, np.concatenate([[np.inf], value[last]])
