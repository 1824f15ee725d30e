"""How deep one reads: plain, or with the mathematics and the code; one switch, in the link."""

from __future__ import annotations

import streamlit as st

KEY = "depth"
PLAIN, DEEP = "plain", "mathematics"


def choose_depth() -> None:
    """Draw the switch."""
    st.segmented_control(
        "Depth", [PLAIN, DEEP], default=PLAIN, key=KEY, bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip


def deep() -> bool:
    """Whether formulas, names of layers and code are shown."""
    return st.session_state.get(KEY, PLAIN) == DEEP
