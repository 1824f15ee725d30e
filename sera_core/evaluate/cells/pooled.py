"""What to expect at the next hospital: AUC, sensitivity and specificity pooled over the external centres of a kind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit, logit

from sera_core.contracts import Domain, is_positive
from sera_core.evaluate.placements import ROUNDING
from sera_core.evaluate.pooling import FEWEST, FEWEST_PAIRS, Pooled, pool, pool_pairs
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import SHARES
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.tally import Tally


def pooled(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``auc_pooled``, ``sensitivity_pooled`` and ``specificity_pooled`` of every model over its external centres.

    Each has a second row, ``auc_next_centre`` and so on, of which the bounds are the prediction interval: where the
    true value of another such centre lies, and ``auc_tau2`` and ``auc_i2``: the variance of the true values on the
    logit scale, and the share of the observed variance that it is. Real and simulated centres are never pooled;
    ``centre`` is written ``external, real``. Left out for fewer than three centres (sensitivity and specificity: four).
    """
    rows: list[Row] = []
    for model in predictions.models:
        kinds: list[Domain] = ["real", "simulated"]
        for kind in kinds:
            views = [v for v in map(predictions.at, predictions.centres) if _is_external(predictions, v, model, kind)]
            rows += _areas(views, model, kind) + _pairs(views, model, kind, cutoffs[model].value)
    return tuple(rows)


def _is_external(predictions: Predictions, view: CentreView, model: str, kind: Domain) -> bool:
    both = view.domain == kind and model in view.placements
    return both and predictions.roles.get((model, view.centre)) == "external"


def _areas(views: list[CentreView], model: str, kind: Domain) -> list[Row]:
    parts = [view.placements[model] for view in views]
    known = [part for part in parts if part.variance > ROUNDING]
    if len(known) < FEWEST:
        return []
    value = np.array([part.value for part in known])
    found = pool(logit(value), np.array([part.variance for part in known]) / (value * (1 - value)) ** 2)
    size = sum(len(part.positive) + len(part.negative) for part in known)
    return _rows("auc", found, size, "REML on the logit scale, Hartung and Knapp", kind, model)


def _pairs(views: list[CentreView], model: str, kind: Domain, cutoff: float) -> list[Row]:
    if len(views) < FEWEST_PAIRS:
        return []
    found, sizes = [], np.zeros(2, int)
    for view in views:
        label, score, patient = view.of(model)
        tally = Tally.of(label, is_positive(score, cutoff), patient)
        found.append([tally.logit(*SHARES[name]) for name in ("sensitivity", "specificity")])
        sizes += [label.sum(), len(label) - label.sum()]
    table = np.array(found)  # [k, 2, (value, variance)]
    pair = pool_pairs(table[:, 0, 0], table[:, 1, 0], table[:, :, 1])
    method = f"bivariate, REML on the logit scale, correlation {pair.correlation:.2f}"
    return [
        *_rows("sensitivity", pair.sensitivity, int(sizes[0]), method, kind, model),
        *_rows("specificity", pair.specificity, int(sizes[1]), method, kind, model),
    ]


def _rows(metric: str, found: Pooled, n: int, method: str, kind: Domain, model: str) -> list[Row]:
    method = f"{method}, {found.centres} centres"
    mean, low, high, below, above = (
        float(expit(end)) for end in (found.value, found.low, found.high, found.next_low, found.next_high)
    )
    place, nan = f"external, {kind}", float("nan")
    return [
        Row(f"{metric}_pooled", mean, low, high, n, method, place, model),
        Row(f"{metric}_next_centre", mean, below, above, n, f"prediction interval; {method}", place, model),
        Row(f"{metric}_tau2", found.tau2, nan, nan, n, method, place, model),
        Row(f"{metric}_i2", found.i2, nan, nan, n, method, place, model),
    ]
