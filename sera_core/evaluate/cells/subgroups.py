"""For whom: AUC, sensitivity and specificity by size and by descriptor; small groups are suppressed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.contracts import is_positive
from sera_core.evaluate.cells.operating import BY_PATIENT
from sera_core.evaluate.columns import DESCRIPTORS
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import counts, intervals
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.roc import auc
from sera_core.evaluate.tally import Tally

FEWEST = 10  # cases of a class below which nothing is said: one case would move the number by a tenth or more
SUPPRESSED = f"suppressed: fewer than {FEWEST} cases of a class it needs"

Mask = NDArray[np.bool_]


def subgroups(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``auc, sensitivity, specificity`` of every model and reader in every subgroup of every centre.

    Subgroups are named ``size: < 10 mm``, ``size: 10-20 mm``, ``size: > 20 mm``, and ``margin: irregular`` and so on; a
    nodule with several foci is in several groups. A number that rests on fewer than ten malignant or benign cases is
    suppressed: its estimate is NaN and ``method`` says so.
    """
    rows: list[Row] = []
    for view in map(predictions.at, predictions.centres):
        groups = groups_of(view.cases)
        for name in view.raters:
            score = view.score(name)
            given = ~np.isnan(score)
            for group, members in groups.items():
                inside = members & given
                rows += _rows(view, name, group, inside, cutoffs[name].value)
    return tuple(rows)


def groups_of(cases: pd.DataFrame) -> dict[str, Mask]:
    """Members of each subgroup, bool [n]; only of columns of which something is known here, and words that occur."""
    found: dict[str, Mask] = {}
    if "size_mm" in cases and cases["size_mm"].notna().any():
        size = cases["size_mm"].to_numpy(np.float64)
        found["size: < 10 mm"] = size < 10
        found["size: 10-20 mm"] = (size >= 10) & (size <= 20)
        found["size: > 20 mm"] = size > 20
    for column in DESCRIPTORS:
        if column in cases:
            # foci may be several, written with blanks, commas or semicolons between them
            words = cases[column].astype(object).where(cases[column].notna(), "").str.findall(r"[^\s,;|]+")
            for word in sorted({w for row in words for w in row}):
                found[f"{column}: {word}"] = words.map(lambda row, word=word: word in row).to_numpy(bool)
    return found


def _rows(view: CentreView, name: str, group: str, inside: Mask, cutoff: float) -> list[Row]:
    label, score = view.label[inside], view.score(name)[inside]
    tp, fn, fp, tn = counts(label, score, cutoff)
    few_malignant, few_benign = tp + fn < FEWEST, fp + tn < FEWEST
    rows = []
    if few_malignant or few_benign:
        rows.append(_suppressed("auc", len(label), view, name, group))
    else:
        area = auc(label, score, patients=view.clusters(view.patient[inside]))
        rows.append(Row("auc", area.value, area.low, area.high, len(label), area.method, view.centre, name, group))
    bounds = _bounds(view, name, inside, cutoff)
    for metric, right, total, few in (
        ("sensitivity", tp, tp + fn, few_malignant),
        ("specificity", tn, fp + tn, few_benign),
    ):
        if few:
            rows.append(_suppressed(metric, total, view, name, group))
        else:
            low, high = bounds[metric]
            method = "Wilson" + (BY_PATIENT if view.repeated else "")
            rows.append(Row(metric, right / total, low, high, total, method, view.centre, name, group))
    return rows


def _bounds(view: CentreView, name: str, inside: Mask, cutoff: float) -> Mapping[str, tuple[float, float]]:
    label, called = view.label[inside], is_positive(view.score(name)[inside], cutoff)
    if view.repeated and inside.any():
        return Tally.of(label, called, view.patient[inside]).intervals()
    found = intervals(*counts(label, view.score(name)[inside], cutoff))
    return {metric: (float(low), float(high)) for metric, (low, high) in found.items()}


def _suppressed(metric: str, n: int, view: CentreView, name: str, group: str) -> Row:
    return Row(metric, np.nan, np.nan, np.nan, n, SUPPRESSED, view.centre, name, group)
