"""AUC of every model at every centre, with the simulator's ceiling; ROC curves; parts of the area."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sera_core.evaluate.band import band
from sera_core.evaluate.cells.differences import auc_differences
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.proportion import counts
from sera_core.evaluate.results import Cutoff, Glance, RocLine, Row
from sera_core.evaluate.roc import area, auc

CEILING = "log_likelihood_ratio"
MOST_POINTS = 400  # of a drawn curve: a screen shows no more
ONE_CLASS = "not known: one class is missing"
BEST = 0.05  # a model is called best when the second differs with p, after Holm, below this


def glance(predictions: Predictions) -> Glance:
    """AUC of every model and reader at every centre.

    Returns
    -------
    Glance
        ``best`` names a model only where the paired DeLong test finds the second one worse: p < 0.05 after Holm's
        correction over all pairs of the centre, as :func:`auc_differences` gives it, and where on common cases no model
        is ahead of it. The ceiling is the AUC of the
        simulator's own likelihood ratio on these very cases: no reader of the descriptors can beat it but by luck.
    """
    tests = {}
    for row in auc_differences(predictions):
        tests[row.centre, row.model, row.versus] = row.estimate, row.p_holm
        tests[row.centre, row.versus, row.model] = -row.estimate, row.p_holm
    views = [predictions.at(centre) for centre in predictions.centres]
    return Glance(
        rows=tuple(_auc_row(view, name) for view in views for name in view.raters),
        ceilings=tuple(row for view in views for row in _ceiling(view)),
        best={view.centre: _best(view, tests) for view in views},
        counts={view.centre: (view.malignant, view.benign) for view in views},
        roles=dict(predictions.roles),
        domains={view.centre: view.domain for view in views},
    )


def roc_lines(predictions: Predictions, centre: str, cutoffs: Mapping[str, Cutoff]) -> tuple[RocLine, ...]:
    """ROC curve of every model and reader at one centre, with band and operating point; needs both classes."""
    view = predictions.at(centre)
    return tuple(_line(view, name, cutoffs[name].value) for name in view.raters if name in view.placements)


def partial_areas(predictions: Predictions, low: float = 0.8, high: float = 1.0) -> tuple[Row, ...]:
    """Standardised partial AUC of every model and reader for a range of sensitivities: 0.5 is chance, 1 perfect."""
    rows = []
    for view in map(predictions.at, predictions.centres):
        for name in view.placements:
            label, score, _ = view.of(name)
            known = view.placements[name], view.curves[name]
            part = partial_auc(label, score, low, high, known=known)
            method = f"sensitivity {low:g} to {high:g}, McClish; {part.method}"
            rows.append(Row("partial_auc", part.value, part.low, part.high, len(label), method, view.centre, name))
    return tuple(rows)


def _auc_row(view: CentreView, name: str) -> Row:
    if name not in view.placements:
        return Row("auc", np.nan, np.nan, np.nan, len(view.of(name)[0]), ONE_CLASS, view.centre, name)
    found = area(view.placements[name])
    size = found.positives + found.negatives
    return Row("auc", found.value, found.low, found.high, size, found.method, view.centre, name)


def _ceiling(view: CentreView) -> list[Row]:
    if CEILING not in view.cases or view.domain != "simulated":
        return []
    ratio = view.cases[CEILING].to_numpy(np.float64)
    given = np.isfinite(ratio)
    label = view.label[given]
    if not 0 < label.sum() < len(label):
        return []
    best = auc(label, ratio[given], patients=view.clusters(view.patient[given]))
    return [Row("auc", best.value, best.low, best.high, len(label), best.method, view.centre, "ceiling")]


def _best(view: CentreView, tests: Mapping[tuple[str, str, str], tuple[float, float]]) -> str | None:
    ranked = sorted((m for m in view.models if m in view.placements), key=lambda m: -view.placements[m].value)
    if len(ranked) < 2:
        return None
    best, *others = ranked
    leads = [tests[view.centre, best, other] for other in others]
    beaten = any(lead <= 0 for lead, _ in leads)  # by a model that answered fewer cases
    return best if leads[0][1] < BEST and not beaten else None  # never with a p of NaN


def _line(view: CentreView, name: str, cutoff: float) -> RocLine:
    label, score, patient = view.of(name)
    false_positive, sensitivity, threshold = view.curves[name]
    kept, reads = _corners(false_positive, sensitivity), name not in view.models
    low, high = _band(label, score, view.clusters(patient), (false_positive, sensitivity, threshold))
    tp, fn, fp, tn = counts(label, score, cutoff)
    found = area(view.placements[name])
    return RocLine(
        centre=view.centre,
        model=name,
        is_reader=reads,
        false_positive=false_positive[kept],
        sensitivity=sensitivity[kept],
        threshold=threshold[kept],
        low=np.full(len(kept), np.nan) if reads else low[kept],
        high=np.full(len(kept), np.nan) if reads else high[kept],
        point=(fp / (fp + tn), tp / (tp + fn)),
        point_threshold=cutoff,
        auc=found.value,
        low_auc=found.low,
        high_auc=found.high,
    )


def _band(
    label: NDArray, score: NDArray, patients: NDArray | None, drawn: tuple[NDArray, NDArray, NDArray]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The band at every point of a curve: of the upper end of the step that stands at its false-positive share."""
    false_positive, sensitivity, _ = drawn
    low, high = band(label, score, grid := np.linspace(0, 1, 51), patients=patients, drawn=drawn)
    top = sensitivity[np.searchsorted(false_positive, false_positive, "right") - 1]
    # between the places of the grid, and at a sensitivity of 1, the drawn band may miss what it is about by a hair
    low, high = (np.interp(false_positive, grid, end) for end in (low, high))
    return np.minimum(low, top), np.maximum(high, top)


def _corners(false_positive: NDArray, sensitivity: NDArray) -> NDArray[np.intp]:
    """Points that a drawn curve needs: its corners, thinned evenly where there are too many."""
    across, up = np.diff(false_positive), np.diff(sensitivity)
    turns = np.flatnonzero(np.abs(across[:-1] * up[1:] - up[:-1] * across[1:]) > 1e-15) + 1
    kept = np.concatenate([[0], turns, [len(sensitivity) - 1]])
    if len(kept) > MOST_POINTS:
        kept = kept[np.unique(np.linspace(0, len(kept) - 1, MOST_POINTS).round().astype(int))]
    return kept
