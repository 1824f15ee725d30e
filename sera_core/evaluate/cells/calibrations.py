"""Can the probability be trusted: reliability, Brier score, slope and intercept, before and after recalibration."""

from __future__ import annotations

import numpy as np

from sera_core.evaluate.calibration import Recalibrated, brier, line, recalibrated, reliability
from sera_core.evaluate.results import Calibration, Row
from sera_core.evaluate.table import CentreView, Predictions

LOCAL = 50  # cases of the centre on which it is recalibrated
NO_SOLUTION = "not defined: a class is missing or the classes are separated"


def calibrations(predictions: Predictions) -> tuple[Calibration, ...]:
    """Calibration of every model at every centre.

    Recalibration is logistic, fitted on 50 random local cases and tested on all other patients, 50 times over; it is
    left out where fewer than 100 cases are there.
    """
    views = [predictions.at(centre) for centre in predictions.centres]
    return tuple(_calibration(view, model) for view in views for model in view.raters if model in view.models)


def _calibration(view: CentreView, model: str) -> Calibration:
    label, probability, patient = view.of(model)
    found = reliability(label, probability)
    rows = _rows(view.centre, model, label, probability)
    again = recalibrated(label, probability, patient, LOCAL)
    if again is not None:
        rows += _recalibrated_rows(view.centre, model, len(label), again)
    return Calibration(
        view.centre, model, found.predicted, found.observed, found.low, found.high, found.count, tuple(rows)
    )


def _rows(centre: str, model: str, label: np.ndarray, probability: np.ndarray) -> list[Row]:
    n, score, fitted = len(label), brier(label, probability), line(label, probability)
    parts = {
        "brier_reliability": score.reliability,
        "brier_resolution": score.resolution,
        "brier_uncertainty": score.uncertainty,
        "brier_within": score.within,
    }
    rows = [Row("brier", score.score, score.low, score.high, n, "normal", centre, model)]
    rows += [Row(k, v, np.nan, np.nan, n, "Murphy, ten bins of equal width", centre, model) for k, v in parts.items()]
    for metric, value, low, high in (
        ("calibration_slope", fitted.slope, fitted.slope_low, fitted.slope_high),
        ("calibration_intercept", fitted.intercept, fitted.intercept_low, fitted.intercept_high),
    ):
        method = NO_SOLUTION if np.isnan(value) else "logistic regression, Wald"
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
