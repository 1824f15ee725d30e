"""All saved cases at once: on Compare as one's own centre, and as files."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core import escape
from sera_core.cases.export import as_csv, as_json, as_zip
from sera_core.cases.predictions import caution, predictions
from sera_core.contracts import BadInput
from sera_core.ui.brought import Brought, bring
from sera_core.ui.cases.owner import own_log
from sera_core.ui.compare.source import SOURCES
from sera_core.ui.download import Download, offer


def offer_comparison() -> None:
    """One click opens the nodules with settled pathology on Compare."""
    st.subheader("Compare models on your own cases", anchor=False)
    try:
        table = predictions(own_log())
    except BadInput as nothing:
        st.caption(escape.markdown(nothing.message))
        return
    st.warning(caution(table), title="How much this can show", icon=":material/scale:")
    if st.button("Open on Compare models", "compare-cases", icon=":material/monitoring:"):
        bring("predictions", Brought("own cases.csv", escape.csv(table).encode()))
        st.switch_page("pages/2_Compare_models.py", query_params={"from": SOURCES["own"]})


def offer_export() -> None:
    """Every case of one's own as a file."""
    log = own_log()
    if not log.find():
        return
    st.subheader("Take all of it with you", anchor=False)
    offer(
        Download("Table (CSV)", ":material/table:", "cases.csv", "text/csv", partial(as_csv, log), "cases-csv"),
        Download(
            "JSON", ":material/data_object:", "cases.json", "application/json", partial(as_json, log), "cases-json"
        ),
        Download(
            "Everything (ZIP)",
            ":material/folder_zip:",
            "cases.zip",
            "application/zip",
            partial(as_zip, log),
            "cases-zip",
        ),
    )
