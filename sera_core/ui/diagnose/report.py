"""Cell 6: the result to take away."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.contracts import Diagnosis
from sera_core.reports import as_json, as_text, pdf
from sera_core.ui.cell import open_cell, show_code


def offer_report(diagnosis: Diagnosis) -> None:
    """Draw the cell."""
    cell = open_cell(6, "Report", "Image, heatmap, numbers, model and limits on paper; nothing is stored here.")
    with cell.controls, st.container(horizontal=True):
        st.download_button(
            "PDF",
            partial(pdf, diagnosis),
            "nodule-report.pdf",
            "application/pdf",
            key="pdf",
            type="primary",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
        )
        st.download_button(
            "JSON",
            partial(as_json, diagnosis),
            "nodule-report.json",
            "application/json",
            key="json",
            icon=":material/data_object:",
            on_click="ignore",
        )
    with cell.result:
        with st.expander("Text to copy", icon=":material/content_copy:"):
            st.code(as_text(diagnosis), language=None, wrap_lines=True)
        show_code(as_text)
