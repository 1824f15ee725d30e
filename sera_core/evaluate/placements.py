"""Where each case stands among those of the other class: DeLong's structural components, and what they vary by.

DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845, computed from midranks as in
Sun X, Xu W. IEEE Signal Processing Letters 2014;21:1389-1393. Where patients have several images, which makes cases
depend on each other: Obuchowski NA. Biometrics 1997;53:567-578.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from sera_core.contracts import BadInput

Patients = tuple[NDArray[np.int64], NDArray[np.int64]]
ROUNDING = 1e-24  # a variance below this is rounding of a constant
MANY = 30  # independent cases of each class from which on the normal quantile is as good as Student's


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
        if self.patients is None:
            return len(self.positive), len(self.negative)
        return len(np.unique(self.patients[0])), len(np.unique(self.patients[1]))


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
