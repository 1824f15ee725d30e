"""Cell 7: the result to take away, and to keep."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.contracts import Diagnosis
from sera_core.reports.notebook import KIND, diagnosis_notebook
from sera_core.reports.text import as_text
from sera_core.ui.cases.papers import papers
from sera_core.ui.cell import open_cell, show_code
from sera_core.ui.diagnose.save import ask_exam, offer_saving
from sera_core.ui.download import Download, offer
from sera_core.ui.state import Case


def offer_report(case: Case, diagnosis: Diagnosis) -> None:
    """Draw the cell."""
    cell = open_cell(7, "Report", "The nodule on paper and as files. Nothing is stored unless you save it.")
    with cell.controls:
        draft = ask_exam(case, diagnosis)
        offer_saving(case, draft)
        notebook = Download(
            "Notebook", ":material/book_2:", "nodule.ipynb", KIND, partial(diagnosis_notebook, diagnosis), "notebook"
        )
        offer(*papers(draft.exam, ""), *([notebook] if diagnosis.reading.asked else []))
    with cell.result:
        with st.expander("Text to copy", icon=":material/content_copy:"):
            st.code(as_text(draft.exam), language=None, wrap_lines=True)
        show_code(as_text)
