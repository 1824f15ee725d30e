"""The ROC curve, the area under it with DeLong's interval, a part of the area, and a band around the curve.

DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845, computed from midranks as in
Sun X, Xu W. IEEE Signal Processing Letters 2014;21:1389-1393. Where patients have several images, which makes cases
depend on each other: Obuchowski NA. Biometrics 1997;53:567-578.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from scipy.stats import rankdata

from sera_core.contracts import BadInput
from sera_core.evaluate.spread import robust_variance, student

Patients = tuple[NDArray[np.int64], NDArray[np.int64]]
ROUNDING = 1e-24  # a variance below this is rounding of a constant
UNKNOWN_SPREAD = "whole range: how far the area may be off cannot be known from so few, or equal, cases"
MANY = 30  # independent cases of each class from which on the normal quantile is as good as Student's


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


@dataclass(frozen=True)
class Spread:
    """Variance of an AUC, or of a difference of two, and the degrees of freedom of that variance."""

    variance: float
    freedom: float


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
    patients : (int [m], int [n]) or None
        Whose they are, where a patient may have several.
    """

    value: float
    positive: NDArray[np.float64]
    negative: NDArray[np.float64]
    patients: Patients | None = None

    @cached_property
    def spread(self) -> Spread:
        """Of the AUC, by :func:`spread_of`."""
        return spread_of(self.positive, self.negative, self.patients)

    @property
    def variance(self) -> float:
        """Of the AUC."""
        return self.spread.variance

    @property
    def independent(self) -> tuple[int, int]:
        """How many positives and negatives can be taken as independent: cases, or patients."""
        m, n = self.patients or (range(len(self.positive)), range(len(self.negative)))
        return len(np.unique(m)), len(np.unique(n))


def auc(labels: ArrayLike, scores: ArrayLike, level: float = 0.95, patients: ArrayLike | None = None) -> Auc:
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
    return area(placements(labels, scores, patients), level)


def area(parts: Placements, level: float = 0.95) -> Auc:
    """AUC with its interval (see :func:`auc`) from placements that are known already."""
    m, n = len(parts.positive), len(parts.negative)
    variance, alpha = parts.variance, 1 - level
    if variance > ROUNDING and 0 < parts.value < 1:  # never with a variance of NaN
        half = student(level, parts.spread.freedom) * np.sqrt(variance) / (parts.value * (1 - parts.value))
        low, high = expit(logit(parts.value) - half), expit(logit(parts.value) + half)
        method = "DeLong, logit" if parts.patients is None else "Obuchowski, logit"
        if np.isfinite(parts.spread.freedom):
            method += f", Student's t with {parts.spread.freedom:.1f} degrees of freedom"
    elif parts.value in (0, 1):
        bound = (alpha / 2) ** (1 / min(parts.independent))
        low, high = (bound, 1.0) if parts.value == 1 else (0.0, 1 - bound)
        method = "Clopper-Pearson, independent pairs"
    else:
        low, high, method = 0.0, 1.0, UNKNOWN_SPREAD
    return Auc(parts.value, float(low), float(high), variance, m, n, method)


