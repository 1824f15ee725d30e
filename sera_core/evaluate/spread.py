"""How far an estimate may be off where patients have several images: patients vary independently, images do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]


def robust_variance(pulls: Floats) -> float:
    """Variance of an estimate from the pull of each independent patient on it (they sum to 0); NaN for a single one."""
    return float(pulls @ pulls) * len(pulls) / (len(pulls) - 1) if len(pulls) > 1 else np.nan


def by_patient(values: ArrayLike, patients: ArrayLike) -> Floats:
    """Sum of the cases' values in each patient that has a case."""
    _, number = np.unique(np.asarray(patients), return_inverse=True)
    return np.bincount(number, np.asarray(values, np.float64)).astype(np.float64)


def mean_half(values: ArrayLike, patients: ArrayLike | None, level: float = 0.95) -> float:
    """Half of the interval of a mean of cases; NaN for a single case, or patient.

    Normal for independent cases (``patients`` None); else from the patients' sums, with Student's t for patients - 1
    degrees of freedom.
    """
    value = np.asarray(values, np.float64)
    if patients is None:
        return student(level, np.inf) * float(np.sqrt(value.var(ddof=1) / len(value))) if len(value) > 1 else np.nan
    sums = by_patient((value - value.mean()) / len(value), patients)
    return student(level, len(sums) - 1) * float(np.sqrt(robust_variance(sums)))


def student(level: float, freedom: float) -> float:
    """Quantile of Student's t for a two-sided interval; the normal one for infinitely many degrees of freedom."""
    if np.isinf(freedom):
        return float(ndtri(0.5 + level / 2))
    return float(stdtrit(freedom, 0.5 + level / 2)) if freedom > 0 else np.nan
