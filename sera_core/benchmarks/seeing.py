"""How far a margin must stand out before the network that learnt from such frames makes something of it.

Nodules of many echo levels are drawn twice from the same speckle, with a smooth and with an irregular margin. What the
network's log odds rise by is set against what the sign is worth (the simulator's log likelihood ratio), by how far the
outline stands out from the speckle (:func:`~sera_core.simulate.visible.outline_contrast`).
"""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean

import numpy as np

from sera_core.benchmarks.timing import Timing
from sera_core.classifiers.store import load
from sera_core.contracts import Margin
from sera_core.evaluate.calibration import logits
from sera_core.images.prepare import prepare
from sera_core.simulate.case import Case
from sera_core.simulate.render import render
from sera_core.simulate.sandbox import TYPICAL_MARGIN, truth_of
from sera_core.simulate.settings import case_from
from sera_core.simulate.visible import VISIBLE, outline_contrast

MODEL = "lite0-simulated"
LEVELS_DB = (-1, -2, -3, -4, -5, -6, -8, -10, -14)
PATIENTS = 12
BANDS = (0.0, 0.4, 0.6, VISIBLE, 1.0, 1.4, 2.0, np.inf)


def benchmark(patients: int = PATIENTS) -> list[Timing]:
    """Share of the sign's worth in the network's answer (value), by how far the outline stands out.

    Parameters
    ----------
    patients : int
        Of each echo level.
    """
    pairs = [_pair(level, patient) for level in LEVELS_DB for patient in range(patients)]
    lines = []
    for low, high in pairwise(BANDS):
        shares = [share for contrast, share in pairs if low <= contrast < high]
        if shares:
            name = f"outline stands out by {low:g} to {high:g} SD of the speckle (n = {len(shares)})"
            mean = fmean(shares)
            lines.append(Timing(name=name, value=mean, unit="of the sign's worth", versus="1", ratio=mean))
    return lines


def solid(seed: int, level_db: float, margin: Margin) -> Case:
    """A solid nodule of this level and margin; same seed, same speckle."""
    return case_from({"seed": seed, "echo_db": level_db, "margin": margin.value, **TYPICAL_MARGIN[margin]})


def _pair(level_db: float, patient: int) -> tuple[float, float]:
    """How far the irregular outline stands out, and the network's rise over the truth's."""
    smooth, irregular = (solid(patient, level_db, margin) for margin in (Margin.SMOOTH, Margin.IRREGULAR))
    rise = _log_odds(irregular) - _log_odds(smooth)
    return outline_contrast(irregular), rise / (truth_of(irregular) - truth_of(smooth))


def _log_odds(case: Case) -> float:
    """The network's, of a case's nodule."""
    classifier, frame = load(MODEL), render(case)
    crop = prepare(frame.image.pixels, frame.box, classifier.card.preparation)
    return float(logits(classifier.predict(crop.pixels[None]))[0])
