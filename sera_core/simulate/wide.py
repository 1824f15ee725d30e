"""Wide frames as clinicians keep them: a small nodule in a view of 40 to 60 mm, and necks without a nodule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sera_core.contracts import Grey
from sera_core.simulate.case import SMALLEST_MM, Case, Pathology
from sera_core.simulate.centres import Centre
from sera_core.simulate.cohort import build
from sera_core.simulate.frequencies import draw_findings
from sera_core.simulate.render import pixels
from sera_core.simulate.scanner import Scanner

APERTURE_MM, DEPTH_MM = (40.0, 60.0), (35.0, 55.0)
LARGEST_MM = 15.0


def draw_wide(centre: Centre, seed: int) -> Case:
    """A patient of a centre with a nodule of 3 to 15 mm, seen in a view of 40 to 60 mm.

    Findings come from the centre's frequencies as in any other cohort; only size and view differ.

    Parameters
    ----------
    centre : Centre
    seed : int

    Returns
    -------
    Case
    """
    generator = np.random.default_rng([seed, 7])
    pathology = Pathology.MALIGNANT if generator.uniform() < 0.5 else Pathology.BENIGN
    share = centre.follicular[0 if pathology is Pathology.MALIGNANT else 1]
    size = float(np.exp(generator.uniform(np.log(SMALLEST_MM), np.log(LARGEST_MM))))
    findings = replace(draw_findings(pathology, share, 1.0, seed), size_mm=size)
    case = build(findings, seed, _widened(centre.scanner, generator), centre.diffuse, pathology)
    deep = max(case.scanner.depth_mm, float(generator.uniform(*DEPTH_MM)))
    return replace(case, scanner=replace(case.scanner, depth_mm=deep), centre=centre.name)


def _widened(scanner: Scanner, generator: np.random.Generator) -> Scanner:
    """The scanner with a wider view and as many lines a millimetre."""
    aperture = max(scanner.aperture_mm, float(generator.uniform(*APERTURE_MM)))
    return replace(scanner, aperture_mm=aperture, lines=round(scanner.lines * aperture / scanner.aperture_mm))


def without_nodule(case: Case) -> Grey:
    """The same neck and scanner without any nodule, float32 [PIXELS, PIXELS]."""
    return pixels(replace(case, bare=True, second=None))
