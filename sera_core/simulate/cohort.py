"""Patients of a virtual centre: pathology, then findings, then a neck, then a picture.

The picture depends on the pathology only through the findings: everything after them is drawn from streams of random
numbers that do not know it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np

from sera_core.contracts import BadInput, Composition, Echogenicity, Focus, Margin, Shape
from sera_core.simulate import anatomy
from sera_core.simulate.case import FEWEST_PUNCTATE, Anatomy, Case, Nodule, Pathology, Texture, View
from sera_core.simulate.centres import TRAINING, Centre, centre_named
from sera_core.simulate.frequencies import Findings, draw_findings
from sera_core.simulate.scanner import Scanner

DEPTHS_MM = (30.0, 35.0, 40.0, 45.0, 50.0)
ECHO_RANGE_DB = {
    Echogenicity.ANECHOIC: (0.0, 0.0),
    Echogenicity.HYPERECHOIC: (2.5, 5.5),
    Echogenicity.ISOECHOIC: (-4.2, 1.7),
    Echogenicity.HYPOECHOIC: (-10.5, -5.8),
    Echogenicity.VERY_HYPOECHOIC: (-16.5, -12.6),
}


def _generator(seed: int, stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, stream])))


def realise(findings: Findings, seed: int) -> Nodule:
    """A nodule with these findings: exact levels, ratio, depths and numbers are drawn inside each word's range."""
    generator, seen, size = _generator(seed, 2), findings.descriptors, findings.size_mm
    low, high = ECHO_RANGE_DB[seen.echogenicity]
    depth, edge = _border(seen.margin, size, generator)
    # height over width: log-SD 0.21, medians 0.70 and 0.87 (fitted to 4.6 and 25.3 % taller than wide, TINK registry)
    wider = float(np.clip(0.70 * np.exp(0.17 * generator.standard_normal()), 0.45, 0.95))
    taller = float(min(1.06 + 0.14 * generator.exponential(), 1.6))
    share, number, tails = (
        generator.uniform(0.3, 0.85),
        generator.integers(FEWEST_PUNCTATE, 15),
        generator.integers(1, 5),
    )
    macro, rim, halo = (
        generator.uniform(1.5, max(1.6, min(6.0, 0.4 * size))),
        generator.uniform(0.6, 1),
        generator.uniform(0.6, 1.1),
    )
    return Nodule(
        size_mm=size,
        ratio=taller if seen.shape is Shape.TALLER_THAN_WIDE else wider,
        composition=seen.composition,
        solid_share=float(share),
        echo_db=float(generator.uniform(low, high)),
        margin=seen.margin,
        margin_depth=depth,
        edge_mm=edge,
        punctate=int(number) if Focus.PUNCTATE in seen.foci else 0,
        comet_tails=int(tails) if Focus.COMET_TAIL in seen.foci else 0,
        macro_mm=float(macro) if Focus.MACROCALCIFICATION in seen.foci else 0.0,
        rim_share=float(rim) if Focus.RIM in seen.foci else 0.0,
        halo_mm=float(halo) if findings.halo else 0.0,
        along=float(generator.uniform(-1, 1)),
        down=float(generator.uniform(-1, 1)),
    )


def _border(margin: Margin, size_mm: float, generator: np.random.Generator) -> tuple[float, float]:
    """Depth of lobules or spikes, and width of the fading border in mm."""
    share, edge = float(generator.uniform()), float(generator.uniform(0.12, 0.3))
    if margin is Margin.ILL_DEFINED:
        return 0.0, min(1.2 + 1.0 * share, 0.22 * size_mm)
    low, high = {
        Margin.LOBULATED: (0.14, 0.22),
        Margin.IRREGULAR: (0.22, 0.34),
        Margin.EXTRATHYROIDAL: (0.18, 0.3),
    }.get(margin, (0.0, 0.0))
    return low + (high - low) * share, edge


def neck(seed: int, diffuse: float = 0.2) -> Anatomy:
    """Draw the anatomy around a nodule; sources of the numbers: :class:`Anatomy`."""
    generator = _generator(seed, 3)

    def normal(mean: float, spread: float, low: float, high: float) -> float:
        return float(np.clip(generator.normal(mean, spread), low, high))

    return Anatomy(
        view=View.TRANSVERSE if generator.uniform() < 0.6 else View.LONGITUDINAL,
        side=1 if generator.uniform() < 0.5 else -1,
        skin_mm=normal(1.5, 0.25, 1.0, 2.2),
        fat_mm=normal(1.6, 0.7, 0.7, 4.0),
        strap_mm=normal(2.8, 0.8, 1.5, 5.0),
        gland_mm=normal(14.0, 2.0, 10.0, 20.0),
        lobe_mm=normal(16.0, 1.7, 12.0, 21.0),
        isthmus_mm=normal(3.2, 1.0, 1.2, 6.0),
        trachea_mm=normal(13.5, 1.8, 9.5, 18.0),
        carotid_mm=normal(6.35, 0.7, 4.5, 8.0) * (1 + 0.05 * float(np.sin(generator.uniform(0, 2 * np.pi)))),
        texture=Texture.DIFFUSE if generator.uniform() < diffuse else Texture.NORMAL,
    )


