"""ROC curves, one panel a centre."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.evaluate.compare import partial_areas, roc_lines
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.results import RocLine, frame
from sera_core.evaluate.roc import curve
from sera_core.figures.layout import interval
from sera_core.figures.roc import roc_legend, roc_panel
from sera_core.ui.cell import fold, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, heading, panels, remember, say_name
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded

NO_BAND = "none"


@st.fragment
def show_roc(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.ROC,
        "Every trade between found cancers and false alarms that a model offers; the mark is its cut-off. "
        "Readers and guidelines stand beside the curves as points.",
    )
    if not in_sight(Place.ROC, cell.result):
        return
    with cell.controls, st.container(horizontal=True, vertical_alignment="bottom"):
        band = st.selectbox(
            "95 % band of",
            [NO_BAND, *chosen.predictions.models],
            key="band",
            bind="query-params",
            help="Every curve's interval is also under the cursor.",
        )
        low, high = st.slider(
            "Sensitivities for the partial area", 0.0, 1.0, (0.8, 1.0), 0.05, key="partial", bind="query-params"
        )
    with cell.result, guarded():
        lines = {c: remember(chosen, roc_lines, c, chosen.cutoffs) for c in chosen.predictions.centres}
        every = [line for found in lines.values() for line in found]
        if every:
            key = drawn(chosen, "roc legend", None, lambda: roc_legend(every, chosen.looks, chosen.names))
            chart(key, "roc-legend", "Lines and marks of the models and readers, the same in all panels")
        for kind, centres in chosen.kinds.items():
            heading(chosen, kind)
            panels(centres, lambda centre: _panel(chosen, centre, lines[centre], band, (low, high)))
        offer_csv(_points(every), "roc")
        if high > low:
            _partial(chosen, low, high)
        else:
            st.caption("Choose a range of sensitivities for a partial area.")
        _readers(chosen)
        say_meaning(
            "A curve nearer to the upper left corner finds more cancers at the same price. A mark that slides along "
            "the curve from one centre to the next shows a cut-off that does not travel, though the ranking does.",
            "A reader's point below a curve is not proof against the reader: it is one point with its own error, and "
            "readers see more than one frame in practice.",
        )
        show_code(roc_lines, curve, partial_auc)


def _panel(
    chosen: Chosen, centre: str, lines: tuple[RocLine, ...], band: str, sensitivities: tuple[float, float]
) -> None:
    say_name(chosen, centre)
    if not lines:
        st.caption("No curve: one of the two classes is missing here.")
        return
    draw = partial(roc_panel, lines, chosen.looks, chosen.names, band, sensitivities, legend=False)
    figure = drawn(chosen, f"roc {centre}", (band, sensitivities), draw)
    chart(figure, f"roc-{centre}", f"ROC curves at {chosen.counts[centre]}", save=True)


def _points(lines: list[RocLine]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "centre": line.centre,
                "model": line.model,
                "threshold": line.threshold,
                "false_positive_share": line.false_positive,
                "sensitivity": line.sensitivity,
                "highest_sensitivity_at_this_share": pd.Series(line.sensitivity)
                .groupby(line.false_positive)
                .transform("max"),
                "band_at_this_share_low": line.low,
                "band_at_this_share_high": line.high,
            }
        )
        for line in lines
    ]
    return pd.concat(parts) if parts else pd.DataFrame()


def _partial(chosen: Chosen, low: float, high: float) -> None:
    rows = remember(chosen, partial_areas, low, high)

    def draw() -> None:
        st.caption("Standardised after McClish: 0.5 is a coin, 1 is perfect.")
        for kind, centres in chosen.kinds.items():
            heading(chosen, kind)
            columns: dict[str, dict[str, str]] = {escape.markdown(centre): {} for centre in centres}
            for row in rows:
                if row.centre in centres:
                    columns[escape.markdown(row.centre)][escape.markdown(chosen.names[row.model])] = interval(
                        row.estimate, row.low, row.high
                    )
            st.table(pd.DataFrame(columns).fillna(""))
        offer_csv(frame(rows), "partial-auc")

    fold(f"Partial AUC for sensitivities from {low:.0%} to {high:.0%}", "partial-table", draw)


def _readers(chosen: Chosen) -> None:
    if not chosen.predictions.readers:
        st.caption("No reader's scores are in this table, so the curves stand alone.")
    elif "simulated" in chosen.kinds:
        st.caption("Readers of simulated frames are simulated too: descriptors seen with the published error.")
