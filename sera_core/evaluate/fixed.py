"""Sensitivity where the specificity is a given one, and the reverse, whatever cut-off that takes on these cases.

The interval counts both errors, of the cut-off and of the share at it: :mod:`~sera_core.evaluate.band`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sera_core.contracts import BadInput
from sera_core.evaluate.band import band
from sera_core.evaluate.roc import curve

DRAWS = 2000


@dataclass(frozen=True)
class AtFixed:
    """A share of one class where that of the other is fixed, with its interval."""

    value: float
    low: float
    high: float


def sensitivity_at(
    labels: ArrayLike, scores: ArrayLike, specificity: float, patients: ArrayLike | None = None
) -> AtFixed:
    """Sensitivity at a specificity, straight between the curve's corners, at the top of each rise.

    Parameters
    ----------
    labels, scores : [n]
        Both classes must occur.
    specificity : float
        Between 0 and 1.
    patients : int [n], optional
        Patient of each case, where one may have several.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> scores = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> round(sensitivity_at(labels, scores, 0.5).value, 3)
    0.667
    """
    if not 0 < specificity < 1:
        raise BadInput("share", f"{specificity:g} is no share to be fixed: give a number between 0 and 1.")
    false_positive, sensitivity, _ = curve(labels, scores)
    at = 1 - specificity
    left = int(np.searchsorted(false_positive, at, "right")) - 1  # the top of a rise; its right neighbour is not above
    value = float(np.interp(at, false_positive[left : left + 2], sensitivity[left : left + 2]))
    low, high = band(labels, scores, [at], draws=DRAWS, patients=patients)
    return AtFixed(value, min(float(low[0]), value), max(float(high[0]), value))


def specificity_at(
    labels: ArrayLike, scores: ArrayLike, sensitivity: float, patients: ArrayLike | None = None
) -> AtFixed:
    """Specificity at a sensitivity: the same question with the classes and the order turned round."""
    return sensitivity_at(1 - np.asarray(labels), -np.asarray(scores, np.float64), sensitivity, patients)
