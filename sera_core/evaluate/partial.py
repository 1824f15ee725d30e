"""A part of the area under the ROC curve: where the sensitivity is high enough to be of use."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from sera_core.contracts import BadInput
from sera_core.evaluate.placements import ROUNDING, Placements, Spread, checked, placements, spread_of
from sera_core.evaluate.roc import Auc, Curve, curve
from sera_core.evaluate.spread import student


def partial_auc(
    labels: ArrayLike,
    scores: ArrayLike,
    low: float,
    high: float,
    patients: ArrayLike | None = None,
    known: tuple[Placements, Curve] | None = None,
) -> Auc:
    """Area to the right of the curve between two sensitivities, standardised so that chance is 0.5 and perfect is 1.

    Standardised as by McClish DK. Medical Decision Making 1989;9:190-195, for a range of sensitivities: the area of
    the specificity over ``low ... high``. Variance from structural components restricted to the range, with the curve
    taken as smooth: He Y, Escobar M. Statistics in Medicine 2008;27:5291-5308. Over 0 ... 1 it is DeLong's.

    Parameters
    ----------
    low, high : float
        Range of sensitivity, 0 <= low < high <= 1.
    patients : int [N], optional
        As in :func:`auc`.
    known : (Placements, curve), optional
        Of these scores and patients, where they were computed before.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> scores = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> round(partial_auc(labels, scores, 0.8, 1.0).value, 3)
    0.63
    """
    if not 0 <= low < high <= 1:
        raise BadInput("range", f"The range of sensitivity {low} to {high} is empty: choose 0 <= low < high <= 1.")
    truth, value = checked(labels, scores)
    parts, drawn = known or (placements(truth, value, patients), curve(truth, value))
    false_positive, sensitivity, _ = drawn
    specificity = 1 - false_positive
    cuts = np.unique(np.concatenate([[low, high], sensitivity[(sensitivity > low) & (sensitivity < high)]]))
    raw = _area_between(sensitivity, specificity, cuts)
    least, most = (high - low) - (high**2 - low**2) / 2, high - low
    estimate = 0.5 * (1 + (raw - least) / (most - least)) if most > least else 1.0
    spread = _partial_spread(truth, value, parts, low, high)
    variance = spread.variance / (2 * (most - least)) ** 2
    m, n = int(truth.sum()), int((1 - truth).sum())
    if not (variance > ROUNDING and 0 < estimate < 1):
        return Auc(estimate, np.nan, np.nan, variance, m, n, "no interval: the curve does not vary in this range")
    half = student(spread.freedom) * np.sqrt(variance) / (estimate * (1 - estimate))
    bounds = expit(logit(estimate) - half), expit(logit(estimate) + half)
    return Auc(estimate, float(bounds[0]), float(bounds[1]), variance, m, n, _partial_method(parts))


def _area_between(sensitivity: NDArray, specificity: NDArray, cuts: NDArray) -> float:
    """Integral of specificity over sensitivity between the first and last cut; vertical steps have no width."""
    left = _specificity_at(sensitivity, specificity, cuts[:-1], "right")
    right = _specificity_at(sensitivity, specificity, cuts[1:], "left")
    return float(np.sum((left + right) / 2 * np.diff(cuts)))


def _specificity_at(
    sensitivity: NDArray, specificity: NDArray, at: NDArray, side: Literal["left", "right"]
) -> NDArray[np.float64]:
    """Specificity where the curve reaches (``left``) or leaves (``right``) a sensitivity, along its segment there."""
    low = np.searchsorted(sensitivity, at, side) - 1  # the curve rises to the next corner
    share = (at - sensitivity[low]) / (sensitivity[low + 1] - sensitivity[low])
    return specificity[low] + share * (specificity[low + 1] - specificity[low])


def _partial_method(parts: Placements) -> str:
    return "He and Escobar, logit" if parts.patients is None else "He and Escobar, by patient, logit"


def _partial_spread(truth: NDArray, value: NDArray, parts: Placements, low: float, high: float) -> Spread:
    positive, negative = value[truth == 1], value[truth == 0]
    reached = parts.negative  # sensitivity at each negative's own score
    inside = np.sort(negative[(reached >= low) & (reached <= high)])
    beaten = (np.searchsorted(inside, positive, "left") + np.searchsorted(inside, positive, "right")) / 2
    return spread_of(beaten / len(negative), np.clip(reached, low, high), parts.patients)
