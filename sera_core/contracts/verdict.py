"""On which side of a cut-off a score lies."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Verdict(StrEnum):
    """Which side of the frozen cut-off, or between its confidence bounds."""

    BENIGN = "benign"
    INDETERMINATE = "indeterminate"
    MALIGNANT = "malignant"


def is_positive(score: ArrayLike, cutoff: ArrayLike) -> NDArray[np.bool_]:
    """Whether scores count as positive at a cut-off: those that reach it (score >= cut-off), as on a ROC curve.

    The one definition: counts, curves, net benefit, kappa and verdict all ask it. No score (NaN) is never positive.
    """
    return np.asarray(score) >= np.asarray(cutoff)
