"""Differences between AUCs: paired on the same cases, unpaired between centres, and whether they differ by centre.

DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845 (variance and paired test).
Welch BL. Biometrika 1947;34:28-35, with DeLong's variances as in Robin X, et al. BMC Bioinformatics 2011;12:77
(unpaired test). Obuchowski NA. Biometrics 1997;53:567-578 (patients with several images).
Altman DG, Bland JM. BMJ 2003;326:219 (interaction: difference of two differences).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from sera_core.evaluate.roc import ROUNDING, Placements, variance_of


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


def paired(a: Placements, b: Placements, level: float = 0.95) -> AucDifference:
    """Paired DeLong test: AUC of ``a`` minus AUC of ``b`` on the same cases in the same order.

    Where the placements know their patients, the images of one may depend on each other: Obuchowski's variance.
    Two models that order the cases alike differ by exactly 0 (p = 1). Where the difference varies from no case to
    the next, or a class has one case only, its variance is not known: interval and p are NaN.

    Examples
    --------
    >>> from sera_core.evaluate.roc import placements
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
    return _tested(a.value - b.value, variance_of(positive, negative, a.patients), np.inf, level)


def unpaired(first: Placements, second: Placements, level: float = 0.95) -> AucDifference:
    """AUC of ``first`` minus AUC of ``second`` on other, independent cases (Welch's degrees of freedom).

    Examples
    --------
    >>> from sera_core.evaluate.roc import placements
    >>> home = placements([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.3, 0.9])
    >>> abroad = placements([0, 0, 1, 1], [0.5, 0.2, 0.4, 0.7])
    >>> round(unpaired(home, abroad).difference, 3)
    0.028
    """
    freedom = _welch((first.variance, sum(first.independent) - 1), (second.variance, sum(second.independent) - 1))
    return _tested(first.value - second.value, first.variance + second.variance, freedom, level)


def interaction(
    here: AucDifference, cases_here: int, there: AucDifference, cases_there: int, level: float = 0.95
) -> AucDifference:
    """Whether a paired difference (model minus reader) is another at another centre.

    Parameters
    ----------
    here, there : AucDifference
        Paired differences on independent cases.
    cases_here, cases_there : int
        How many independent cases (or patients) stand behind each.

    Returns
    -------
    AucDifference
        ``here`` minus ``there``: 0 when the model's lead over the reader is the same at both centres.
    """
    freedom = _welch((here.variance, cases_here - 1), (there.variance, cases_there - 1))
    return _tested(here.difference - there.difference, here.variance + there.variance, freedom, level)


def _welch(*parts: tuple[float, int]) -> float:
    below = sum(variance**2 / freedom for variance, freedom in parts if freedom > 0)
    return sum(variance for variance, _ in parts) ** 2 / below if below > 0 else np.nan


def _tested(difference: float, variance: float, freedom: float, level: float) -> AucDifference:
    if not variance > ROUNDING:
        return AucDifference(difference, np.nan, np.nan, np.nan)
    spread = float(np.sqrt(variance))
    far, share = -abs(difference) / spread, 0.5 + level / 2
    normal = np.isinf(freedom)
    half = float(ndtri(share) if normal else stdtrit(freedom, share)) * spread
    p = float(2 * (ndtr(far) if normal else stdtr(freedom, far)))
    return AucDifference(difference, difference - half, difference + half, p, variance, freedom)
