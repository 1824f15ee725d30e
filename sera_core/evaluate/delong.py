"""Differences between AUCs: paired on the same cases, unpaired between centres, and whether they differ by centre.

DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845 (variance and paired test).
Welch BL. Biometrika 1947;34:28-35, with DeLong's variances as in Robin X, et al. BMC Bioinformatics 2011;12:77
(unpaired test). Obuchowski NA. Biometrics 1997;53:567-578 (patients with several images).
Altman DG, Bland JM. BMJ 2003;326:219 (interaction: difference of two differences).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from sera_core.evaluate.placements import ROUNDING, Patients, Placements, spread_of, welch
from sera_core.evaluate.spread import student

Whose = tuple[Patients, Patients]


@dataclass(frozen=True)
class AucDifference:
    """A difference of AUCs (or of such differences), its interval and two-sided p; NaN where there is none.

    Attributes
    ----------
    difference, low, high, p : float
    variance : float
        Of ``difference``; NaN where it is not known.
    freedom : float
        Welch's degrees of freedom; infinite for the normal approximation.
    """

    difference: float
    low: float
    high: float
    p: float
    variance: float = np.nan
    freedom: float = np.inf


def paired(a: Placements, b: Placements) -> AucDifference:
    """Paired DeLong test: AUC of ``a`` minus AUC of ``b`` on the same cases in the same order.

    Where the placements know their patients, the images of one may depend on each other: Obuchowski's variance.
    Two models that order the cases alike differ by exactly 0 (p = 1). Where the difference varies from no case to
    the next, or a class has one case only, its variance is not known: interval and p are NaN.

    Examples
    --------
    >>> from sera_core.evaluate.placements import placements
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> first = placements(labels, [0.1, 0.4, 0.35, 0.8, 0.6, 0.9])
    >>> second = placements(labels, [0.2, 0.5, 0.1, 0.3, 0.4, 0.9])
    >>> found = paired(first, second)
    >>> round(found.difference, 3), round(found.p, 3)
    (0.222, 0.371)
    """
    positive, negative = a.positive - b.positive, a.negative - b.negative
    if not positive.any() and not negative.any():
        return AucDifference(0.0, 0.0, 0.0, 1.0, 0.0)
    spread = spread_of(positive, negative, a.patients)
    return _tested(a.value - b.value, spread.variance, np.inf if a.patients is None else spread.freedom)


def unpaired(first: Placements, second: Placements, covariance: float = 0.0) -> AucDifference:
    """AUC of ``first`` minus AUC of ``second`` on other cases (Welch's degrees of freedom).

    ``covariance`` of the two areas: 0 for independent cases, that of :func:`covariance_of` where patients are shared.

    Examples
    --------
    >>> from sera_core.evaluate.placements import placements
    >>> home = placements([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.3, 0.9])
    >>> abroad = placements([0, 0, 1, 1], [0.5, 0.2, 0.4, 0.7])
    >>> round(unpaired(home, abroad).difference, 3)
    0.028
    """
    freedom = welch((first.variance, sum(first.independent) - 1), (second.variance, sum(second.independent) - 1))
    return _tested(first.value - second.value, first.variance + second.variance - 2 * covariance, freedom)


def interaction(
    here: AucDifference,
    cases_here: int,
    there: AucDifference,
    cases_there: int,
    covariance: float = 0.0,
) -> AucDifference:
    """Whether a paired difference (model minus reader) is another at another centre.

    Parameters
    ----------
    here, there : AucDifference
        Paired differences on other cases.
    cases_here, cases_there : int
        How many independent cases (or patients) stand behind each.
    covariance : float
        Of the two: 0 where no patient stands behind both.

    Returns
    -------
    AucDifference
        ``here`` minus ``there``: 0 when the model's lead over the reader is the same at both centres.
    """
    freedom = welch((here.variance, cases_here - 1), (there.variance, cases_there - 1))
    return _tested(here.difference - there.difference, here.variance + there.variance - 2 * covariance, freedom)


def covariance_of(
    here: tuple[Placements, Placements | None], there: tuple[Placements, Placements | None], whose: Whose
) -> float:
    """Covariance of two areas (or, with a second rater each, of two leads) that share patients.

    Parameters
    ----------
    here, there : (Placements, Placements or None)
        Of a rater, and of the one that is taken away.
    whose : ((int [m], int [n]), (int [m], int [n]))
        Patients of the positives and negatives of ``here`` and of ``there``, one numbering for both.
    """
    size = 1 + max(int(who.max()) for pair in whose for who in pair)
    one, other = (_pulls(*parts, who, size) for parts, who in zip((here, there), whose, strict=True))
    return float(one @ other)


def _pulls(a: Placements, b: Placements | None, whose: Patients, size: int) -> NDArray[np.float64]:
    """How far each patient pulls an area, or the difference of two, from its value, [size]."""
    up = a.positive - (b.positive if b else 0)
    down = a.negative - (b.negative if b else 0)
    ill, well = (_pull(part, who, size) for part, who in zip((up, down), whose, strict=True))
    return ill + well


def _pull(part: NDArray[np.float64], who: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    count = len(np.unique(who))
    few = np.sqrt(count / (count - 1)) if count > 1 else np.nan  # as the variances have it
    return few * np.bincount(who, part - part.mean(), size) / len(part)


def _tested(difference: float, variance: float, freedom: float) -> AucDifference:
    if not variance > ROUNDING:
        return AucDifference(difference, np.nan, np.nan, np.nan)
    spread = float(np.sqrt(variance))
    far, half = -abs(difference) / spread, student(freedom) * spread
    p = float(2 * (ndtr(far) if np.isinf(freedom) else stdtr(freedom, far)))
    return AucDifference(difference, difference - half, difference + half, p, variance, freedom)
