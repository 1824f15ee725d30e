"""How much more often a nodule like this one is malignant than benign, and what scores are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from sera_core.simulate.case import Pathology
from sera_core.simulate.centres import Centre
from sera_core.simulate.frequencies import Findings, density


def log_likelihood_ratio(findings: Findings, centre: Centre, unseen: frozenset[str] = frozenset()) -> float:
    """ln p(findings | malignant) / p(findings | benign) at a centre; the prevalence plays no part.

    Never infinite: a finding that one class never shows counts as one in a million. Of what is ``unseen``
    (:func:`sera_core.simulate.frequencies.density`) nothing is known, neither that it is there nor that it is not.

    Examples
    --------
    >>> from sera_core.simulate.cohort import any_cohort, findings_of
    >>> from sera_core.simulate.centres import centre_named
    >>> case = any_cohort("internal", cases=20, seed=1)[0]
    >>> log_likelihood_ratio(findings_of(case), centre_named("internal")) > 0, case.pathology.value
    (False, 'benign')
    """
    shares = dict(zip((Pathology.MALIGNANT, Pathology.BENIGN), centre.follicular, strict=True))
    malignant, benign = (density(findings, kind, shares[kind], centre.size_factor, unseen) + 1e-12 for kind in shares)
    return float(np.clip(np.log(malignant / benign), -np.log(1e6), np.log(1e6)))


def auc(malignant: NDArray[np.float64], benign: NDArray[np.float64]) -> float:
    """Chance that a malignant score exceeds a benign one (ties count half)."""
    ranks = rankdata(np.concatenate([malignant, benign]))
    count = malignant.size
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * benign.size))
