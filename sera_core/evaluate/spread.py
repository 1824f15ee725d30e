"""How far an estimate may be off where patients have several images: patients vary independently, images do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]
TAIL = 0.025  # what an interval leaves out on either side: all are of 95 %


def robust_variance(pulls: Floats) -> float:
    """Variance of an estimate from the pull of each independent patient on it (they sum to 0); NaN for a single one."""
    return float(pulls @ pulls) * len(pulls) / (len(pulls) - 1) if len(pulls) > 1 else np.nan


def by_patient(values: ArrayLike, patients: ArrayLike) -> Floats:
    """Sum of the cases' values in each patient that has a case."""
    _, number = np.unique(np.asarray(patients), return_inverse=True)
    return np.bincount(number, np.asarray(values, np.float64)).astype(np.float64)


def clusters(patients: ArrayLike) -> NDArray[np.int64] | None:
    """The patients as numbers, for intervals that need them; None where nobody has several images.

    >>> clusters(["a", "b", "a"]).tolist(), clusters(["a", "b"])
    ([0, 1, 0], None)
    """
    names, number = np.unique(np.asarray(patients), return_inverse=True)
    return number.astype(np.int64) if len(names) < len(number) else None


def mean_half(values: ArrayLike, patients: ArrayLike | None) -> float:
    """Half of the interval of a mean of cases, with Student's t; NaN for a single case, or patient.

    From the cases where they are independent (``patients`` None), else from the patients' sums.
    """
    value = np.asarray(values, np.float64)
    if patients is None:
        spread = float(np.sqrt(value.var(ddof=1) / len(value))) if len(value) > 1 else np.nan
        return student(len(value) - 1) * spread
    sums = by_patient((value - value.mean()) / len(value), patients)
    return student(len(sums) - 1) * float(np.sqrt(robust_variance(sums)))


def student(freedom: float) -> float:
    """Student's t for a two-sided interval of 95 %; the normal quantile for infinitely many degrees of freedom."""
    if np.isinf(freedom):
        return float(ndtri(1 - TAIL))
    return float(stdtrit(freedom, 1 - TAIL)) if freedom > 0 else np.nan
