"""Sensitivity where the specificity is a given one, and the reverse, whatever cut-off that takes on these cases.

The interval counts both errors, of the cut-off and of the share at it: :mod:`~sera_core.evaluate.band`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sera_core.contracts import BadInput
from sera_core.evaluate.band import band
from sera_core.evaluate.roc import Curve, curve

DRAWS = 2000
BEYOND = 2  # independent cases that must lie beyond the fixed share for an interval: from fewer it holds too seldom
ROUNDING = 1e-9


@dataclass(frozen=True)
class AtFixed:
    """A share of one class where that of the other is fixed, with its interval; NaN where too few cases tell it."""

    value: float
    low: float
    high: float


def sensitivities_at(
    labels: ArrayLike,
    scores: ArrayLike,
    specificities: Sequence[float],
    patients: ArrayLike | None = None,
    drawn: Curve | None = None,
) -> list[AtFixed]:
    """Sensitivity at each specificity, straight between the curve's corners, at the top of each rise.

    Parameters
    ----------
    labels, scores : [n]
        Both classes must occur.
    specificities : sequence of float
        Between 0 and 1.
    patients : int [n], optional
        Patient of each case, where one may have several.
    drawn : (false_positive, sensitivity, threshold), optional
        The curve of these scores, where it is known.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> scores = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> round(sensitivities_at(labels, scores, [0.5])[0].value, 3)
    0.667
    """
    if wrong := [share for share in specificities if not 0 < share < 1]:
        raise BadInput("share", f"{wrong[0]:g} is no share to be fixed: give a number between 0 and 1.")
    drawn = drawn or curve(labels, scores)
    false_positive, sensitivity, _ = drawn
    at = 1 - np.asarray(specificities, np.float64)
    low, high = band(labels, scores, at, draws=DRAWS, patients=patients, drawn=drawn)
    truth = np.asarray(labels)
    fixed = np.count_nonzero(truth == 0) if patients is None else len(np.unique(np.asarray(patients)[truth == 0]))
    found = []
    for share, below, above in zip(at, low, high, strict=True):
        left = int(np.searchsorted(false_positive, share, "right")) - 1  # a rise's top; its right neighbour is level
        value = float(np.interp(share, false_positive[left : left + 2], sensitivity[left : left + 2]))
        known = fixed * share >= BEYOND - ROUNDING
        ends = (min(float(below), value), max(float(above), value)) if known else (np.nan, np.nan)
        found.append(AtFixed(value, *ends))
    return found


def specificities_at(
    labels: ArrayLike,
    scores: ArrayLike,
    sensitivities: Sequence[float],
    patients: ArrayLike | None = None,
    drawn: Curve | None = None,
) -> list[AtFixed]:
    """Specificity at each sensitivity: the same question with the classes and the order turned round."""
    false_positive, sensitivity, threshold = drawn or curve(labels, scores)
    after = np.concatenate([[np.inf], -threshold[:0:-1]])
    turned = 1 - sensitivity[::-1], 1 - false_positive[::-1], after
    labels, scores = 1 - np.asarray(labels), -np.asarray(scores, np.float64)
    return sensitivities_at(labels, scores, sensitivities, patients, turned)
