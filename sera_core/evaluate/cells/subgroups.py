"""For whom: AUC, sensitivity and specificity by size, descriptor and any other column; small groups are suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from sera_core.contracts import READER, is_positive
from sera_core.evaluate.cells.differences import with_holm
from sera_core.evaluate.cells.operating import BY_PATIENT, bounds_of
from sera_core.evaluate.columns import DESCRIPTORS, KNOWN
from sera_core.evaluate.heterogeneity import heterogeneity
from sera_core.evaluate.placements import ROUNDING
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import SHARES, counts
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.roc import auc
from sera_core.evaluate.tally import Tally

FEWEST = 10  # cases of a class below which nothing is said: one case would move the number by a tenth or more
SUPPRESSED = f"suppressed: fewer than {FEWEST} cases of a class it needs"

Mask = NDArray[np.bool_]


def subgroups(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``auc, sensitivity, specificity`` of every model and reader in every subgroup of every centre.

    Subgroups are named ``size: < 10 mm``, ``size: 10-20 mm``, ``size: > 20 mm``, ``margin: irregular``, ``sex: f`` and
    so on; a nodule with several foci is in several groups. A number that rests on fewer than ten malignant or benign
    cases is suppressed: its estimate is NaN and ``method`` says so.

    Where groups share no case, ``auc_between_subgroups`` and so on test whether they differ (Cochran's Q): ``subgroup``
    is the column, ``estimate`` the largest minus the smallest, and Holm's family all columns and measures of a model at
    a centre.
    """
    rows: list[Row] = []
    for view in map(predictions.at, predictions.centres):
        groups = groups_of(view.cases)
        for name in view.raters:
            given = ~np.isnan(view.score(name))
            tests = []
            for column, found in groupby(groups.items(), lambda item: item[0].split(": ")[0]):
                members = {group: inside & given for group, inside in found}
                for group, inside in members.items():
                    rows += _rows(view, name, group, inside, cutoffs[name].value)
                if np.sum(list(members.values()), axis=0).max() == 1:
                    tests += _tests(view, name, column, members.values(), cutoffs[name].value)
            rows += with_holm(tests)
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
    for column in (c for c in cases if c not in KNOWN and not c.startswith(READER)):
        for word in sorted(cases[column].dropna().unique()):
            found[f"{column}: {word}"] = (cases[column] == word).to_numpy(bool)
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
    bounds = bounds_of(label, score, view.clusters(view.patient[inside]), cutoff)
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


def _tests(view: CentreView, name: str, column: str, groups: Iterable[Mask], cutoff: float) -> list[Row]:
    """Whether the measures differ between groups without a common case, of those that are large enough."""
    found: dict[str, list[tuple[float, float, float]]] = {"auc": [], "sensitivity": [], "specificity": []}
    sizes = dict.fromkeys(found, 0)
    for inside in groups:
        label, score, patient = view.label[inside], view.score(name)[inside], view.patient[inside]
        counted = {"auc": len(label), "sensitivity": int(label.sum()), "specificity": int((1 - label).sum())}
        enough = {metric: counted[metric] >= FEWEST for metric in ("sensitivity", "specificity")}
        if all(enough.values()):
            area = auc(label, score, patients=view.clusters(patient))
            if area.variance > ROUNDING:
                scale = (area.value * (1 - area.value)) ** 2
                found["auc"].append((area.value, float(logit(area.value)), area.variance / scale))
                sizes["auc"] += counted["auc"]
        tally = Tally.of(label, is_positive(score, cutoff), patient) if len(label) else None
        for metric in (m for m, enough_of_it in enough.items() if enough_of_it and tally is not None):
            middle, variance = tally.logit(*SHARES[metric])  # type: ignore[union-attr]
            found[metric].append((float(expit(middle)), middle, variance))
            sizes[metric] += counted[metric]
    rows = []
    for metric, parts in found.items():
        if len(parts) > 1:
            shown, value, variances = zip(*parts, strict=True)
            test = heterogeneity(value, variances)
            method = f"Cochran's Q {test.q:.2f} of {len(parts)} groups, logit scale; largest minus smallest"
            numbers = (max(shown) - min(shown), np.nan, np.nan, sizes[metric], method, view.centre, name)
            rows.append(Row(f"{metric}_between_subgroups", *numbers, subgroup=column, p=test.p))
    return rows


def _suppressed(metric: str, n: int, view: CentreView, name: str, group: str) -> Row:
    return Row(metric, np.nan, np.nan, np.nan, n, SUPPRESSED, view.centre, name, group)
