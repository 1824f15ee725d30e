"""Whether a number differs between groups by more than chance: Cochran's Q.

Cochran WG. Biometrics 1954;10:101-129; on the logit scale, as DerSimonian R, Laird N. Controlled Clinical Trials
1986;7:177-188 use it between centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc


@dataclass(frozen=True)
class Heterogeneity:
    """Q, its degrees of freedom, and the p of no difference between the groups' true values."""

    q: float
    freedom: int
    p: float


def heterogeneity(values: ArrayLike, variances: ArrayLike) -> Heterogeneity:
    """Test groups of other cases against each other.

    Parameters
    ----------
    values, variances : float [k]
        Of at least two groups, on a scale on which they are about normal.

    Examples
    --------
    >>> round(heterogeneity([1.2, 0.8, 1.9], [0.04, 0.06, 0.09]).q, 3)
    8.091
    """
    y, weight = np.asarray(values, np.float64), 1 / np.asarray(variances, np.float64)
    mean = weight @ y / weight.sum()
    q, freedom = float(weight @ (y - mean) ** 2), len(y) - 1
    return Heterogeneity(q, freedom, float(chdtrc(freedom, q)))