def curve(labels: ArrayLike, scores: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
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


def placements(labels: ArrayLike, scores: ArrayLike, patients: ArrayLike | None = None) -> Placements:
    """Placements of every case, from midranks; refuses what :func:`checked` refuses."""
    truth, value = checked(labels, scores)
    positive, negative = value[truth == 1], value[truth == 0]
    m, n = len(positive), len(negative)
    overall = rankdata(np.concatenate([positive, negative]))
    v10 = (overall[:m] - rankdata(positive)) / n
    v01 = 1 - (overall[m:] - rankdata(negative)) / m
    return Placements(float(v10.mean()), v10, v01, _by_class(truth, patients))


def _by_class(truth: NDArray[np.int64], patients: ArrayLike | None) -> Patients | None:
    if patients is None:
        return None
    number = np.unique(np.asarray(patients), return_inverse=True)[1].astype(np.int64)
    return number[truth == 1], number[truth == 0]


def spread_of(positive: NDArray[np.float64], negative: NDArray[np.float64], patients: Patients | None) -> Spread:
    """Variance of an AUC, or of a difference of two, from its components.

    DeLong's where every case stands for itself. With ``patients`` Obuchowski's, in which the components of one patient
    are added first; it equals DeLong's, up to a factor I / (I - 1), where every patient has one image. A variance from
    five cancers is itself uncertain: its degrees of freedom are Welch and Satterthwaite's, and infinite only where each
    class has :data:`MANY` independent cases.

    Returns
    -------
    Spread
        NaN where a class has one case, or one patient, only.
    """
    if patients is None:
        parts = (mean_variance(positive), len(positive) - 1), (mean_variance(negative), len(negative) - 1)
        many = min(len(positive), len(negative)) >= MANY
        return Spread(parts[0][0] + parts[1][0], np.inf if many else welch(*parts))
    above, below = patients
    count = int(max(above.max(), below.max())) + 1
    ill, well, every = (len(np.unique(who)) for who in (above, below, np.concatenate(patients)))
    if ill < 2 or well < 2:
        return Spread(np.nan, np.nan)
    # a patient's pull on either mean; a patient may have images of both classes
    up = np.bincount(above, positive - positive.mean(), count) / len(positive)
    down = np.bincount(below, negative - negative.mean(), count) / len(negative)
    both = 2 * every / (every - 1) * float(up @ down)
    parts = (ill / (ill - 1) * float(up @ up), ill - 1), (well / (well - 1) * float(down @ down), well - 1)
    return Spread(parts[0][0] + parts[1][0] + both, welch(*parts))


def welch(*parts: tuple[float, int]) -> float:
    """Degrees of freedom of a sum of independent variances, each given with its own (Welch BL. Biometrika 1947)."""
    below = sum(variance**2 / freedom for variance, freedom in parts if freedom > 0)
    return sum(variance for variance, _ in parts) ** 2 / below if below > 0 else np.nan


def mean_variance(values: NDArray[np.float64]) -> float:
    """Variance of the mean of independent values; NaN for a single one."""
    return float(values.var(ddof=1) / len(values)) if len(values) > 1 else np.nan


def partial_auc(
    labels: ArrayLike,
    scores: ArrayLike,
    low: float,
    high: float,
    level: float = 0.95,
    patients: ArrayLike | None = None,
) -> Auc:
    """Area to the right of the curve between two sensitivities, standardised so that chance is 0.5 and perfect is 1.

    Standardised as by McClish DK. Medical Decision Making 1989;9:190-195, for a range of sensitivities: the area of
    the specificity over ``low ... high``. Variance from structural components restricted to the range, with the curve
    taken as smooth: He Y, Escobar M. Statistics in Medicine 2008;27:5291-5308. Over 0 ... 1 it is DeLong's.

    Parameters
    ----------
    low, high : float
        Range of sensitivity, 0 <= low < high <= 1.
    patients : int [N], optional
        As in :func:`auc`.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> scores = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> round(partial_auc(labels, scores, 0.8, 1.0).value, 3)
    0.63
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
    parts = placements(truth, value, patients)
    spread = _partial_spread(truth, value, parts, low, high)
    variance = spread.variance / (2 * (most - least)) ** 2
    m, n = int(truth.sum()), int((1 - truth).sum())
    if not (variance > ROUNDING and 0 < estimate < 1):
        return Auc(estimate, np.nan, np.nan, variance, m, n, "no interval: the curve does not vary in this range")
    half = student(level, spread.freedom) * np.sqrt(variance) / (estimate * (1 - estimate))
    bounds = expit(logit(estimate) - half), expit(logit(estimate) + half)
    return Auc(estimate, float(bounds[0]), float(bounds[1]), variance, m, n, _partial_method(parts))


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


def _partial_method(parts: Placements) -> str:
    return "He and Escobar, logit" if parts.patients is None else "He and Escobar, by patient, logit"


def _partial_spread(truth: NDArray, value: NDArray, parts: Placements, low: float, high: float) -> Spread:
    positive, negative = value[truth == 1], value[truth == 0]
    reached = parts.negative  # sensitivity at each negative's own score
    inside = np.sort(negative[(reached >= low) & (reached <= high)])
    beaten = (np.searchsorted(inside, positive, "left") + np.searchsorted(inside, positive, "right")) / 2
    return spread_of(beaten / len(negative), np.clip(reached, low, high), parts.patients)


def band(
    labels: ArrayLike,
    scores: ArrayLike,
    at: ArrayLike,
    draws: int = 400,
    level: float = 0.95,
    seed: int = 0,
    patients: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pointwise band of the sensitivity at given false-positive shares.

    The bootstrap within each class, drawn directly: how many of the negatives really lie above the threshold is a beta
    variable around the share that does; the curve, straight through a tie, gives the sensitivity there, which is drawn
    from Jeffreys' beta, so that it keeps its width where every positive is found. Bootstrap of the curve: Pepe MS. The
    statistical evaluation of medical tests (Oxford 2003), 5.2; Jeffreys: Brown LD, Cai TT, DasGupta A. Statistical
    Science 2001;16:101-133. Where patients have several images, both betas count as many cases as the patients' spread
    at that threshold is worth (see :class:`~sera_core.evaluate.tally.Tally`).

    Parameters
    ----------
    at : float [K]
        False-positive shares, 0 ... 1.
    patients : int [N], optional
        Patient of each case, where one may have several.

    Returns
    -------
    low, high : float [K]
        Both 0 at a share of 0 where the highest score is that of both classes: no threshold lies above it.
    """
    truth, value = checked(labels, scores)
    false_positive, sensitivity, threshold = curve(truth, value)
    share = np.clip(np.asarray(at, np.float64), 0, 1)
    corner = np.searchsorted(false_positive, share, "right") - 1
    m, n = (_worth(truth, value, threshold[corner], patients, positive) for positive in (1, 0))
    random = np.random.default_rng(seed)
    drawn_share = random.beta(share * n + 0.5, (1 - share) * n + 0.5, size=(draws, len(share)))
    found = np.interp(drawn_share, *_function(false_positive, sensitivity))
    drawn = random.beta(found * m + 0.5, (1 - found) * m + 0.5)
    tail = 50 * (1 - level)
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    tied = (share == 0) & (false_positive[1] > 0) & (sensitivity[1] > 0)
    return np.where(tied, 0.0, low), np.where(tied, 0.0, high)


def _function(false_positive: NDArray, sensitivity: NDArray) -> tuple[NDArray, NDArray]:
    """The curve as a function of the false-positive share: of each rise its upper end."""
    last = np.append(np.diff(false_positive) > 0, True)
    return false_positive[last], sensitivity[last]


def _worth(
    truth: NDArray, value: NDArray, threshold: NDArray, patients: ArrayLike | None, positive: int
) -> NDArray[np.float64]:
    """How many independent cases of a class a threshold's share is worth, [K]."""
    inside = truth == positive
    size = np.count_nonzero(inside)
    if patients is None:
        return np.full(len(threshold), float(size))
    who, own = np.unique(np.asarray(patients)[inside], return_inverse=True)[1], value[inside]
    often = np.bincount(who)
    if len(often) == 1:
        return np.ones(len(threshold))
    found = np.empty(len(threshold))
    for place, cut in enumerate(threshold):
        share = float(np.mean(own >= cut))
        variance = robust_variance((np.bincount(who, own >= cut) - often * share) / size)
        found[place] = share * (1 - share) / variance if variance > 0 else len(often)
    return np.minimum(found, size)
