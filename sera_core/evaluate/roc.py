"""Area under the ROC curve with DeLong's interval and paired comparison.

DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845, computed from midranks as in
Sun X, Xu W. IEEE Signal Processing Letters 2014;21:1389-1393.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from sera_core.contracts import BadInput

ROUNDING = 1e-24  # a variance below this is rounding of a constant


@dataclass(frozen=True)
class Auc:
    """An AUC with its interval.

    Attributes
    ----------
    value, low, high : float
        0 ... 1; the interval is DeLong's on the logit scale.
    variance : float
        DeLong's variance of ``value``; NaN where a class has one case only.
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


@dataclass(frozen=True)
class AucDifference:
    """Two models on the same cases: difference of their AUCs, its interval and two-sided p; NaN where there is none."""

    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class _Components:
    value: float
    positive: NDArray[np.float64]  # [m] share of negatives each positive beats
    negative: NDArray[np.float64]  # [n] share of positives each negative loses to


def auc(labels: ArrayLike, scores: ArrayLike, level: float = 0.95) -> Auc:
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
    level : float
        Confidence level.

    Raises
    ------
    BadInput
        When one class is missing.
    """
    parts = _components(labels, scores)
    m, n = len(parts.positive), len(parts.negative)
    variance = _mean_variance(parts.positive) + _mean_variance(parts.negative)
    alpha = 1 - level
    if variance > ROUNDING and 0 < parts.value < 1:  # never with a variance of NaN
        half = norm.ppf(1 - alpha / 2) * np.sqrt(variance) / (parts.value * (1 - parts.value))
        low, high = expit(logit(parts.value) - half), expit(logit(parts.value) + half)
        method = "DeLong, logit"
    else:
        bound = (alpha / 2) ** (1 / min(m, n))
        low, high = (bound, 1.0) if parts.value == 1 else (0.0, 1 - bound) if parts.value == 0 else (0.0, 1.0)
        method = "Clopper-Pearson, independent pairs"
    return Auc(parts.value, float(low), float(high), variance, m, n, method)


def compare(labels: ArrayLike, first: ArrayLike, second: ArrayLike, level: float = 0.95) -> AucDifference:
    """Paired DeLong test: AUC of ``first`` minus AUC of ``second`` on the same cases.

    Two models that order the cases alike differ by exactly 0 (p = 1). Where the difference varies from no case to
    the next, or a class has one case only, its variance is not known: interval and p are NaN.
    """
    a, b = _components(labels, first), _components(labels, second)
    difference = a.value - b.value
    variance = _mean_variance(a.positive - b.positive) + _mean_variance(a.negative - b.negative)
    if not (a.positive - b.positive).any() and not (a.negative - b.negative).any():
        return AucDifference(0.0, 0.0, 0.0, 1.0)
    if not variance > ROUNDING:
        return AucDifference(difference, np.nan, np.nan, np.nan)
    z = norm.ppf(0.5 + level / 2)
    spread = float(np.sqrt(variance))
    p = float(2 * norm.sf(abs(difference) / spread))
    return AucDifference(difference, difference - z * spread, difference + z * spread, p)


def curve(labels: ArrayLike, scores: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """ROC curve: false-positive share, true-positive share, and threshold (score >= threshold is positive)."""
    truth, value = checked(labels, scores)
    order = np.argsort(-value, kind="stable")
    truth, value = truth[order], value[order]
    last = np.append(np.flatnonzero(np.diff(value)), len(value) - 1)  # last case of each tie
    hits, alarms = np.cumsum(truth)[last], np.cumsum(1 - truth)[last]
    sensitivity = np.concatenate([[0.0], hits / hits[-1]])
    false_positive = np.concatenate([[0.0], alarms / alarms[-1]])
    return false_positive, sensitivity, np.concatenate([[np.inf], value[last]])


def checked(labels: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and scores as arrays, refused unless they are as many, 0 or 1, finite, and of both classes."""
    truth, value = np.asarray(labels), np.asarray(scores, np.float64)
    if len(truth) != len(value):
        raise BadInput("lengths", f"There are {len(truth)} labels but {len(value)} scores: give one score a case.")
    if not np.isin(truth, (0, 1)).all() or not np.isfinite(value).all():
        raise BadInput("values", "Labels must be 0 or 1 and scores finite numbers: mend the rows that are not.")
    if not (truth == 0).any() or not (truth == 1).any():
        raise BadInput("one_class", "An ROC curve needs benign and malignant cases: one class is missing here.")
    return truth.astype(np.int64), value


def _components(labels: ArrayLike, scores: ArrayLike) -> _Components:
    truth, value = checked(labels, scores)
    positive, negative = value[truth == 1], value[truth == 0]
    m, n = len(positive), len(negative)
    overall = rankdata(np.concatenate([positive, negative]))
    v10 = (overall[:m] - rankdata(positive)) / n
    v01 = 1 - (overall[m:] - rankdata(negative)) / m
    return _Components(float(v10.mean()), v10, v01)


def _mean_variance(values: NDArray[np.float64]) -> float:
    return float(values.var(ddof=1) / len(values)) if len(values) > 1 else np.nan
