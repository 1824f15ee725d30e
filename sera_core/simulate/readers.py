"""Simulated readers: descriptors seen with the published error, and what four guidelines make of them.

A reader sees the latent evidence behind each descriptor plus noise, so borderline nodules cause most disagreement. Half
of the noise's variance is the reader's habit, the rest differs from nodule to nodule. The noise is set so that two
readers agree with the published kappa; the kappas are working values for experts, from the studies named below.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

from sera_core.contracts import Advice, Composition, Descriptors, Echogenicity, Focus, Guideline, Shape
from sera_core.guidelines import assess
from sera_core.simulate.frequencies import (
    COMPOSITIONS,
    ECHOES,
    FLUID,
    HYPERPLASTIC,
    MARGINS,
    PAPILLARY,
    Findings,
    Levels,
    foci_shares,
    logistic,
)

# Composition .72-.89, margin .32-.37 (Park SJ 2012, Ultraschall Med 33:E186); shape .61, macrocalcification .73, other
# foci .25-.39, margin .25-.39 (Hoang 2018, AJR); echogenicity .42-.57, shape .42-.47, foci .55-.57 (Park CS 2010, J
# Clin Ultrasound; ACR lexicon in China 2016); comet-tail .08, macrocalcification .41 (Wildman-Tobriner 2020).
KAPPA = {"composition": 0.70, "echo": 0.50, "margin": 0.33, "shape": 0.55}
FOCUS_KAPPA = {Focus.PUNCTATE: 0.50, Focus.MACROCALCIFICATION: 0.70, Focus.RIM: 0.70, Focus.COMET_TAIL: 0.30}
GUIDELINES = (Guideline.KTIRADS2021, Guideline.ACR2017, Guideline.KWAK2011, Guideline.KIM2002)


@cache
def noise_for(kappa: float, share: float) -> float:
    """Noise (SD, in units of the evidence) with which two readers agree to ``kappa`` on a sign called this often."""
    cut = ndtri(1 - share)

    def difference(log_noise: float) -> float:
        correlation = 1 / (1 + np.exp(2 * log_noise))
        cover = [[1.0, correlation], [correlation, 1.0]]
        both = float(multivariate_normal([0, 0], cover).cdf([-cut, -cut]))
        return (both - share**2) / (share - share**2) - kappa

    return float(np.exp(brentq(difference, -4.0, 3.0, xtol=1e-4)))


def read(findings: Findings, seed: int, reader: int = 0) -> Descriptors:
    """What one reader sees in one nodule.

    Parameters
    ----------
    findings : Findings
        The truth.
    seed : int
        Of the case: the evidence behind each word is the same for every reader.
    reader : int
        Which reader.
    """
    eye = _Eye(seed, reader)
    seen, size = findings.descriptors, findings.size_mm
    composition = COMPOSITIONS[
        eye.level(COMPOSITIONS.index(seen.composition), _pooled("composition"), KAPPA["composition"])
    ]
    if composition is Composition.CYSTIC and seen.composition is not Composition.CYSTIC:
        composition = Composition.MIXED  # tissue that is there is seen; only its share is misjudged
    truth = 1 if seen.echogenicity is Echogenicity.ANECHOIC else ECHOES.index(seen.echogenicity)
    echo = ECHOES[eye.level(truth, _pooled("echo"), KAPPA["echo"])]
    margin = MARGINS[eye.level(MARGINS.index(seen.margin), _pooled("margin"), KAPPA["margin"])]
    taller = eye.sees(
        seen.shape is Shape.TALLER_THAN_WIDE, _mean(logistic(m.taller, size) for m in _MIXES), KAPPA["shape"]
    )
    foci = frozenset(f for f in Focus if eye.sees(f in seen.foci, _share_of(f, seen, size), FOCUS_KAPPA[f]))
    if composition is Composition.CYSTIC:
        echo, foci = Echogenicity.ANECHOIC, foci & {Focus.COMET_TAIL}
    shape = Shape.TALLER_THAN_WIDE if taller else Shape.WIDER_THAN_TALL
    return Descriptors(composition, echo, shape, margin, foci)


def score(advice: Advice) -> float:
    """How suspicious a guideline finds a nodule, as an ordered number.

    ACR and Kwak: points. Kim: features counted. K-TIRADS: the category's number.
    """
    if advice.points is not None:
        return float(advice.points)
    if advice.guideline is Guideline.KIM2002:
        return float(len(advice.features))
    return float(advice.category.split()[-1])


def reader_scores(findings: Findings, seed: int, reader: int = 0) -> dict[Guideline, float]:
    """Scores of the four guidelines from the descriptors that one reader saw."""
    seen = read(findings, seed, reader)
    return {guideline: score(assess(guideline, seen, findings.size_mm)) for guideline in GUIDELINES}


_MIXES = (PAPILLARY, HYPERPLASTIC)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


@cache
def _pooled(part: str) -> Levels:
    """Shares of the levels with both classes pooled: a reader does not know the class."""
    columns = zip(*(getattr(mix, part) for mix in _MIXES), strict=True)
    return tuple(float(np.mean(column)) for column in columns)


def _share_of(focus: Focus, seen: Descriptors, size: float) -> float:
    echo = Echogenicity.ISOECHOIC if focus is Focus.COMET_TAIL else seen.echogenicity
    kind = Composition.MIXED if seen.composition in FLUID else seen.composition
    return _mean(foci_shares(mix, kind, echo, size)[focus] for mix in _MIXES)


class _Eye:
    """One reader before one nodule; every call looks at the next piece of evidence."""

    def __init__(self, seed: int, reader: int) -> None:
        self._evidence = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, 21])))
        self._moment = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, 22, reader])))
        self._habit = np.random.Generator(np.random.SFC64(np.random.SeedSequence([23, reader])))

    def level(self, truth: int, shares: Levels, kappa: float) -> int:
        """The level called when ``truth`` is there; ``shares`` are those of all nodules."""
        ends = np.concatenate([[0.0], np.cumsum(shares)])
        ends = np.clip(ends / ends[-1], 0, 1)
        evidence = ndtri(np.clip(self._evidence.uniform(ends[truth], ends[truth + 1]), 1e-9, 1 - 1e-9))
        largest = float(np.clip(min(ends[1:-1], key=lambda end: abs(end - 0.5)), 0.05, 0.95))
        noise = noise_for(kappa, round(1 - largest, 2))
        habit = float(np.clip(self._habit.standard_normal(), -1, 1))  # nobody reads at an extreme for long
        blur = np.sqrt(0.5) * noise * (habit + self._moment.standard_normal())
        called = ndtr((evidence + blur) / np.sqrt(1 + noise**2))
        return int(np.clip(np.searchsorted(ends[1:-1], called), 0, len(shares) - 1))

    def sees(self, truth: bool, share: float, kappa: float) -> bool:
        """Whether a sign that occurs this often is called."""
        share = float(np.clip(share, 0.01, 0.99))
        return bool(self.level(int(truth), (1 - share, share), kappa))
