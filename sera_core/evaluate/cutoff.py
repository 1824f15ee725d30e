"""The operating point: Youden's index and how well the data fix it.

Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sera_core.contracts import BadInput
from sera_core.evaluate.roc import checked, curve


def youden(labels: ArrayLike, scores: ArrayLike) -> float:
    """Cut-off that maximises sensitivity + specificity - 1; positive means score > cut-off.

    Halfway between the two neighbouring scores, so that it does not sit on a case; of equal maxima the
    one with the highest sensitivity. Where no cut-off beats chance it lies just below the lowest score.
    """
    false_positive, sensitivity, threshold = curve(labels, scores)
    index = sensitivity - false_positive
    best = int(np.flatnonzero(index >= index.max() - 1e-12)[-1])
    above = threshold[best]  # never the first, infinite one: the last threshold reaches the same index of 0
    below = threshold[best + 1] if best + 1 < len(threshold) else np.nextafter(above, -np.inf)
    middle = (above + below) / 2
    return float(middle if middle < above else below)  # two adjacent floats have no middle


def youden_interval(
    labels: ArrayLike, scores: ArrayLike, clusters: ArrayLike, draws: int = 2000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap of :func:`youden`, drawing whole patients.

    Parameters
    ----------
    labels, scores : [N]
    clusters : [N]
        Patient of each case.
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
    """
    truth, value = checked(labels, scores)
    _, cluster = np.unique(np.asarray(clusters), return_inverse=True)
    members = [np.flatnonzero(cluster == k) for k in range(cluster.max() + 1)]
    random = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(draws):
        rows = _draw(members, random)
        if 0 < truth[rows].sum() < len(rows):
            found.append(youden(truth[rows], value[rows]))
    if not found:
        raise BadInput("few_patients", "No sample of the patients has both classes: give more patients.")
    tail = 50 * (1 - level)
    low, high = np.percentile(found, [tail, 100 - tail])
    return float(low), float(high)


def _draw(members: list[NDArray[np.intp]], random: np.random.Generator) -> NDArray[np.intp]:
    return np.concatenate([members[k] for k in random.integers(len(members), size=len(members))])
