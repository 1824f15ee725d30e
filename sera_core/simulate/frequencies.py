"""How often each descriptor occurs in benign and malignant nodules, and how they hang together.

Within a class the suspicious signs share one latent factor (a one-factor Gaussian copula). Taking them as independent
would overstate separability: with independence, 90.8 % of malignant and 32.5 % of benign nodules of Moon 2008
(Radiology 247:762) would show at least one of five signs; 83.3 % and 26.0 % did, which latent correlations of 0.24 and
0.38 reproduce.

The tables hold the truth. Published frequencies contain the readers' errors, so the truth is set a little further
apart, in such a way that descriptors *read* with the published agreement come back to the published frequencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sera_core.contracts import Composition, Descriptors, Echogenicity, Focus, Margin, Shape
from sera_core.simulate.case import Pathology

CORRELATION = {Pathology.MALIGNANT: 0.24, Pathology.BENIGN: 0.38}
SIZE_RANGE_MM = (4.0, 35.0)  # fits every field of view behind the thickest front; the lognormal sizes are cut there
COMPOSITIONS = (Composition.CYSTIC, Composition.SPONGIFORM, Composition.MIXED, Composition.SOLID)
ECHOES = (Echogenicity.HYPERECHOIC, Echogenicity.ISOECHOIC, Echogenicity.HYPOECHOIC, Echogenicity.VERY_HYPOECHOIC)
MARGINS = (Margin.SMOOTH, Margin.ILL_DEFINED, Margin.LOBULATED, Margin.IRREGULAR, Margin.EXTRATHYROIDAL)
FLUID = (Composition.CYSTIC, Composition.SPONGIFORM)
FLUID_MARGIN = (0.94, 0.06, 0.0, 0.0, 0.0)
SPONGIFORM_ECHO = (0.10, 0.85, 0.05, 0.0)
MARGIN, SHAPE, HALO = "margin", "shape", "halo"  # signs besides the foci that a picture may fail to show

Levels = tuple[float, ...]
Logistic = tuple[float, float]  # log odds at 10 mm, and their change per unit of ln(size / 10 mm)


@dataclass(frozen=True)
class Findings:
    """Everything about a nodule that depends on its pathology."""

    descriptors: Descriptors
    halo: bool
    size_mm: float


@dataclass(frozen=True)
class Mix:
    """Frequencies in one kind of nodule.

    Attributes
    ----------
    composition, echo, margin : tuple of float
        Shares of ``COMPOSITIONS``, ``ECHOES`` (of nodules with a solid part) and ``MARGINS``, least suspicious first.
    taller, punctate : (float, float)
        Logistic curves over size.
    punctate_mixed : float
        Added log odds of punctate foci in mixed nodules.
    macro, rim, halo : float
    comet_tail : tuple of float
        By composition; none in solid hypoechoic nodules.
    size : (float, float)
        Median in mm and log-SD.
    """

    composition: Levels
    echo: Levels
    margin: Levels
    taller: Logistic
    punctate: Logistic
    punctate_mixed: float
    macro: float
    rim: float
    halo: float
    comet_tail: Levels
    size: tuple[float, float]


# Cho 2023 (Int J Thyroidol 16:111, 40 malignant): solid 90, predominantly solid 10 %; hypo 82.5, marked 10 %;
# microlobulated or irregular 67.5 %; micro 55, macro 7.5, rim 2.5 %; size 14.8 +- 6.8 mm (median 13.4, log-SD 0.44).
# Moon 2008 (360 malignant): taller 40.0, spiculated 48.3, marked hypo 41.4, micro 44.2, macro 9.7, iso 11.9 %.
# Small against large (J Ultrasound Med 2015;34:19): taller 81 % at <= 5 mm; micro 27.9 against 60.0 % at > 10 mm.
# Taller 61 % where two thirds were <= 10 mm (Sci Rep 2021;11:21616), 25.3 % at >= 10 mm (TINK, 26 centres).
PAPILLARY = Mix(
    composition=(0.0, 0.002, 0.068, 0.93),
    echo=(0.005, 0.075, 0.60, 0.32),
    margin=(0.24, 0.14, 0.23, 0.36, 0.03),
    taller=(-0.05, -1.45),
    punctate=(-0.05, 0.80),
    punctate_mixed=0.0,
    macro=0.10,
    rim=0.025,
    halo=0.12,
    comet_tail=(0.0, 0.0, 0.02, 0.002),
    size=(13.4, 0.44),
)
# Cho 2023 (219 benign): solid 59.8, mixed 40.2 %; iso or hyper 67.6, hypo 32.0, marked 0.5 %; well defined 92.2 %;
# micro 4.1, macro 12.8, rim 2.7, taller 3.2 %. Moon 2008 (489 benign): taller 8.6, spiculated 8.2, marked 7.8,
# micro 9.2, macro 3.9, spongiform 10.4 %. Suspicious-looking foci are commoner in partly cystic benign nodules
# (18.3 against 7.9 %; Ultrasonography 2016;35:153). Median size 1.25 to 1.66 times the malignant one (Samulski 2015;
# AACE 1000, Sci Rep 2017; Cho 2023). Halo: pooled odds ratio of its absence 7 (from memory, unconfirmed).
HYPERPLASTIC = Mix(
    composition=(0.05, 0.10, 0.30, 0.55),
    echo=(0.07, 0.60, 0.305, 0.025),
    margin=(0.845, 0.10, 0.035, 0.02, 0.0),
    taller=(-2.75, -0.50),
    punctate=(-3.2, 0.20),
    punctate_mixed=0.8,
    macro=0.06,
    rim=0.025,
    halo=0.30,
    comet_tail=(0.35, 0.25, 0.15, 0.03),
    size=(18.0, 0.50),
)
# Follicular adenoma and carcinoma together (262 + 67, PMC9122875): solid 76.3, mixed 21.9, spongiform 1.2 %; iso 79.0,
# hypo 17.6, hyper 3.4 %; smooth 92.1, ill-defined 7.6, irregular 0.3 %; micro 4.9, macro 7.9, rim 2.1, taller 0.3,
# halo 59.0, comet-tail 1.2 %; 36 +- 17 mm. One table for both: that is why they are hard.
FOLLICULAR = Mix(
    composition=(0.0, 0.012, 0.22, 0.768),
    echo=(0.034, 0.79, 0.175, 0.001),
    margin=(0.920, 0.076, 0.001, 0.003, 0.0),
    taller=(-4.5, -0.5),
    punctate=(-2.97, 0.0),
    punctate_mixed=0.0,
    macro=0.079,
    rim=0.021,
    halo=0.59,
    comet_tail=(0.0, 0.0, 0.05, 0.002),
    size=(32.6, 0.45),
)
MIXES = {Pathology.MALIGNANT: (PAPILLARY, FOLLICULAR), Pathology.BENIGN: (HYPERPLASTIC, FOLLICULAR)}

Chance = float | NDArray[np.float64]


@dataclass(frozen=True)
class Copula:
    """Probabilities given the shared factor; ``sign`` says whether the factor favours or opposes a finding."""

    rho: float

    def above(self, share: float, factor: Chance, sign: float = 1.0) -> Chance:
        """P(finding | factor) for a finding of marginal frequency ``share``."""
        if share <= 0.0:
            return 0.0 * factor
        loading = sign * np.sqrt(self.rho)
        return ndtr((loading * factor - ndtri(1 - share)) / np.sqrt(1 - loading**2))

    def level(self, shares: Levels, index: int, factor: Chance) -> Chance:
        """P(level | factor) of an ordered finding with marginal ``shares``."""
        upper = self.above(sum(shares[index:]), factor) if index else 1.0 + 0.0 * factor
        beyond = self.above(sum(shares[index + 1 :]), factor) if index + 1 < len(shares) else 0.0 * factor
        return upper - beyond

    def draw(self, shares: Levels, factor: float, generator: np.random.Generator) -> int:
        """Draw the level of an ordered finding."""
        chances = np.maximum([float(self.level(shares, k, factor)) for k in range(len(shares))], 0)
        return int(np.searchsorted(np.cumsum(chances) / chances.sum(), generator.uniform(), side="right"))


def logistic(curve: Logistic, size_mm: float, extra: float = 0.0) -> float:
    """Frequency at a size."""
    return float(1 / (1 + np.exp(-(curve[0] + extra + curve[1] * np.log(size_mm / 10)))))


def foci_shares(mix: Mix, composition: Composition, echo: Echogenicity, size_mm: float) -> dict[Focus, float]:
    """Marginal frequency of each focus in a nodule of this composition, echogenicity and size."""
    fluid, solid = composition in FLUID, composition is Composition.SOLID
    extra = mix.punctate_mixed if composition is Composition.MIXED else 0.0
    dark = echo in (Echogenicity.HYPOECHOIC, Echogenicity.VERY_HYPOECHOIC)
    return {
        Focus.PUNCTATE: 0.0 if composition is Composition.CYSTIC else logistic(mix.punctate, size_mm, extra),
        Focus.MACROCALCIFICATION: 0.0 if fluid else mix.macro,
        Focus.RIM: 0.0 if fluid else mix.rim,
        Focus.COMET_TAIL: 0.0 if solid and dark else mix.comet_tail[COMPOSITIONS.index(composition)],
    }


FOCUS_SIGN = {Focus.PUNCTATE: 1.0, Focus.MACROCALCIFICATION: 1.0, Focus.RIM: 0.0, Focus.COMET_TAIL: -1.0}


def draw_findings(pathology: Pathology, follicular: float, size_factor: float, seed: int) -> Findings:
    """Draw what a nodule of this pathology looks like.

    Parameters
    ----------
    pathology : Pathology
    follicular : float
        Share of follicular-pattern lesions in this class.
    size_factor : float
        Nodules are this much larger than in the tables.
    seed : int
    """
    generator = np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, 1])))
    copula = Copula(CORRELATION[pathology])
    mix = MIXES[pathology][int(generator.uniform() < follicular)]
    factor = float(generator.standard_normal())
    size = _draw_size(mix, size_factor, generator)
    composition = COMPOSITIONS[int(np.searchsorted(np.cumsum(mix.composition), generator.uniform()))]
    echo = Echogenicity.ANECHOIC
    if composition is not Composition.CYSTIC:
        shares = SPONGIFORM_ECHO if composition is Composition.SPONGIFORM else mix.echo
        echo = ECHOES[copula.draw(shares, factor, generator)]
    margin = MARGINS[copula.draw(FLUID_MARGIN if composition in FLUID else mix.margin, factor, generator)]
    taller = generator.uniform() < copula.above(logistic(mix.taller, size), factor)
    foci = frozenset(
        focus
        for focus, share in foci_shares(mix, composition, echo, size).items()
        if generator.uniform() < copula.above(share, factor, FOCUS_SIGN[focus])
    )
    halo = generator.uniform() < (0.0 if composition in FLUID else copula.above(mix.halo, factor, -1.0))
    shape = Shape.TALLER_THAN_WIDE if taller else Shape.WIDER_THAN_TALL
    return Findings(Descriptors(composition, echo, shape, margin, foci), bool(halo), size)


def _draw_size(mix: Mix, size_factor: float, generator: np.random.Generator) -> float:
    low, high = _size_limits(mix, size_factor)
    score = ndtri(generator.uniform(ndtr(low), ndtr(high)))
    return float(np.clip(mix.size[0] * size_factor * np.exp(mix.size[1] * score), *SIZE_RANGE_MM))


def _size_limits(mix: Mix, size_factor: float) -> tuple[float, float]:
    median, spread = mix.size[0] * size_factor, mix.size[1]
    low, high = np.log(np.asarray(SIZE_RANGE_MM) / median) / spread
    return float(low), float(high)


@cache
def _quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of the standard normal factor."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    return nodes, weights / weights.sum()


def density(
    findings: Findings,
    pathology: Pathology,
    follicular: float,
    size_factor: float,
    unseen: frozenset[str] = frozenset(),
) -> float:
    """p(findings | pathology): a probability over descriptors times a density over ln(size).

    Summed over everything that the signs named in ``unseen`` (:data:`MARGIN`, :data:`SHAPE`, :data:`HALO`, a focus)
    could be.
    """
    shares = (1 - follicular, follicular)
    return sum(
        share * _density(findings, mix, pathology, size_factor, unseen)
        for share, mix in zip(shares, MIXES[pathology], strict=True)
        if share > 0
    )


def _density(findings: Findings, mix: Mix, pathology: Pathology, size_factor: float, unseen: frozenset[str]) -> float:
    seen, size = findings.descriptors, findings.size_mm
    copula, (factor, weight) = Copula(CORRELATION[pathology]), _quadrature()
    chance = np.full(factor.shape, mix.composition[COMPOSITIONS.index(seen.composition)])
    fluid = seen.composition in FLUID
    if seen.composition is not Composition.CYSTIC:
        shares = SPONGIFORM_ECHO if seen.composition is Composition.SPONGIFORM else mix.echo
        chance *= copula.level(shares, ECHOES.index(seen.echogenicity), factor)
    if MARGIN not in unseen:
        chance *= copula.level(FLUID_MARGIN if fluid else mix.margin, MARGINS.index(seen.margin), factor)
    if SHAPE not in unseen:
        chance *= _yes_or_no(copula.above(logistic(mix.taller, size), factor), seen.shape is Shape.TALLER_THAN_WIDE)
    for focus, share in foci_shares(mix, seen.composition, seen.echogenicity, size).items():
        if focus not in unseen:
            chance *= _yes_or_no(copula.above(share, factor, FOCUS_SIGN[focus]), focus in seen.foci)
    if HALO not in unseen:
        chance *= _yes_or_no(0.0 * factor if fluid else copula.above(mix.halo, factor, -1.0), findings.halo)
    return float((np.maximum(chance, 0) * weight).sum()) * _size_density(mix, size, size_factor)


def _yes_or_no(chance: Chance, present: bool) -> Chance:
    return chance if present else 1 - chance


def _size_density(mix: Mix, size_mm: float, size_factor: float) -> float:
    low, high = _size_limits(mix, size_factor)
    score = np.log(size_mm / (mix.size[0] * size_factor)) / mix.size[1]
    return float(np.exp(-0.5 * score**2) / (np.sqrt(2 * np.pi) * mix.size[1] * (ndtr(high) - ndtr(low))))
