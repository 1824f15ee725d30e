"""Cell 4: where the model looked, and whether that can be trusted."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sera_core.contracts import CamMethod, Diagnosis, Fidelity
from sera_core.explain.inside import inside_outline
from sera_core.explain.judged import judged
from sera_core.explain.steady import VIEWS
from sera_core.explain.why import explain
from sera_core.figures import heatmap as figures
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.ui.states import empty
from sera_core.wording import diagnosis as words
from sera_core.wording.diagnosis import METHOD

LEAD = "Where the model looked, and a number that says whether the map shows what mattered to it."


def choose_method(cell: Cell) -> tuple[CamMethod, bool]:
    """The heatmap method to use, and whether its map is steadied."""
    with cell.controls, st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.selectbox(
            "Method", list(METHOD), 0, format_func=METHOD.__getitem__, key="method", bind="query-params"
        )
        steady = st.toggle(
            "Steady map",
            key="steady",
            bind="query-params",
            help=f"The mean over {VIEWS} slightly moved and mirrored views: {VIEWS} times the work of one map.",
        )
    return CamMethod(method), steady


def show_why(diagnosis: Diagnosis | None) -> None:
    """The result of the cell."""
    reading = diagnosis.reading if diagnosis else None
    if diagnosis is None or reading is None or reading.heatmap is None:
        said = words.why(reading) if reading else "Where there is no answer there is nothing to explain."
        empty("No map", said, ":material/visibility_off:")
        return
    heatmap = reading.heatmap
    st.caption("The dotted square on the picture is what the model was shown; outside it, it knows nothing.")
    if reading.outline is not None:
        st.markdown(words.inside(*inside_outline(heatmap, reading.outline)))
    st.markdown(words.worth(judged(reading.model_sha256, reading.domain, heatmap.method, heatmap.steady)))
    if np.ptp(heatmap.values) == 0:
        st.caption("The method found no heat at all: the map is flat.")
    if heatmap.fidelity is not None:
        _show_fidelity(heatmap.fidelity)
    show_code(explain)


def _show_fidelity(value: Fidelity) -> None:
    sentence, trust, doubt = words.fidelity(value), words.trust(value), words.doubt(value)
    if doubt:
        icon = ":material/help:" if value.correlation > 0 else ":material/shuffle:"
        st.warning(f"{sentence} {trust}", title=f"This map is {doubt}", icon=icon)
    else:
        st.markdown(f":material/verified: **{trust}** {sentence}")
    numbers: dict[str, list[object]] = {"heat": [*value.heats], "fall_of_log_odds": [*value.falls]}
    chart(figures.fidelity(value), "fidelity", sentence, numbers)
