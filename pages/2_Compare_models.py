"""Many cases, several centres: where a model holds, and where it does not."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.compare.confusion import show_confusions
from sera_core.ui.compare.glance import show_glance
from sera_core.ui.compare.roc import show_roc
from sera_core.ui.compare.source import choose_predictions
from sera_core.ui.page import open_page

with open_page("Compare models"):
    st.title("Compare models", anchor=False)
    st.markdown("One table of predictions in, every comparison out: where a model holds, and where it does not.")
    chosen = choose_predictions()
    if chosen is not None:
        show_glance(chosen)
        show_roc(chosen)
        show_confusions(chosen)
