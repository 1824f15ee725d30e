"""The ROC curve, the area under it with DeLong's interval, a part of the area, and a band around the curve.

DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845, computed from midranks as in
Sun X, Xu W. IEEE Signal Processing Letters 2014;21:1389-1393.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri
from scipy.stats import rankdata

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


@dataclass(frozen=True, eq=False)
class Placements:
    """Where each case stands among those of the other class: DeLong's structural components.

    Attributes
    ----------
    value : float
        The AUC: mean of either part.
    positive : float [m]
        Share of the negatives that each positive beats; ties count half.
    negative : float [n]
        Share of the positives that each negative loses to.
    """

    value: float
    positive: NDArray[np.float64]
    negative: NDArray[np.float64]

    @property
    def variance(self) -> float:
        """DeLong's variance of the AUC; NaN where a class has one case only."""
        return mean_variance(self.positive) + mean_variance(self.negative)


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
    return area(placements(labels, scores), level)


def area(parts: Placements, level: float = 0.95) -> Auc:
    """AUC with its interval (see :func:`auc`) from placements that are known already."""
    m, n = len(parts.positive), len(parts.negative)
    variance, alpha = parts.variance, 1 - level
    if variance > ROUNDING and 0 < parts.value < 1:  # never with a variance of NaN
        half = ndtri(1 - alpha / 2) * np.sqrt(variance) / (parts.value * (1 - parts.value))
        low, high = expit(logit(parts.value) - half), expit(logit(parts.value) + half)
        method = "DeLong, logit"
    else:
        bound = (alpha / 2) ** (1 / min(m, n))
        low, high = (bound, 1.0) if parts.value == 1 else (0.0, 1 - bound) if parts.value == 0 else (0.0, 1.0)
        method = "Clopper-Pearson, independent pairs"
    return Auc(parts.value, float(low), float(high), variance, m, n, method)


def clustered_area(labels: ArrayLike, parts: Placements, patients: ArrayLike, level: float = 0.95) -> Auc:
    """AUC with an interval for patients who have several images, which makes cases depend on each other.

    Obuchowski NA. Biometrics 1997;53:567-578, on the logit scale; DeLong's variance, up to I / (I - 1) for I patients,
    where every patient has one image.

    Parameters
    ----------
    labels : int [N]
    parts : Placements
        Of these cases.
    patients : int [N]
        Patient of each case.
    """
    truth, patient = np.asarray(labels) == 1, np.unique(np.asarray(patients), return_inverse=True)[1]
    m, n, count = len(parts.positive), len(parts.negative), int(patient.max()) + 1
    # a patient's pull on either mean; a patient may have images of both classes
    up = np.bincount(patient[truth], parts.positive - parts.value, count) / m
    down = np.bincount(patient[~truth], parts.negative - parts.value, count) / n
    ill, well = (len(np.unique(patient[where])) for where in (truth, ~truth))
    if ill < 2 or well < 2 or not 0 < parts.value < 1:
        return Auc(parts.value, np.nan, np.nan, np.nan, m, n, "no interval: too few patients, or nothing varies")
    both = 2 * count / (count - 1) * float(up @ down)
    variance = ill / (ill - 1) * float(up @ up) + well / (well - 1) * float(down @ down) + both
    if not variance > ROUNDING:
        return Auc(parts.value, np.nan, np.nan, variance, m, n, "no interval: too few patients, or nothing varies")
    half = ndtri(0.5 + level / 2) * np.sqrt(variance) / (parts.value * (1 - parts.value))
    bounds = expit(logit(parts.value) - half), expit(logit(parts.value) + half)
    return Auc(parts.value, float(bounds[0]), float(bounds[1]), variance, m, n, "Obuchowski, logit")


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


def placements(labels: ArrayLike, scores: ArrayLike) -> Placements:
    """Placements of every case, from midranks; refuses what :func:`checked` refuses."""
    truth, value = checked(labels, scores)
    positive, negative = value[truth == 1], value[truth == 0]
    m, n = len(positive), len(negative)
    overall = rankdata(np.concatenate([positive, negative]))
    v10 = (overall[:m] - rankdata(positive)) / n
    v01 = 1 - (overall[m:] - rankdata(negative)) / m
    return Placements(float(v10.mean()), v10, v01)


def mean_variance(values: NDArray[np.float64]) -> float:
    """Variance of the mean of independent values; NaN for a single one."""
    return float(values.var(ddof=1) / len(values)) if len(values) > 1 else np.nan


