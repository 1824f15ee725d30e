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


ALONE = (1, 10, 11)  # cells that need no predictions


def show_contents(everything: bool) -> None:
    """A line of links to the cells that are there: all of them, or those that need no predictions."""
    links = (
        f"[{number} {title}](#cell-{number})" for number, title in enumerate(CELLS, 1) if everything or number in ALONE
    )
    st.caption(" · ".join(links))
