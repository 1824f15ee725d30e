"""Whether a probability of 30 % means three in ten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.evaluate.calibration import brier, line
from sera_core.evaluate.compare import calibrations
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.recalibration import recalibrated
from sera_core.evaluate.results import Calibration, Row, frame
from sera_core.evaluate.smooth import smooth
from sera_core.figures.layout import interval
from sera_core.figures.trust import FEW, reliability
from sera_core.ui.cell import say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, pick_centre, remember, say_centre
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded

CURVES = {"width": "Bins of equal width", "count": "Bins of equal count", "smooth": "Smooth curve"}
COLUMNS = {
    "brier": "Brier score",
    "brier_reliability": "miscalibration",
    "brier_resolution": "resolution",
    "brier_uncertainty": "uncertainty",
    "ici": "ICI",
    "e50": "E50",
    "e90": "E90",
    "calibration_slope": "slope",
    "calibration_intercept": "intercept",
}
LOCAL = {"brier": "Brier score", "slope": "slope", "intercept": "intercept"}


@st.fragment
def show_trust(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.TRUST,
        "Of the nodules to which a model gives 30 %, do 30 in 100 have label 1 here? A model can rank well and "
        "still be wrong about every number it says.",
    )
    if not in_sight(Place.TRUST, cell.result):
        return
    with cell.controls, st.container(horizontal=True, vertical_alignment="bottom"):
        centre = pick_centre(chosen, "calibrated")
        how = _pick_curve()
    with cell.result, guarded():
        say_centre(chosen, centre)
        found = remember(chosen, calibrations_at, centre)
        few = len(found) <= FEW
        draw = partial(reliability, found, chosen.looks, chosen.names, few, how)
        figure = drawn(chosen, "reliability", (centre, how), draw)
        chart(figure, f"reliability-{centre}", f"Reliability curves at {chosen.counts[centre]}", save=True)
        st.caption("The diagonal is a probability taken at its word; a larger mark stands for more cases.")
        st.table(_scores(chosen, found), hide_index=True, alt="Brier score, its parts, slope and intercept")
        _recalibration(chosen, found)
        offer_csv(frame(row for one in found for row in one.rows), f"calibration-{centre}")
        say_meaning(
            "Slope 1 and intercept 0 are perfect. A slope below 1: the model is too sure of itself here; an intercept "
            "above 0: it says too little. The Brier score is the mean squared error of the probability: lower is "
            "better, and its parts say whether the numbers are off or merely tell little apart.",
            "Good calibration at one centre does not travel: where fewer nodules are malignant, the same probability "
            "is too high. Training sets with as many malignant as benign cases make it so from the start.",
        )
        show_code(calibrations, brier, line, smooth, recalibrated)


def _pick_curve() -> str:
    picked = st.segmented_control(
        "Curve",
        list(CURVES),
        format_func=CURVES.__getitem__,
        default="width",
        required=True,
        key="curve",
        bind="query-params",
        help="The smooth curve is a logistic spline with its 95 % interval. ICI, E50 and E90: mean, median and 90th "
        "percentile of its distance from the diagonal.",
    )
    return picked or "width"


def calibrations_at(predictions: Predictions, centre: str) -> tuple[Calibration, ...]:
    """:func:`sera_core.evaluate.compare.calibrations` of one centre."""
    return calibrations(predictions.select(centres=[centre]))


def _scores(chosen: Chosen, found: Sequence[Calibration]) -> pd.DataFrame:
    lines = []
    for one in found:
        rows = {row.metric: row for row in one.rows}
        measures = {word: _said(rows.get(metric)) for metric, word in COLUMNS.items()}
        lines.append({"model": escape.markdown(chosen.names[one.model])} | measures)
    return pd.DataFrame(lines)


def _said(row: Row | None) -> str:
    return "–" if row is None else interval(row.estimate, row.low, row.high)


def _recalibration(chosen: Chosen, found: Sequence[Calibration]) -> None:
    st.markdown("**Before and after recalibration on 50 local cases**")
    lines = []
    for one in found:
        rows = {row.metric: row for row in one.rows}
        if "brier_after" in rows:
            measures = {
                f"{w}, {when}": _said(rows[f"{m}_{when}"]) for m, w in LOCAL.items() for when in ("before", "after")
            }
            lines.append({"model": escape.markdown(chosen.names[one.model])} | measures)
    if not lines:
        st.caption("Left out: it takes 50 cases to recalibrate and as many again to judge, of both classes.")
        return
    st.table(pd.DataFrame(lines), hide_index=True, alt="Calibration before and after 50 local cases")
    st.caption("Logistic recalibration; median and middle 95 % of random draws of 50 cases, judged on all the others.")
