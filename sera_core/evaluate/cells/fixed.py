"""What a model reaches where sensitivity or specificity is fixed, and what another cut-off changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from sera_core.contracts import BadInput, is_positive
from sera_core.evaluate.fixed import sensitivities_at, specificities_at
from sera_core.evaluate.named import check_cutoff
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff, Row

SHARES = (0.9, 0.95)


def at_fixed(predictions: Predictions, fixed: Iterable[float] = SHARES) -> tuple[Row, ...]:
    """``sensitivity_at_specificity_0.90`` and ``specificity_at_sensitivity_0.90`` of every model and reader."""
    rows, shares = [], tuple(fixed)
    for view in map(predictions.at, predictions.centres):
        for name in view.placements:
            label, score, patient = view.of(name)
            size = {"sensitivity": int(label.sum()), "specificity": int((1 - label).sum())}
            for what, given, ask in (
                ("sensitivity", "specificity", sensitivities_at),
                ("specificity", "sensitivity", specificities_at),
            ):
                for share, found in zip(
                    shares, ask(label, score, shares, view.clusters(patient), view.curves[name]), strict=True
                ):
                    numbers = (found.value, found.low, found.high, size[what])
                    method = f"on the curve, bootstrap of the {given} and the {what}"
                    if np.isnan(found.low):
                        method = f"on the curve; no interval: fewer than two cases beyond a {given} of {share:g}"
                    rows.append(Row(f"{what}_at_{given}_{share:.2f}", *numbers, method, view.centre, name))
    return tuple(rows)


def cutoff_changes(
    predictions: Predictions, model: str, cutoffs: Mapping[str, Cutoff], other: float
) -> tuple[Row, ...]:
    """``sensitivity_change`` and ``specificity_change`` of a model from its own cut-off to another, on the same cases.

    McNemar's exact test and Newcombe's interval; by whole patients where they have several images.
    """
    if model not in (*predictions.models, *predictions.readers):
        raise BadInput("no_model", f"The table has no model {model}: name one of {', '.join(predictions.models)}.")
    check_cutoff(model, other, predictions)
    rows, own = [], cutoffs[model].value
    for view in (v for v in map(predictions.at, predictions.centres) if model in v.raters):
        label, score, patient = view.of(model)
        for what, truth in (("sensitivity", 1), ("specificity", 0)):
            used = label == truth
            after, before = (np.asarray(is_positive(score[used], cut)) == bool(truth) for cut in (other, own))
            found = mcnemar(after, before, patients=view.clusters(patient[used]))
            numbers = (found.difference, found.low, found.high, found.n)
            method = (
                f"cut-off {other:.3f} minus {own:.3f}, McNemar, exact ({found.only_first} against {found.only_second})"
            )
            rows.append(Row(f"{what}_change", *numbers, method, view.centre, model, p=found.p))
    return tuple(rows)
