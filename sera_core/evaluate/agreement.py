"""Who agrees with whom: kappa of two raters and of many, and who is wrong about which case.

Cohen J. Educational and Psychological Measurement 1960;20:37-46; its variance: Fleiss JL, Cohen J, Everitt BS.
Psychological Bulletin 1969;72:323-327. Fleiss JL. Psychological Bulletin 1971;76:378-382; its variance: Gwet KL.
Educational and Psychological Measurement 2021;81:781-790.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sera_core.evaluate.spread import Floats, by_patient, robust_variance, student


@dataclass(frozen=True)
class Kappa:
    """Agreement beyond chance: 1 is perfect, 0 is chance; NaN where all calls are the same (nothing to agree on)."""

    value: float
    low: float
    high: float
    n: int


def cohen(first: ArrayLike, second: ArrayLike, patients: ArrayLike | None = None) -> Kappa:
    """Cohen's kappa of two raters' yes/no calls, bool [n] each.

    Where patients (int [n]) have several images, the interval is that of whole patients, from the same influences of
    the cases as that of Fleiss, Cohen and Everitt.

    Examples
    --------
    >>> round(cohen([True, True, False, False], [True, False, False, False]).value, 2)
    0.5
    """
    a, b = np.asarray(first, bool), np.asarray(second, bool)
    n = len(a)
    if n == 0:
        return Kappa(np.nan, np.nan, np.nan, 0)
    cells = np.bincount(2 * a + b, minlength=4).reshape(2, 2) / n
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    observed, expected = float(np.trace(cells)), float(rows @ columns)
    if expected == 1:
        return Kappa(np.nan, np.nan, np.nan, n)
    kappa = (observed - expected) / (1 - expected)
    # how far one case moves the agreement, and the agreement that chance would give
    agreed = (a == b) - observed
    by_chance = columns[a.astype(int)] + rows[b.astype(int)] - 2 * expected
    moved = (agreed - (1 - kappa) * by_chance) / (1 - expected)
    return _bounded(kappa, moved, n, patients)


def fleiss(calls: ArrayLike, patients: ArrayLike | None = None) -> Kappa:
    """Fleiss' kappa of R >= 2 raters' yes/no calls, bool [n, R]; ``patients`` as in :func:`cohen`.

    Examples
    --------
    >>> calls = [[True, True, False], [False, False, False], [True, True, True], [False, True, False]]
    >>> round(fleiss(calls).value, 2)
    0.33
    """
    called = np.asarray(calls, bool)
    n, raters = called.shape
    if n < 2 or raters < 2:
        return Kappa(np.nan, np.nan, np.nan, n)
    yes = called.sum(axis=1)
    votes = np.stack([yes, raters - yes], axis=1)
    share = votes.sum(axis=0) / votes.sum()
    agreed = ((votes**2).sum(axis=1) - raters) / (raters * (raters - 1))  # share of agreeing pairs, each case
    expected = float((share**2).sum())
    if expected == 1:
        return Kappa(np.nan, np.nan, np.nan, n)
    kappa = (float(agreed.mean()) - expected) / (1 - expected)
    of_case = (agreed - expected) / (1 - expected)
    chance = votes @ share / raters
    linear = of_case - 2 * (1 - kappa) * (chance - expected) / (1 - expected)
    return _bounded(kappa, (linear - kappa) * np.sqrt(n / (n - 1)), n, patients)


def _bounded(kappa: float, moved: Floats, n: int, patients: ArrayLike | None) -> Kappa:
    """A kappa with the interval that follows from how far each case moves it."""
    if patients is None:
        half = student(np.inf) * float(np.sqrt(moved @ moved)) / n
    else:
        sums = by_patient(moved / n, patients)
        half = student(len(sums) - 1) * float(np.sqrt(robust_variance(sums)))
    if np.isnan(half):
        return Kappa(kappa, -1.0, 1.0, n)
    return Kappa(kappa, max(kappa - half, -1.0), min(kappa + half, 1.0), n)


def sets(wrong: ArrayLike) -> dict[tuple[int, ...], int]:
    """How many cases exactly these raters got wrong (a Venn diagram's counts).

    Parameters
    ----------
    wrong : bool [n, R]

    Returns
    -------
    dict of tuple of rater numbers to count
        Only sets that occur, the largest count first; ``()`` counts the cases that nobody got wrong.
    """
    table: NDArray[np.bool_] = np.asarray(wrong, bool)
    kinds, often = np.unique(table, axis=0, return_counts=True)
    order = np.argsort(-often, kind="stable")
    return {tuple(np.flatnonzero(kinds[k]).tolist()): int(often[k]) for k in order}