def partial_auc(labels: ArrayLike, scores: ArrayLike, low: float, high: float, level: float = 0.95) -> Auc:
    """Area to the right of the curve between two sensitivities, standardised so that chance is 0.5 and perfect is 1.

    Standardised as by McClish DK. Medical Decision Making 1989;9:190-195, for a range of sensitivities: the area of
    the specificity over ``low ... high``. Variance from structural components restricted to the range, with the curve
    taken as smooth: He Y, Escobar M. Statistics in Medicine 2008;27:5291-5308. Over 0 ... 1 it is DeLong's.

    Parameters
    ----------
    low, high : float
        Range of sensitivity, 0 <= low < high <= 1.
    """
    if not 0 <= low < high <= 1:
        raise BadInput("range", f"The range of sensitivity {low} to {high} is empty: choose 0 <= low < high <= 1.")
    truth, value = checked(labels, scores)
    false_positive, sensitivity, _ = curve(truth, value)
    specificity = 1 - false_positive
    cuts = np.unique(np.concatenate([[low, high], sensitivity[(sensitivity > low) & (sensitivity < high)]]))
    raw = _area_between(sensitivity, specificity, cuts)
    least, most = (high - low) - (high**2 - low**2) / 2, high - low
    estimate = 0.5 * (1 + (raw - least) / (most - least)) if most > least else 1.0
    variance = _partial_variance(truth, value, low, high) / (2 * (most - least)) ** 2
    m, n = int(truth.sum()), int((1 - truth).sum())
    if not (variance > ROUNDING and 0 < estimate < 1):
        return Auc(estimate, np.nan, np.nan, variance, m, n, "no interval: the curve does not vary in this range")
    half = ndtri(0.5 + level / 2) * np.sqrt(variance) / (estimate * (1 - estimate))
    bounds = expit(logit(estimate) - half), expit(logit(estimate) + half)
    return Auc(estimate, float(bounds[0]), float(bounds[1]), variance, m, n, "He and Escobar, logit")


def _area_between(sensitivity: NDArray, specificity: NDArray, cuts: NDArray) -> float:
    """Integral of specificity over sensitivity between the first and last cut; vertical steps have no width."""
    left = _specificity_at(sensitivity, specificity, cuts[:-1], "right")
    right = _specificity_at(sensitivity, specificity, cuts[1:], "left")
    return float(np.sum((left + right) / 2 * np.diff(cuts)))


def _specificity_at(sensitivity: NDArray, specificity: NDArray, at: NDArray, side: str) -> NDArray[np.float64]:
    """Specificity where the curve reaches (``left``) or leaves (``right``) a sensitivity."""
    if side == "right":  # last corner not above it, then along the segment to the next
        low = np.searchsorted(sensitivity, at, "right") - 1
    else:
        low = np.searchsorted(sensitivity, at, "left") - 1
    low = np.clip(low, 0, len(sensitivity) - 2)
    width = sensitivity[low + 1] - sensitivity[low]
    share = np.where(width > 0, (at - sensitivity[low]) / np.where(width > 0, width, 1), 0.0)
    return specificity[low] + share * (specificity[low + 1] - specificity[low])


def _partial_variance(truth: NDArray, value: NDArray, low: float, high: float) -> float:
    parts = placements(truth, value)
    positive, negative = value[truth == 1], value[truth == 0]
    reached = parts.negative  # sensitivity at each negative's own score
    inside = np.sort(negative[(reached >= low) & (reached <= high)])
    beaten = (np.searchsorted(inside, positive, "left") + np.searchsorted(inside, positive, "right")) / 2
    return mean_variance(beaten / len(negative)) + mean_variance(np.clip(reached, low, high))


def band(
    labels: ArrayLike, scores: ArrayLike, at: ArrayLike, draws: int = 400, level: float = 0.95, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pointwise band of the sensitivity at given false-positive shares.

    The bootstrap within each class, drawn directly: the threshold that a share of the negatives exceeds is an order
    statistic, whose rank in the data is a beta variable; the sensitivity at it is drawn from Jeffreys' beta, which
    keeps its width where every positive is found. Bootstrap of the curve: Pepe MS. The statistical evaluation of
    medical tests (Oxford 2003), 5.2; Jeffreys: Brown LD, Cai TT, DasGupta A. Statistical Science 2001;16:101-133.

    Parameters
    ----------
    at : float [K]
        False-positive shares, 0 ... 1.

    Returns
    -------
    low, high : float [K]
    """
    truth, value = checked(labels, scores)
    positive, negative = np.sort(value[truth == 1]), np.sort(value[truth == 0])
    m, n = len(positive), len(negative)
    share = np.clip(np.asarray(at, np.float64), 0, 1)
    random = np.random.default_rng(seed)
    above = np.round(share * n)  # negatives above the threshold
    rank = random.beta(n - above + 0.5, above + 0.5, size=(draws, len(share)))
    threshold = negative[np.minimum((rank * n).astype(int), n - 1)]
    found = m - (np.searchsorted(positive, threshold, "left") + np.searchsorted(positive, threshold, "right")) / 2
    drawn = random.beta(found + 0.5, m - found + 0.5)
    tail = 50 * (1 - level)
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    return low, high