def set_up(scanner: Scanner, nodule: Nodule, around: Anatomy, seed: int) -> Scanner:
    """The centre's scanner as the operator sets it for this nodule: depth, focus, gain."""
    generator = _generator(seed, 4)
    needed = around.front_mm + max(nodule.height_mm + 6, around.gland_mm + 4) + 3
    depth = next((d for d in DEPTHS_MM if d >= needed), DEPTHS_MM[-1])
    if generator.uniform() < 0.4:
        depth = min(depth + 5, DEPTHS_MM[-1])
    middle = around.front_mm + nodule.height_mm / 2 + 2
    knobs = tuple(float(error + generator.normal(0, 0.8)) for error in scanner.gain_error_db)
    return replace(
        scanner,
        depth_mm=depth,
        focus_mm=float(np.clip(0.5 * (scanner.focus_mm + middle) + generator.normal(0, 2), 8, 35)),
        gain_db=scanner.gain_db + float(generator.normal(0, 1.6)),
        noise_db=scanner.noise_db + float(generator.normal(0, 1.5)),
        gain_error_db=knobs,
    )


def build(
    findings: Findings, seed: int, scanner: Scanner, diffuse: float = 0.2, pathology: Pathology | None = None
) -> Case:
    """A case with these findings.

    Parameters
    ----------
    findings : Findings
    seed : int
        Draws everything that the findings leave open.
    scanner : Scanner
    diffuse : float
        Chance of a diffusely diseased gland.
    pathology : Pathology, optional
        Written on the case; it changes no pixel.

    Raises
    ------
    BadInput
        When the findings contradict each other.
    """
    nodule, around = realise(findings, seed), neck(seed, diffuse)
    case = Case(seed, nodule, around, set_up(scanner, nodule, around, seed), pathology)
    return replace(case, second=_second(case))


def _second(case: Case) -> Nodule | None:
    """In some necks a small bystander, at the other end of the lobe."""
    generator = _generator(case.seed, 5)
    wanted, size = generator.uniform() < 0.2, generator.uniform(4, 7)
    kind = generator.choice([Composition.CYSTIC, Composition.SPONGIFORM, Composition.SOLID])
    side = -np.sign(case.nodule.along)
    where = anatomy.layout(case)
    second = Nodule(float(size), 0.75, Composition(kind), echo_db=-1.5, along=float(side) * 0.95, down=0.3)
    x, z = where.spot(second)
    away = np.hypot(x - where.spot(case.nodule)[0], z - where.spot(case.nodule)[1])
    clear = away > (case.nodule.size_mm + size) / 2 + 2 and abs(x) < case.scanner.aperture_mm / 2 - 4
    return second if wanted and clear else None


def draw(centre: Centre, pathology: Pathology, seed: int) -> Case:
    """Draw one patient of a centre."""
    share = centre.follicular[0 if pathology is Pathology.MALIGNANT else 1]
    findings = draw_findings(pathology, share, centre.size_factor, seed)
    return replace(build(findings, seed, centre.scanner, centre.diffuse, pathology), centre=centre.name)


def findings_of(case: Case) -> Findings:
    """What a case shows, in words and millimetres."""
    return Findings(case.nodule.descriptors, case.nodule.halo_mm > 0, case.nodule.size_mm)


@dataclass(frozen=True)
class Cohort(Sequence[Case]):
    """A list of patients that are drawn when they are asked for, so that memory stays flat.

    Attributes
    ----------
    centre : Centre
    split : str
        "train" or "test"; patients of two splits, centres or seeds are never the same.
    malignant, benign : int
    seed : int
    """

    centre: Centre
    split: str
    malignant: int
    benign: int
    seed: int

    def __len__(self) -> int:
        return self.malignant + self.benign

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> list[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | list[Case]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        pathology = Pathology.MALIGNANT if self._order()[index] < self.malignant else Pathology.BENIGN
        name = f"{self.centre.name}-{self.split}"
        words = [self.seed, *name.encode(), index]
        seed = int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0] >> np.uint64(1))
        return replace(draw(self.centre, pathology, seed), patient_id=f"{name}-{self.seed}-{index:05d}")

    def __iter__(self) -> Iterator[Case]:
        return (self[i] for i in range(len(self)))

    def _order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.random.default_rng([self.seed, len(self)]).permutation(len(self))


def study_set(name: str, split: str, seed: int = 2020, malignant: int = 0, benign: int = 0) -> Cohort:
    """The training or test set of a centre, with the sizes of Koh 2020 unless others are asked for.

    Parameters
    ----------
    name : str
        Centre.
    split : {"train", "test"}
        13,560 patients (7,160 malignant) of the internal centre, or 634 (internal), 781 (A), 200 (B), 200 (C).
    seed : int
        Sets of another seed have other patients.
    malignant, benign : int
        Numbers of patients; 0: those of Koh 2020.

    Raises
    ------
    BadInput
        For an unknown centre, or a training set of an external centre.
    """
    centre = centre_named(name)
    if split == "train" and centre.role != "internal":
        raise BadInput("test_only", f"Centre {name} is for testing only: train on the internal centre.")
    usual = TRAINING if split == "train" else (centre.malignant, centre.benign)
    return Cohort(centre, split, malignant or usual[0], benign or usual[1], seed)


def any_cohort(name: str, cases: int, seed: int) -> Cohort:
    """So many patients of a centre, at its prevalence.

    Raises
    ------
    BadInput
        For an unknown centre, or fewer than one case.

    Examples
    --------
    >>> cohort = any_cohort("internal", cases=20, seed=1)
    >>> len(cohort), sum(case.pathology is Pathology.MALIGNANT for case in cohort)
    (20, 10)
    """
    centre = centre_named(name)
    if cases < 1:
        raise BadInput("no_cases", f"{cases} cases cannot be simulated: ask for at least one.")
    malignant = round(cases * centre.prevalence)
    return Cohort(centre, "any", malignant, cases - malignant, seed)
