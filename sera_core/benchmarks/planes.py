"""What a second view of a nodule gains: one reading against two combined, on nodules whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sera_core.contracts import Box, GreyImage
from sera_core.diagnosis import Request, read
from sera_core.evaluate.delong import AucDifference, paired
from sera_core.evaluate.placements import placements
from sera_core.evaluate.roc import Auc, area
from sera_core.exam import pooled
from sera_core.outline import Hint
from sera_core.simulate.case import Pathology
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.plane import other_plane
from sera_core.simulate.render import Frame, render

MODEL = "lite0-simulated"
CASES, SEED = 600, 77  # patients whom no shipped model was trained on


def planes(cases: int = CASES, report: Callable[[str], None] = lambda line: None) -> list[dict[str, object]]:
    """AUC of one view, of the other, and of both (mean of the logits), and what the second adds.

    Parameters
    ----------
    cases : int
        Patients of the simulator's internal centre; each has one nodule in two planes, read in its true box.
    report : callable
        Takes lines of progress.

    Returns
    -------
    list of dict
        ``metric, views, estimate, low, high, n`` with DeLong's intervals, that of the difference paired.
    """
    answers, malignant = [], []
    for number, case in enumerate(any_cohort("internal", cases, SEED), start=1):
        answers.append([_asked(one) for one in (render(case), render(other_plane(case)))])
        malignant.append(case.pathology is Pathology.MALIGNANT)
        if number % 100 == 0:
            report(f"{number} of {cases} nodules read")
    first, second = np.asarray(answers).T
    both = np.asarray([pooled(pair) for pair in answers])
    shown = {"one plane": first, "the other": second, "both": both}
    areas = {name: placements(malignant, values) for name, values in shown.items()}
    rows = [
        _row("auc", name, cases, found.value, found)
        for name, found in zip(areas, map(area, areas.values()), strict=True)
    ]
    gain = paired(areas["both"], areas["one plane"])
    return [*rows, _row("auc_difference", "both against one plane", cases, gain.difference, gain)]


def _asked(frame: Frame) -> float:
    return read(frame.image, Request(box=frame.box, model=MODEL, method=None), _no_outline).probability


def _no_outline(image: GreyImage, hint: Hint, pane: Box | None) -> None:
    """The model reads none."""


def _row(metric: str, views: str, n: int, estimate: float, found: Auc | AucDifference) -> dict[str, object]:
    return {"metric": metric, "views": views, "estimate": estimate, "low": found.low, "high": found.high, "n": n}
