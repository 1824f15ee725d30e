"""Two raters on the same cases at their cut-offs, and several tests at once.

McNemar Q. Psychometrika 1947;12:153-157, exact as a binomial test of the discordant cases (Mosteller F. Biometrics
1952;8:220-226). Newcombe RG. Statistics in Medicine 1998;17:2635-2650, method 10 (interval of a paired difference).
Holm S. Scandinavian Journal of Statistics 1979;6:65-70.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from sera_core.evaluate.proportion import wilson


@dataclass(frozen=True)
class PairedShares:
    """Difference of two shares on the same cases.

    Attributes
    ----------
    difference, low, high : float
        First minus second, with Newcombe's interval; NaN without cases.
    p : float
        McNemar's exact test.
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


def mcnemar(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> PairedShares:
    """Compare how often two raters are right on the same cases.

    Parameters
    ----------
    first, second : bool [n]
        Whether each rater was right (or called the case positive).
    """
    a, b = np.asarray(first, bool), np.asarray(second, bool)
    n, both = len(a), int(np.count_nonzero(a & b))
    only_a, only_b = int(np.count_nonzero(a)) - both, int(np.count_nonzero(b)) - both
    if n == 0:
        return PairedShares(np.nan, np.nan, np.nan, np.nan, 0, 0, 0)
    p = min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)))
    low, high = _newcombe(both, only_a, only_b, n, level)
    return PairedShares((only_a - only_b) / n, low, high, p, only_a, only_b, n)


def _newcombe(both: int, only_a: int, only_b: int, n: int, level: float) -> tuple[float, float]:
    first, second, neither = both + only_a, both + only_b, n - both - only_a - only_b
    (low_a, low_b), (high_a, high_b) = wilson([first, second], [n, n], level)
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
    """Holm's adjusted p-values of one family; NaN stays NaN and does not count."""
    given = np.asarray(p, np.float64)
    adjusted = np.full(given.shape, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    steps = np.maximum.accumulate(given[order] * np.arange(len(order), 0, -1))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
