"""Cases that a model did not answer: how many, and what its figures are if they are not simply left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.contracts import Role
from sera_core.evaluate.cells.operating import BY_PATIENT, bounds_of
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import counts
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.roc import auc

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Flow:
    """What became of the cases of one centre with one model; pairs are cases with label 1 and with label 0.

    ``refused``: the model was asked and gave no answer; ``not_asked``: the table has no row.
    """

    centre: str
    model: str
    role: Role | None
    patients: int
    cases: tuple[int, int]
    answered: tuple[int, int]
    refused: tuple[int, int]
    not_asked: tuple[int, int]


def flows(predictions: Predictions) -> tuple[Flow, ...]:
    """Every case of every centre, for each model that is in the table there."""
    found = []
    for view in map(predictions.at, predictions.centres):
        for model in (m for m in view.models if (m, view.centre) in predictions.roles):
            answered = ~np.isnan(view.score(model))
            refused = view.refused_by(model)
            every = np.ones(len(view.label), bool)
            counts = (_pair(view, part) for part in (every, answered, refused, ~answered & ~refused))
            role = predictions.roles[model, view.centre]
            found.append(Flow(view.centre, model, role, len(np.unique(view.patient)), *counts))
    return tuple(found)


def flow_table(found: tuple[Flow, ...]) -> pd.DataFrame:
    """A line a centre and model: counts as ``12 / 30``, label 1 before label 0."""
    parts = ("cases", "answered", "refused", "not_asked")
    return pd.DataFrame(
        [
            {"centre": one.centre, "model": one.model, "role": one.role, "patients": one.patients}
            | {part: "{} / {}".format(*getattr(one, part)) for part in parts}
            for one in found
        ]
    )


def unanswered(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``auc``, ``sensitivity`` and ``specificity``, each as ``_common_cases``, ``_refused_wrong`` and ``_worst_case``.

    For the centres where some model left out some case. On the cases that all models answered; with a refusal counted
    as the wrong answer; and with every missing answer counted so. For the AUC the wrong answer is a score below all
    others for label 1, and above all others for label 0.
    """
    rows: list[Row] = []
    for view in map(predictions.at, predictions.centres):
        models = [m for m in view.raters if m in view.models]
        given = {model: ~np.isnan(view.score(model)) for model in models}
        if all(mask.all() for mask in given.values()):
            continue
        common = np.all(list(given.values()), axis=0)
        for model in models:
            refused = view.refused_by(model)
            rows += _rows(view, model, cutoffs[model].value, common, "common_cases", f"{common.sum()} common cases")
            for wrong, name in ((refused, "refused_wrong"), (~given[model], "worst_case")):
                said = f"{wrong.sum()} without an answer counted as wrong"
                rows += _rows(view, model, cutoffs[model].value, given[model] | wrong, name, said)
    return tuple(rows)


def _rows(view: CentreView, model: str, cutoff: float, used: Mask, ending: str, said: str) -> Iterator[Row]:
    label, score, patient = view.label[used], view.score(model)[used], view.patient[used]
    clusters = view.clusters(patient)
    score = np.where(np.isnan(score), np.where(label == 1, -1.0, 2.0), score)  # probabilities are 0 ... 1
    if 0 < label.sum() < len(label):
        area = auc(label, score, patients=clusters)
        numbers = (area.value, area.low, area.high, len(label))
        yield Row(f"auc_{ending}", *numbers, f"{area.method}; {said}", view.centre, model)
    tp, fn, fp, tn = counts(label, score, cutoff)
    bounds = bounds_of(label, score, clusters, cutoff)
    for metric, right, total in (("sensitivity", tp, tp + fn), ("specificity", tn, fp + tn)):
        if total:
            method = f"Wilson{BY_PATIENT if view.repeated else ''}; {said}"
            yield Row(f"{metric}_{ending}", right / total, *bounds[metric], total, method, view.centre, model)


def _pair(view: CentreView, part: Mask) -> tuple[int, int]:
    ill = int(view.label[part].sum())
    return ill, int(np.count_nonzero(part)) - ill
