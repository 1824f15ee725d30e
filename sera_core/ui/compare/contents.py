"""Where on the page each question is answered."""

from __future__ import annotations

import streamlit as st

CELLS = (
    "Which predictions",
    "At a glance",
    "ROC",
    "Confusion matrices",
    "Is the difference real",
    "Can the probability be trusted",
    "Is it useful",
    "Who agrees with whom",
    "For whom",
    "Combining networks",
    "What was published",
    "Report",
)


def show_contents() -> None:
    """A line of links to the cells."""
    st.caption(" · ".join(f"[{number} {title}](#cell-{number})" for number, title in enumerate(CELLS, 1)))
