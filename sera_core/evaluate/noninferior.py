"""Is one rater no worse than another by more than a margin that was fixed beforehand.

The margin must be clear of the lower end of the two-sided 95 % interval, which is a one-sided test at 0.025 (ICH E9,
1998, 3.3.2). For AUCs by the paired variance; for two shares of the same cases by the score test of Tango T. Statistics
in Medicine 1998;17:891-908; by whole patients where they have several images.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr

from sera_core.contracts import BadInput
from sera_core.evaluate.delong import AucDifference
from sera_core.evaluate.spread import by_patient, robust_variance

ALPHA = 0.025  # one-sided


def checked_margin(margin: float) -> float:
    """A margin is a positive difference of shares or areas."""
    if not 0 < margin < 1:
        raise BadInput("margin", f"A margin of {margin:g} is none: give a number between 0 and 1, for example 0.05.")
    return margin


def area_p(found: AucDifference, margin: float) -> float:
    """One-sided p of the paired difference being ``-margin`` or below; NaN where its variance is not known.

    Examples
    --------
    >>> round(area_p(AucDifference(-0.01, -0.05, 0.03, 0.6, variance=0.0004), margin=0.05), 4)
    0.0228
    """
    if not found.variance > 0:
        return 0.0 if found.variance == 0 and found.difference > -checked_margin(margin) else np.nan
    return _upper((found.difference + checked_margin(margin)) / np.sqrt(found.variance), found.freedom)


def share_p(first: ArrayLike, second: ArrayLike, margin: float, patients: ArrayLike | None = None) -> float:
    """One-sided p of the share of ``first`` being at most that of ``second`` less the margin.

    Parameters
    ----------
    first, second : bool [n]
        Whether each rater was right, on the same cases.
    patients : int [n], optional
        Patient of each case, where one may have several.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    margin, n = checked_margin(margin), len(a)
    if n == 0:
        return np.nan
    gap = a - b
    if patients is not None:
        sums = by_patient((gap - gap.mean()) / n, patients)
        variance = robust_variance(sums)
        return _upper((gap.mean() + margin) / np.sqrt(variance), len(sums) - 1) if variance > 0 else np.nan
    only_a, only_b = float(np.sum(gap > 0)), float(np.sum(gap < 0))
    only = _constrained(only_a, only_b, n, margin)  # P(only the second is right) where the difference is -margin
    variance = n * (2 * only - margin - margin**2)
    return _upper((only_a - only_b + n * margin) / np.sqrt(variance), np.inf) if variance > 0 else np.nan


def _constrained(only_a: float, only_b: float, n: int, margin: float) -> float:
    """Maximum-likelihood share of cases that only the second gets right, if the difference is ``-margin``.

    The share that only the first gets right is then the margin less; the larger root of the likelihood's derivative.
    """
    linear = only_a + only_b + margin * (2 * n - only_a + only_b)
    constant = only_b * margin * (1 + margin)
    return float((linear + np.sqrt(max(linear**2 - 8 * n * constant, 0.0))) / (4 * n))


def _upper(z: float, freedom: float) -> float:
    return float(ndtr(-z) if np.isinf(freedom) else stdtr(freedom, -z))
