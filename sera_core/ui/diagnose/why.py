"""Cell 4: where the model looked, and whether that can be trusted."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sera_core.contracts import CamMethod, Diagnosis, Fidelity, Judged
from sera_core.explain.fidelity import fidelity
from sera_core.explain.inside import inside_outline
from sera_core.explain.judged import judged
from sera_core.explain.merge import VIEWS
from sera_core.explain.why import explain
from sera_core.figures.fidelity import fidelity as fidelity_figure
from sera_core.ui.cache import with_fidelity_of
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.ui.states import empty
from sera_core.wording import diagnosis as words
from sera_core.wording.diagnosis import METHOD

LEAD = "Where the model looked, and a number that says whether the map shows what mattered to it."


def choose_method(cell: Cell) -> CamMethod:
    """The heatmap method to use."""
    with cell.controls:
        method = st.selectbox(
            "Method",
            list(METHOD),
            0,
            format_func=METHOD.__getitem__,
            key="method",
            bind="query-params",
            help=f"What most of {len(VIEWS)} views of the region agree on; Occlusion looks at one.",
        )
    return CamMethod(method)


def show_why(diagnosis: Diagnosis) -> Diagnosis:
    """The result of the cell; the diagnosis comes back with the fidelity, which is measured once the map is shown."""
    reading = diagnosis.reading
    if reading.heatmap is None:
        empty("No map", words.why(reading), ":material/visibility_off:")
        return diagnosis
    heatmap = reading.heatmap
    st.caption("The dotted square on the picture is what the model was shown; outside it, it knows nothing.")
    if reading.outline is not None:
        st.markdown(words.inside(*inside_outline(heatmap, reading.outline)))
    measured = judged(reading.model_sha256, reading.domain, heatmap.method)
    st.markdown(words.worth(measured))
    if np.ptp(heatmap.values) == 0:
        st.caption("The method found no heat at all: the map is flat.")
    with st.spinner("Asking the model about blurred places, to see how far the map can be trusted"):
        diagnosis = with_fidelity_of(diagnosis)
    if (known := diagnosis.reading.heatmap) is not None and known.fidelity is not None:
        _show_fidelity(known.fidelity, measured)
    show_code(explain, fidelity)
    return diagnosis


def _show_fidelity(value: Fidelity, known: Judged | None) -> None:
    sentence, trust, doubt = words.fidelity(value), words.trust(value), words.doubt(value)
    told = f"{sentence} {trust} {words.power(known)}".strip()
    if not doubt:
        st.markdown(f":material/verified: **{trust}** {sentence} {words.power(known)}")
    elif value.correlation > 0:
        st.info(told, title=f"This map is {doubt}", icon=":material/help:")
    else:
        st.warning(told, title=f"This map is {doubt}", icon=":material/shuffle:")
    numbers: dict[str, list[object]] = {"heat": [*value.heats], "fall_of_log_odds": [*value.falls]}
    chart(fidelity_figure(value), "fidelity", sentence, numbers)
