"""Can the probability be trusted: reliability, Brier score, slope and intercept, before and after recalibration."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.evaluate.calibration import brier, line, reliability
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.recalibration import LocalDraws, Recalibrated, local_draws, recalibrated
from sera_core.evaluate.results import Calibration, Row
from sera_core.evaluate.smooth import smooth

LOCAL = 50  # cases of the centre on which it is recalibrated
NO_SOLUTION = "not defined: a class is missing or the classes are separated"


def calibrations(predictions: Predictions) -> tuple[Calibration, ...]:
    """Calibration of every model at every centre.

    Recalibration is logistic, fitted on 50 random local cases and tested on all other patients, 50 times over; it is
    left out where fewer than 100 cases are there.
    """
    return tuple(one for view in map(predictions.at, predictions.centres) for one in _of_centre(view))


def _of_centre(view: CentreView) -> list[Calibration]:
    enough = 2 * LOCAL
    shared = local_draws(view.patient, LOCAL) if len(view.label) >= enough else None
    found = []
    for model in (name for name in view.raters if name in view.models):
        label, _, patient = view.of(model)
        drawn = shared
        if len(label) < len(view.label):
            drawn = local_draws(patient, LOCAL) if len(label) >= enough else None
        found.append(_calibration(view, model, drawn))
    return found


def _calibration(view: CentreView, model: str, drawn: LocalDraws | None) -> Calibration:
    centre, (label, probability, patient) = view.centre, view.of(model)
    clusters = view.clusters(patient)
    bins, equal = (reliability(label, probability, patients=clusters, equal=how) for how in ("width", "count"))
    curve = smooth(label, probability, clusters)
    rows = _rows(centre, model, label, probability, clusters)
    again = recalibrated(label, probability, drawn) if drawn is not None else None
    if again is not None:
        rows += _recalibrated_rows(centre, model, len(label), again)
    if curve is not None:
        said = "distance of the smooth curve (natural spline, four knots) from the diagonal"
        values = {"ici": curve.ici, "e50": curve.e50, "e90": curve.e90}
        rows += [Row(name, value, np.nan, np.nan, len(label), said, centre, model) for name, value in values.items()]
    plain = (bins.predicted, bins.observed, bins.low, bins.high, bins.count)
    return Calibration(centre, model, *plain, tuple(rows), equal, curve.curve if curve else None)


def _rows(centre: str, model: str, label: NDArray, probability: NDArray, patients: NDArray | None) -> list[Row]:
    n, score = len(label), brier(label, probability, patients=patients)
    fitted = line(label, probability, patients=patients)
    mean, wald = ("Student's t", "Wald") if patients is None else ("by patient, t", "jackknife of patients, t")
    parts = {
        "brier_reliability": score.reliability,
        "brier_resolution": score.resolution,
        "brier_uncertainty": score.uncertainty,
        "brier_within": score.within,
    }
    rows = [Row("brier", score.score, score.low, score.high, n, mean, centre, model)]
    rows += [Row(k, v, np.nan, np.nan, n, "Murphy, ten bins of equal width", centre, model) for k, v in parts.items()]
    for metric, value, low, high in (
        ("calibration_slope", fitted.slope, fitted.slope_low, fitted.slope_high),
        ("calibration_intercept", fitted.intercept, fitted.intercept_low, fitted.intercept_high),
    ):
        method = NO_SOLUTION if np.isnan(value) else f"logistic regression, {wald}"
        rows.append(Row(metric, value, low, high, n, method, centre, model))
    return rows


def _recalibrated_rows(centre: str, model: str, n: int, found: Recalibrated) -> list[Row]:
    rows = []
    method = f"median and middle 95 % of {len(found.brier[0])} draws of {LOCAL} local cases, tested on the rest"
    for name, pair in (("brier", found.brier), ("slope", found.slope), ("intercept", found.intercept)):
        for when, values in zip(("before", "after"), pair, strict=True):
            low, middle, high = (float(value) for value in np.percentile(values, [2.5, 50, 97.5]))
            rows.append(Row(f"{name}_{when}", middle, low, high, n - LOCAL, method, centre, model))
    return rows
