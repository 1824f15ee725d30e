"""Is it useful: decision curves, predictive values at another prevalence, needles spared against a reader."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sera_core.contracts import is_positive
from sera_core.evaluate.netbenefit import net_benefit, patient_weights, predictive_values, spared, treat_all
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import counts
from sera_core.evaluate.results import Cutoff, DecisionCurve, Floats, PrevalenceCurve, Row
from sera_core.evaluate.tally import Tally

THRESHOLDS = np.round(np.arange(0.01, 0.90, 0.01), 2)  # the very numbers, so that a case at 0.70 reaches 0.70
PREVALENCES = np.round(np.arange(0.01, 0.96, 0.01), 2)
TOLD_THRESHOLDS = np.array([0.05, 0.1, 0.2, 0.3, 0.5])  # those that stand in the table of all numbers
TOLD_PREVALENCES = np.array([0.05, 0.1, 0.2, 0.4])


def decision_curves(predictions: Predictions, centre: str) -> tuple[DecisionCurve, ...]:
    """Net benefit of every model at one centre on common cases, with treating everybody; treating nobody is 0."""
    view, found = predictions.at(centre), []
    for model, cases in view.compared().items():
        label = view.label[cases]
        clusters = view.clusters(view.patient[cases])
        benefit, low, high = net_benefit(label, view.score(model)[cases], THRESHOLDS, patients=clusters)
        everybody = treat_all(float(label.mean()), THRESHOLDS)
        found.append(DecisionCurve(centre, model, THRESHOLDS, benefit, low, high, everybody, len(label)))
    return tuple(found)


def prevalence_curves(
    predictions: Predictions, centre: str, cutoffs: Mapping[str, Cutoff]
) -> tuple[PrevalenceCurve, ...]:
    """PPV and NPV of every model and reader at its cut-off, if the prevalence at the centre were another."""
    view, found = predictions.at(centre), []
    for name in view.raters:
        positive, negative = _predictive(view, name, cutoffs[name].value, PREVALENCES)
        found.append(PrevalenceCurve(centre, name, PREVALENCES, *positive, *negative))
    return tuple(found)


def avoided_fnas(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``fna_avoided_per_100``: needles each model spares against each reader at the reader's own sensitivity.

    The cut-off is moved to where the model is as sensitive as the reader on these very cases, so the number says what
    the model's ordering could spare, not what the frozen cut-off does. Interval: bootstrap of patients, with the
    cut-off moved anew in every draw.
    """
    return tuple(row for view in map(predictions.at, predictions.centres) for row in _avoided(view, cutoffs))


def curve_points(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """Points of the curves as rows: ``net_benefit_at_0.10`` (also of ``treat_all``), ``ppv_at_prevalence_0.10`` ..."""
    return tuple(row for view in map(predictions.at, predictions.centres) for row in _curve_points(view, cutoffs))


def _curve_points(view: CentreView, cutoffs: Mapping[str, Cutoff]) -> list[Row]:
    names = [f"net_benefit_at_{t:.2f}" for t in TOLD_THRESHOLDS]
    nothing, rows = np.full(len(names), np.nan), []
    compared = view.compared()
    together = len({cases.tobytes() for cases in compared.values()}) == 1
    for place, (model, cases) in enumerate(compared.items()):
        label = view.label[cases]
        everybody = treat_all(float(label.mean()), TOLD_THRESHOLDS), nothing, nothing
        if not together or place == 0:
            whose = "that all models answered" if together else f"that {model} answered"
            said = f"everybody is treated, of the cases {whose}"
            rows += _points(names, everybody, len(label), said, view.centre, "treat_all")
        clusters = view.clusters(view.patient[cases])
        curve = net_benefit(label, view.score(model)[cases], TOLD_THRESHOLDS, patients=clusters)
        rows += _points(
            names, curve, len(label), "by patient, t" if view.repeated else "Student's t", view.centre, model
        )
    for name in view.raters:
        values = _predictive(view, name, cutoffs[name].value, TOLD_PREVALENCES)
        method = "Mercaldo, logit" + (", by patient" if view.repeated else "")
        for kind, curve in zip(("ppv", "npv"), values, strict=True):
            metrics = [f"{kind}_at_prevalence_{p:.2f}" for p in TOLD_PREVALENCES]
            rows += _points(metrics, curve, len(view.of(name)[0]), method, view.centre, name)
    return rows


def _predictive(
    view: CentreView, name: str, cutoff: float, prevalence: Floats
) -> tuple[tuple[Floats, Floats, Floats], tuple[Floats, Floats, Floats]]:
    label, score, patient = view.of(name)
    tally = Tally.of(label, is_positive(score, cutoff), patient) if view.repeated else None
    return predictive_values(counts(label, score, cutoff), prevalence, tally=tally)


def _points(
    names: list[str], curve: tuple[Floats, Floats, Floats], n: int, method: str, centre: str, model: str
) -> list[Row]:
    """One row a point of a curve."""
    return [
        Row(name, float(value), float(low), float(high), n, method, centre, model)
        for name, value, low, high in zip(names, *curve, strict=True)
    ]


def _avoided(view: CentreView, cutoffs: Mapping[str, Cutoff]) -> list[Row]:
    rows = []
    readers = [name for name in view.raters if name not in view.models]
    weights = patient_weights(view.patient) if readers else np.empty((0, 0), np.float32)
    for reader in readers:
        seen = view.score(reader)
        for model in (name for name in view.raters if name in view.models):
            score = view.score(model)
            both = ~np.isnan(seen) & ~np.isnan(score)
            called, label = is_positive(seen[both], cutoffs[reader].value), view.label[both]
            found = spared(label, score[both], called, weights if both.all() else weights[:, both])
            if found is not None:
                method = f"at the reader's sensitivity of {found.sensitivity:.3f}; bootstrap of patients"
                rows.append(
                    Row(
                        "fna_avoided_per_100",
                        found.value,
                        found.low,
                        found.high,
                        len(label),
                        method,
                        view.centre,
                        model,
                        versus=reader,
                    )
                )
    return rows
