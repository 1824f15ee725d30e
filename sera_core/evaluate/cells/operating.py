"""What happens at a cut-off: confusion matrices, and how much better a cut-off tuned on the spot would look."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import is_positive
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.optimism import expected
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import METRICS, counts, intervals, measures, sizes
from sera_core.evaluate.results import Confusion, Cutoff, Optimism, Row
from sera_core.evaluate.tally import Tally

METHOD = {"f1": "Wilson, of F/(1+F)", "lr_positive": "log ratio", "lr_negative": "log ratio"}
BY_PATIENT = ", effective number of patients"
NO_CASES = "not known: no case to divide by"
MOST = 5_000
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
        label, score, patient = view.of(name)
        clustered = bounds_of(label, score, patient, cutoff) if view.repeated else {}
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


def bounds_of(
    label: NDArray, score: NDArray, patients: NDArray | None, cutoff: float
) -> Mapping[str, tuple[float, float]]:
    """Interval of each of :data:`METRICS` on some cases; ``patients`` where one may have several images."""
    if patients is not None and len(label):
        return Tally.of(label, is_positive(score, cutoff), patients).intervals()
    found = intervals(*counts(label, score, cutoff))
    return {metric: (float(low), float(high)) for metric, (low, high) in found.items()}


def optimisms(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Optimism, ...]:
    """What a cut-off tuned on the centre itself (Youden) shows, against one that was not.

    At external centres a tuned one against the model's own; where the model's own was chosen on the very cases, against
    what is to be expected of it on new ones (left out for more than 5,000 cases, which are hardly flattered).
    """
    return tuple(
        _chosen_here(predictions, view, model, cutoffs[model])
        if view.centre in cutoffs[model].chosen_at
        else _optimism(view, model, cutoffs[model].value)
        for view in map(predictions.at, predictions.centres)
        for model in view.models
        if model in view.placements
        and (predictions.roles[model, view.centre] == "external" or view.centre in cutoffs[model].chosen_at)
        and (len(view.label) <= MOST or view.centre not in cutoffs[model].chosen_at)
    )


def _optimism(view: CentreView, model: str, frozen: float) -> Optimism:
    label, score, _ = view.of(model)
    tuned = youden(label, score)
    before, after = _looks(label, score, frozen), _looks(label, score, tuned)
    gain = {key: after[key] - before[key] for key in before}
    return Optimism(view.centre, model, frozen, tuned, before, after, gain)


def _chosen_here(predictions: Predictions, view: CentreView, model: str, cutoff: Cutoff) -> Optimism:
    whole = predictions.whole or predictions
    there = [whole.at(centre) for centre in cutoff.chosen_at]
    given = [~np.isnan(one.score(model)) for one in there]
    label, score, patient = (
        np.concatenate([part[kept] for part, kept in zip(parts, given, strict=True)])
        for parts in ([v.label for v in there], [v.score(model) for v in there], [v.person for v in there])
    )
    here = np.repeat(np.array(cutoff.chosen_at) == view.centre, [np.count_nonzero(kept) for kept in given])
    found, ill = expected(label, score, patient, here), float(label[here].mean())
    after = _looks(label[here], score[here], cutoff.value)
    before = {
        "sensitivity": found.sensitivity,
        "specificity": found.specificity,
        "accuracy": ill * found.sensitivity + (1 - ill) * found.specificity,
        "youden": found.sensitivity + found.specificity - 1,
    }
    gain = {key: after[key] - before[key] for key in after}
    return Optimism(view.centre, model, cutoff.value, cutoff.value, before, after, gain, chosen_here=True)


def _looks(label: np.ndarray, score: np.ndarray, cutoff: float) -> dict[str, float]:
    values = measures(*counts(label, score, cutoff))
    found = {key: float(values[key]) for key in ("sensitivity", "specificity", "accuracy")}
    return {**found, "youden": found["sensitivity"] + found["specificity"] - 1}
