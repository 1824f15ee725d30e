"""Cell 4: where the model looked, and whether that can be trusted."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sera_core.contracts import Box, CamMethod, Diagnosis, Fidelity, Heatmap
from sera_core.explain.why import explain
from sera_core.figures import heatmap as figures
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.ui.states import empty
from sera_core.wording import diagnosis as words
from sera_core.wording.diagnosis import METHOD

LEAD = "Where the model looked, and a number that says whether the map shows what mattered to it."
VIEWS = ("Overlay", "Side by side", "Raw map")


def choose_method(cell: Cell) -> CamMethod:
    """The heatmap method to use."""
    with cell.controls:
        method = st.selectbox(
            "Method", list(METHOD), 0, format_func=METHOD.__getitem__, key="method", bind="query-params"
        )
    return CamMethod(method)


def show_why(diagnosis: Diagnosis | None) -> None:
    """The result of the cell."""
    reading = diagnosis.reading if diagnosis else None
    if reading is None or reading.heatmap is None:
        empty("No map", "There is nothing to explain where the model gives no answer.", ":material/visibility_off:")
        return
    _show_map(reading.heatmap, reading.box)
    if reading.heatmap.fidelity is not None:
        _show_fidelity(reading.heatmap.fidelity)
    show_code(explain)


@st.fragment
def _show_map(heatmap: Heatmap, box: Box) -> None:
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], required=True, label_visibility="collapsed", key="view"
    )
    opacity = 0.0
    if view != "Raw map":
        opacity = st.slider("Opacity of the heat (%)", 0, 100, 60, 5, key="opacity", bind="query-params") / 100
    if view == "Overlay":
        chart(figures.overlay(heatmap, box, opacity), "overlay", "The heat over the region that the model saw")
    elif view == "Raw map":
        chart(figures.raw(heatmap), "raw", "The heat alone, from 0 to 1")
    else:
        left, right = st.columns(2)
        with left:
            chart(figures.crop(heatmap, box), "crop", "The region that the model saw")
        with right:
            chart(figures.overlay(heatmap, box, opacity), "overlay", "The same with the heat over it")
    st.caption("The dotted line is your box; around it is what else the model was shown.")
    if np.ptp(heatmap.values) == 0:
        st.caption("The method found no heat at all: the map is flat.")


def _show_fidelity(value: Fidelity) -> None:
    sentence, trust, doubt = words.fidelity(value), words.trust(value), words.doubt(value)
    if doubt:
        icon = ":material/help:" if value.gain > 0 else ":material/shuffle:"
        st.warning(f"{sentence} {trust}", title=f"This map is {doubt}", icon=icon)
    else:
        st.markdown(f":material/verified: **{trust}** {sentence}")
    numbers: dict[str, list[object]] = {
        "area": ["hot", *("random" for _ in value.random_falls)],
        "fall": [value.hot_fall, *value.random_falls],
    }
    chart(figures.fidelity(value), "fidelity", sentence, numbers)
