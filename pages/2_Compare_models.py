"""Many cases, several centres: where a model holds, and where it does not."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.compare.agreement import show_agreement
from sera_core.ui.compare.combine import show_combinations
from sera_core.ui.compare.confusion import show_confusions
from sera_core.ui.compare.contents import show_contents
from sera_core.ui.compare.difference import show_differences
from sera_core.ui.compare.glance import show_glance
from sera_core.ui.compare.published import show_published
from sera_core.ui.compare.report import offer_comparison
from sera_core.ui.compare.roc import show_roc
from sera_core.ui.compare.size import show_size
from sera_core.ui.compare.source import choose_predictions
from sera_core.ui.compare.subgroups import show_subgroups
from sera_core.ui.compare.trust import show_trust
from sera_core.ui.compare.use import show_use
from sera_core.ui.page import open_page

with open_page("Compare models", wide=True):
    st.title("Compare models", anchor=False)
    st.markdown("One table of predictions in, every comparison out: where a model holds, and where it does not.")
    contents = st.container()
    chosen = choose_predictions()
    with contents:
        show_contents(everything=chosen is not None)
    if chosen is not None:
        show_glance(chosen)
        show_roc(chosen)
        show_confusions(chosen)
        show_differences(chosen)
        show_trust(chosen)
        show_use(chosen)
        show_agreement(chosen)
        show_subgroups(chosen)
    show_combinations()
    show_published()
    if chosen is not None:
        offer_comparison(chosen)
    show_size()
