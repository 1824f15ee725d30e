"""Two raters on the same cases at their cut-offs, and several tests at once.

McNemar Q. Psychometrika 1947;12:153-157, exact as a binomial test of the discordant cases (Mosteller F. Biometrics
1952;8:220-226). Newcombe RG. Statistics in Medicine 1998;17:2635-2650, method 10 (interval of a paired difference).
Patients with several images: Fisher RA. The design of experiments (1935), section 21 (the test: a patient's whole
difference changes sign, or not), and Obuchowski NA. Statistics in Medicine 1998;17:1495-1507 (the variance).
Holm S. Scandinavian Journal of Statistics 1979;6:65-70.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import fftconvolve
from scipy.special import bdtr
from scipy.stats import binom

from sera_core.evaluate.proportion import wilson
from sera_core.evaluate.spread import robust_variance, student


@dataclass(frozen=True)
class PairedShares:
    """Difference of two shares on the same cases.

    Attributes
    ----------
    difference, low, high : float
        First minus second, with Newcombe's interval; NaN without cases.
    p : float
        McNemar's exact test, or with several images a patient the exact test of whole patients.
    only_first, only_second : int
        Discordant cases.
    n : int
    """

    difference: float
    low: float
    high: float
    p: float
    only_first: int
    only_second: int
    n: int


def mcnemar(first: ArrayLike, second: ArrayLike, patients: ArrayLike | None = None) -> PairedShares:
    """Compare how often two raters are right on the same cases.

    Parameters
    ----------
    first, second : bool [n]
        Whether each rater was right (or called the case positive).
    patients : int [n], optional
        Patient of each case. Where one has several, p and interval take patients as independent, not images; where
        nobody has, they are McNemar's and Newcombe's.

    Examples
    --------
    >>> first = [True] * 40 + [False] * 10
    >>> second = [True] * 32 + [False] * 18
    >>> found = mcnemar(first, second)
    >>> round(found.difference, 2), round(found.p, 4)
    (0.16, 0.0078)
    """
    a, b = np.asarray(first, bool), np.asarray(second, bool)
    n, both = len(a), int(np.count_nonzero(a & b))
    only_a, only_b = int(np.count_nonzero(a)) - both, int(np.count_nonzero(b)) - both
    if n == 0:
        return PairedShares(np.nan, np.nan, np.nan, np.nan, 0, 0, 0)
    number = np.arange(n) if patients is None else np.unique(np.asarray(patients), return_inverse=True)[1]
    images = np.bincount(number)
    if images.max() > 1:
        sums = np.bincount(number, a.astype(float) - b).astype(np.int64)
        p = _sign_flips(sums)
        low, high = _by_patient(sums, images)
    else:
        p = min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)))
        low, high = _newcombe(both, only_a, only_b, n)
    return PairedShares((only_a - only_b) / n, low, high, p, only_a, only_b, n)


def _sign_flips(sums: NDArray[np.int64]) -> float:
    """Two-sided exact p of the total when every patient's sum might as well have the other sign.

    With sums of 1 and -1 only it is McNemar's exact test. Equal sizes are added as one binomial.
    """
    chances = np.ones(1)
    for size, often in zip(*np.unique(np.abs(sums[sums != 0]), return_counts=True), strict=True):
        step = np.zeros(2 * size * often + 1)  # total of this size, from -size x often to size x often
        step[:: 2 * size] = binom.pmf(np.arange(often + 1), often, 0.5)
        chances = fftconvolve(chances, step) if len(chances) > 1 else step
    reach = np.abs(np.arange(len(chances)) - len(chances) // 2)
    return float(min(1.0, chances[reach >= abs(int(sums.sum()))].sum()))


def _by_patient(sums: NDArray[np.int64], images: NDArray[np.int64]) -> tuple[float, float]:
    """Interval of a difference of shares from whole patients; NaN where none differs from the next, or for one."""
    total = int(images.sum())
    difference = float(sums.sum()) / total
    variance = robust_variance((sums - images * difference) / total)
    if not variance > 0:
        return np.nan, np.nan
    half = student(len(sums) - 1) * float(np.sqrt(variance))
    return max(difference - half, -1.0), min(difference + half, 1.0)


def _newcombe(both: int, only_a: int, only_b: int, n: int) -> tuple[float, float]:
    first, second, neither = both + only_a, both + only_b, n - both - only_a - only_b
    (low_a, low_b), (high_a, high_b) = wilson([first, second], [n, n])
    a, b = first / n, second / n
    product = first * (n - first) * second * (n - second)
    cross = both * neither - only_a * only_b
    corrected = max(cross - n / 2, 0.0) if cross > 0 else cross  # the paper's continuity correction
    phi = corrected / np.sqrt(product) if product > 0 else 0.0
    down = _distance(a - low_a, high_b - b, phi)
    up = _distance(high_a - a, b - low_b, phi)
    return a - b - down, a - b + up


def _distance(one: float, other: float, phi: float) -> float:
    return float(np.sqrt(max(one**2 - 2 * phi * one * other + other**2, 0.0)))


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm's adjusted p-values of one family; NaN stays NaN and does not count.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, np.float64)
    adjusted = np.full(given.shape, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    steps = np.maximum.accumulate(given[order] * np.arange(len(order), 0, -1))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
