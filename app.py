"""Home: what this is, for whom, the doors, and which models are ready."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.home import show_doors, show_limits, show_models
from sera_core.ui.page import open_page

with open_page("Home"):
    st.title("SERA", anchor=False)
    st.markdown(
        "**Thyroid nodules on ultrasound: diagnosed by convolutional networks, explained, and simulated.** "
        "It runs on a laptop, keeps images in memory, and says at every number how far to trust it."
    )
    show_doors()
    show_models()
    show_limits()
