"""The best AUC that anyone could reach: the likelihood ratio of what a nodule shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from sera_core.simulate.case import Pathology
from sera_core.simulate.centres import Centre, centre_named
from sera_core.simulate.frequencies import Findings, density, draw_findings


@dataclass(frozen=True)
class Ceiling:
    """Best possible AUC of a centre.

    Attributes
    ----------
    auc : float
        Of the likelihood ratio, over many patients.
    low, high : float
        Where 95 % of test sets of this centre's size fall.
    malignant, benign : int
        That size.
    """

    centre: str
    auc: float
    low: float
    high: float
    malignant: int
    benign: int


def log_likelihood_ratio(findings: Findings, centre: Centre) -> float:
    """ln p(findings | malignant) / p(findings | benign) at a centre; the prevalence plays no part.

    Never infinite: a finding that one class never shows counts as one in a million.
    """
    shares = dict(zip((Pathology.MALIGNANT, Pathology.BENIGN), centre.follicular, strict=True))
    malignant, benign = (density(findings, kind, shares[kind], centre.size_factor) + 1e-12 for kind in shares)
    return float(np.clip(np.log(malignant / benign), -np.log(1e6), np.log(1e6)))


def auc(malignant: NDArray[np.float64], benign: NDArray[np.float64]) -> float:
    """Chance that a malignant score exceeds a benign one (ties count half)."""
    ranks = rankdata(np.concatenate([malignant, benign]))
    count = malignant.size
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * benign.size))


@cache
def ceiling(name: str, draws: int = 3000, seed: int = 1) -> Ceiling:
    """Ceiling AUC of a centre, from ``draws`` patients a class, with the interval for a test set of its size."""
    centre = centre_named(name)
    scores = {}
    for place, kind in enumerate((Pathology.MALIGNANT, Pathology.BENIGN)):
        shown = (
            draw_findings(kind, centre.follicular[place], centre.size_factor, seed * 10**6 + i) for i in range(draws)
        )
        scores[kind] = np.asarray([log_likelihood_ratio(findings, centre) for findings in shown])
    generator = np.random.default_rng(seed)
    sets = [
        auc(
            generator.choice(scores[Pathology.MALIGNANT], centre.malignant),
            generator.choice(scores[Pathology.BENIGN], centre.benign),
        )
        for _ in range(1000)
    ]
    low, high = np.quantile(sets, (0.025, 0.975))
    best = auc(scores[Pathology.MALIGNANT], scores[Pathology.BENIGN])
    return Ceiling(name, best, float(low), float(high), centre.malignant, centre.benign)
