"""The table of what was measured on a nodule, as several pages show it."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import Measured
from sera_core.wording import signs as words


def signs_table(found: Measured) -> None:
    """A row a sign: its name, its number with the unit, and what that says."""
    rows = words.shown(found)
    st.table(
        {
            "Measured": [one.title.capitalize() for one in rows],
            "": [words.amount(one) for one in rows],
            "In words": [words.sentence(one) for one in rows],
        }
    )
