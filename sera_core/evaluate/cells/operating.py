"""What happens at a cut-off: confusion matrices, and how much better a cut-off tuned on the spot would look."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sera_core.contracts import is_positive
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import METRICS, counts, intervals, measures, sizes
from sera_core.evaluate.results import Confusion, Cutoff, Optimism, Row
from sera_core.evaluate.tally import Tally

METHOD = {"f1": "Wilson, of F/(1+F)", "lr_positive": "log ratio", "lr_negative": "log ratio"}
BY_PATIENT = ", effective number of patients"
NO_CASES = "not known: no case to divide by"
INFINITE = "infinite: nothing to divide by; bounds with half a case added to each count"


def confusions(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Confusion, ...]:
    """Counts and their measures of every model and reader at every centre, at the given cut-offs.

    Intervals are Wilson's (ratios: on the log scale); where a patient has several images, those of whole patients
    (:class:`~sera_core.evaluate.tally.Tally`).
    """
    cells = [(view, name) for view in map(predictions.at, predictions.centres) for name in view.raters]
    table = np.array([counts(*view.of(name)[:2], cutoffs[name].value) for view, name in cells]).T
    estimate, bounds, size = measures(*table), intervals(*table), sizes(*table)
    found = []
    for k, (view, name) in enumerate(cells):
        cutoff = cutoffs[name].value
        clustered = _by_patient(view, name, cutoff) if view.repeated else {}
        rows = []
        for metric in METRICS:
            low, high = clustered.get(metric) or (float(part[k]) for part in bounds[metric])
            method = METHOD.get(metric, "Wilson") + (BY_PATIENT if view.repeated else "")
            value = float(estimate[metric][k])
            if not np.isfinite(value):
                value, method = np.nan, INFINITE if np.isinf(value) else NO_CASES
            rows.append(Row(metric, value, low, high, int(size[metric][k]), method, view.centre, name))
        tp, fn, fp, tn = (int(part) for part in table[:, k])
        role = predictions.roles.get((name, view.centre))
        found.append(Confusion(view.centre, name, role, cutoff, tp, fn, fp, tn, tuple(rows)))
    return tuple(found)


def _by_patient(view: CentreView, name: str, cutoff: float) -> dict[str, tuple[float, float]]:
    label, score, patient = view.of(name)
    return Tally.of(label, is_positive(score, cutoff), patient).intervals()


def optimisms(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Optimism, ...]:
    """What a cut-off tuned on the centre itself (Youden) would show, against the frozen one.

    Only models at external centres: the frozen cut-off was chosen on the internal ones.
    """
    return tuple(
        _optimism(view, model, cutoffs[model].value)
        for view in map(predictions.at, predictions.centres)
        for model in view.models
        if model in view.placements and predictions.roles[model, view.centre] == "external"
    )


def _optimism(view: CentreView, model: str, frozen: float) -> Optimism:
    label, score, _ = view.of(model)
    tuned = youden(label, score)
    before, after = _looks(label, score, frozen), _looks(label, score, tuned)
    gain = {key: after[key] - before[key] for key in before}
    return Optimism(view.centre, model, frozen, tuned, before, after, gain)


def _looks(label: np.ndarray, score: np.ndarray, cutoff: float) -> dict[str, float]:
    values = measures(*counts(label, score, cutoff))
    found = {key: float(values[key]) for key in ("sensitivity", "specificity", "accuracy")}
    return {**found, "youden": found["sensitivity"] + found["specificity"] - 1}
