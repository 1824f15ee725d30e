"""Several readers of the same cases: does what is found hold for other readers too, not only for these.

Obuchowski NA, Rockette HE. Communications in Statistics - Simulation 1995;24:285-308, with the degrees of freedom of
Hillis SL. Statistics in Medicine 2007;26:596-619. Everything is a mean over readers of a difference: of the readers
with and without help (Hillis' two-treatment test), or of each reader and one model, which stands alone (Hillis SL,
Schartz KM. J Med Imaging 2018;5:031410, the single-treatment analysis of the differences).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr

from sera_core.evaluate.placements import Placements
from sera_core.evaluate.spread import student

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReaderMean:
    """Mean over readers of an AUC, or of a difference of two, with its interval and the two-sided p of its being 0.

    ``freedom`` is infinite where the readers are taken as fixed: the answer is then about these readers only.
    """

    value: float
    low: float
    high: float
    p: float
    variance: float
    freedom: float


def random_readers(values: ArrayLike, covariance: ArrayLike) -> ReaderMean:
    """Mean over readers who stand for other readers.

    Parameters
    ----------
    values : float [r]
        Of each of at least two readers.
    covariance : float [r, r]
        Of ``values`` over cases; see :func:`jackknife`.
    """
    found, over = np.asarray(values, np.float64), np.asarray(covariance, np.float64)
    readers = len(found)
    between = float(found.var(ddof=1))
    together = readers * max(float(over[~np.eye(readers, dtype=bool)].mean()), 0.0)
    variance = (between + together) / readers
    freedom = (between + together) ** 2 / (between**2 / (readers - 1)) if between > 0 else np.inf
    return _mean(found, variance, freedom)


def fixed_readers(values: ArrayLike, covariance: ArrayLike) -> ReaderMean:
    """Mean over these very readers; parameters as in :func:`random_readers`."""
    found, over = np.asarray(values, np.float64), np.asarray(covariance, np.float64)
    alike = float(over[~np.eye(len(found), dtype=bool)].mean())
    variance = (float(np.diag(over).mean()) + (len(found) - 1) * alike) / len(found)
    return _mean(found, variance, np.inf)


def _mean(values: Floats, variance: float, freedom: float) -> ReaderMean:
    value = float(values.mean())
    if not variance > 0:
        return ReaderMean(value, np.nan, np.nan, np.nan, variance, freedom)
    spread = float(np.sqrt(variance))
    far = -abs(value) / spread
    p = float(2 * (ndtr(far) if np.isinf(freedom) else stdtr(freedom, far)))
    half = student(freedom) * spread
    return ReaderMean(value, value - half, value + half, p, variance, freedom)


def difference(covariance: ArrayLike, first: Sequence[int], second: Sequence[int]) -> Floats:
    """Covariance [r, r] of the differences of areas ``first`` minus areas ``second`` (places in ``covariance``)."""
    over = np.asarray(covariance, np.float64)
    every = np.eye(len(over))
    turn = every[list(first)] - every[list(second)]
    return turn @ over @ turn.T


def jackknife(parts: Sequence[Placements], labels: ArrayLike, scores: ArrayLike, patients: ArrayLike) -> Floats:
    """Covariance [R, R] of areas on the same cases, each patient left out in turn (for one image a patient, each case).

    Parameters
    ----------
    parts : sequence of Placements, R
        Of each rater, on these cases.
    labels : int [n]
    scores : float [R, n]
    patients : int [n]

    Returns
    -------
    float [R, R]
        NaN where a class belongs to one patient only.
    """
    truth, number = np.asarray(labels) == 1, np.unique(np.asarray(patients), return_inverse=True)[1]
    without = np.stack(
        [_without(part, truth, score, number) for part, score in zip(parts, np.asarray(scores), strict=True)]
    )
    count = without.shape[1]
    gap = without - without.mean(axis=1, keepdims=True)
    return (count - 1) / count * gap @ gap.T


def _without(part: Placements, truth: NDArray[np.bool_], score: Floats, number: NDArray[np.intp]) -> Floats:
    """The area without each patient: all pairs, less those in which the patient has a part."""
    size = int(number.max()) + 1
    m, n = len(part.positive), len(part.negative)
    ill, well = (np.bincount(number[side], minlength=size) for side in (truth, ~truth))
    lost = n * np.bincount(number[truth], part.positive, size) + m * np.bincount(number[~truth], part.negative, size)
    for who in np.flatnonzero((ill > 0) & (well > 0)):  # their own pairs were taken away twice
        own = number == who
        up, down = score[own & truth][:, None], score[own & ~truth][None]
        lost[who] -= float(np.sum(up > down) + np.sum(up == down) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (part.value * m * n - lost) / ((m - ill) * (n - well))
