"""The operating point: Youden's index or a sensitivity that is wanted, and how well the data fix it.

Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sera_core.contracts import BadInput
from sera_core.evaluate.placements import checked
from sera_core.evaluate.roc import curve
from sera_core.evaluate.spread import TAIL

Criterion = Callable[[NDArray, NDArray], float]


def youden(labels: ArrayLike, scores: ArrayLike) -> float:
    """Cut-off that maximises sensitivity + specificity - 1; positive means score >= cut-off.

    Halfway between the two neighbouring scores, so that it does not sit on a case; of equal maxima the
    one with the highest sensitivity. Where no cut-off beats chance it is the lowest score, so that all are positive.

    Examples
    --------
    >>> round(youden([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 3)
    0.225
    """
    false_positive, sensitivity, threshold = curve(labels, scores)
    index = sensitivity - false_positive
    best = int(np.flatnonzero(index >= index.max() - 1e-12)[-1])
    return _below(threshold, best)  # never above all: the last threshold reaches the same index of 0


def sensitive(labels: ArrayLike, scores: ArrayLike, wanted: float) -> float:
    """The highest cut-off with a sensitivity of at least ``wanted`` (0 ... 1), halfway to the next score below."""
    _, sensitivity, threshold = curve(labels, scores)
    return _below(threshold, int(np.argmax(sensitivity >= wanted - 1e-12)))


def cutoff_interval(
    labels: ArrayLike,
    scores: ArrayLike,
    clusters: ArrayLike,
    criterion: Criterion = youden,
    draws: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap of a cut-off, drawing whole patients.

    Parameters
    ----------
    labels, scores : [N]
    clusters : [N]
        Patient of each case.
    criterion : callable
        Labels and scores to the cut-off.
    draws : int
        Bootstrap samples; those with one class only are left out.

    Returns
    -------
    low, high : float
        The same for the same seed.

    Raises
    ------
    BadInput
        When one class is missing, or so few patients carry the classes that no sample has both.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> scores = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> low, high = cutoff_interval(labels, scores, clusters=range(6))
    >>> round(low, 2), round(high, 2)
    (0.2, 0.65)
    """
    truth, value = checked(labels, scores)
    _, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    members = np.split(np.argsort(cluster, kind="stable"), np.cumsum(np.bincount(cluster))[:-1])
    random = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(draws):
        rows = _draw(members, random)
        if 0 < truth[rows].sum() < len(rows):
            found.append(criterion(truth[rows], value[rows]))
    if not found:
        raise BadInput("few_patients", "No sample of the patients has both classes: give more patients.")
    low, high = np.percentile(found, [100 * TAIL, 100 - 100 * TAIL])
    return float(low), float(high)


def _below(threshold: NDArray, place: int) -> float:
    """Halfway between a threshold, at which a case is still positive, and the next one below it."""
    above, below = threshold[place], threshold[min(place + 1, len(threshold) - 1)]
    middle = (above + below) / 2
    return float(middle if middle > below else above)  # two adjacent floats have no middle


def _draw(members: list[NDArray[np.intp]], random: np.random.Generator) -> NDArray[np.intp]:
    return np.concatenate([members[k] for k in random.integers(len(members), size=len(members))])
