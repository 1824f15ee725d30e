"""What was saved: reopened, completed with its pathology, exported, compared, deleted."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.cases.listing import choose_case
from sera_core.ui.cases.take_away import offer_comparison, offer_export
from sera_core.ui.cases.whole import show_case
from sera_core.ui.page import open_page

with open_page("Cases", wide=True):
    st.title("Cases", anchor=False)
    chosen = choose_case()
    if chosen is not None:
        show_case(chosen)
    offer_comparison()
    offer_export()
