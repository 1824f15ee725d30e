"""Cell 7: the result to take away."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.contracts import Diagnosis
from sera_core.exam import Exam
from sera_core.reports.exam import as_json
from sera_core.reports.notebook import KIND, diagnosis_notebook
from sera_core.reports.page import pdf
from sera_core.reports.text import as_text
from sera_core.ui.cell import open_cell, show_code
from sera_core.ui.download import Download, offer


def offer_report(diagnosis: Diagnosis) -> None:
    """Draw the cell."""
    exam = Exam.of(diagnosis)
    cell = open_cell(7, "Report", "Image, heatmap, numbers, model and limits on paper; nothing is stored here.")
    with cell.controls:
        offer(
            Download(
                "PDF",
                ":material/picture_as_pdf:",
                "nodule-report.pdf",
                "application/pdf",
                partial(pdf, exam),
                "pdf",
                "primary",
            ),
            Download(
                "JSON",
                ":material/data_object:",
                "nodule-report.json",
                "application/json",
                partial(as_json, exam),
                "json",
            ),
            Download(
                "Notebook",
                ":material/book_2:",
                "nodule.ipynb",
                KIND,
                partial(diagnosis_notebook, diagnosis),
                "notebook",
            ),
        )
    with cell.result:
        with st.expander("Text to copy", icon=":material/content_copy:"):
            st.code(as_text(exam), language=None, wrap_lines=True)
        show_code(as_text)
