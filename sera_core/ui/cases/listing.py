"""The list of saved cases, and the one that is chosen of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.cases.export import table
from sera_core.cases.log import Entry
from sera_core.classifiers.store import installed
from sera_core.contracts import Action, Verdict
from sera_core.exam.record import BETHESDA
from sera_core.ui.cases.owner import own_log
from sera_core.ui.page import asks_who
from sera_core.ui.states import empty
from sera_core.wording import percent
from sera_core.wording import verdict as words
from sera_core.wording.labels import LABELS

KEPT = (
    "A case holds the grey frame as it was decoded, its scale, what you drew and said, and every number with the model "
    "that gave it; never the file, its name or its tags. It is kept until you delete it."
)
WHICH = {"all": "All", "with": "With pathology", "without": "Without"}
COLUMNS = {
    "code": "Code",
    "day": "Exam",
    "nodule": "Nodule",
    "category": "Category",
    "action": "Advice",
    "size_mm": "Size (mm)",
    "probability": "Probability",
    "verdict": "Verdict",
    "model": "Model",
    "bethesda": "Bethesda",
    "histology": "Histology",
}
NOT_KNOWN = "positive, as that model was taught"  # what a model that is no longer installed tells


def choose_case() -> Entry | None:
    """Filter, list, and let one be chosen; None where there is none."""
    whose = " They are yours alone: nobody else who signs in sees them." if asks_who() else ""
    st.markdown(f"{KEPT}{whose}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.text_input("Code holds", key="case-code", placeholder="any", width=220)
        which = st.segmented_control(
            "Pathology", list(WHICH), format_func=WHICH.__getitem__, default="all", required=True
        )
    wanted = {"with": True, "without": False}.get(which or "all")
    found = own_log().find(code, wanted)
    if not found:
        if code or wanted is not None:
            empty("No such case", "No saved case fits: change the filter.", ":material/filter_alt_off:")
        else:
            empty("No case yet", "Diagnose a nodule, then press Save in its report.", ":material/folder_open:")
        return None
    st.dataframe(
        _in_words(table(found)).rename(columns=COLUMNS),
        hide_index=True,
        column_config={COLUMNS["size_mm"]: st.column_config.NumberColumn(format="%.1f")},
        placeholder="",
        alt=f"{len(found)} saved cases, a row a nodule",
    )
    by_id = {entry.id: entry for entry in found}
    return by_id[st.selectbox("Open", list(by_id), format_func=lambda case: titled(by_id[case]), key="case-open")]


def _in_words(found: pd.DataFrame) -> pd.DataFrame:
    """The columns of the list, in the words that the pages use."""
    positive = {status.card.id: status.card.positive for status in installed() if status.card}

    def verdict(row: pd.Series) -> str | None:
        if pd.isna(row["probability"]):
            return None
        return words.headline(Verdict(row["verdict"]), positive.get(row["model"], NOT_KNOWN))

    told = {
        "action": found["action"].map(lambda action: LABELS[Action(action)].word),
        "probability": found["probability"].map(percent, na_action="ignore"),
        "verdict": found.apply(verdict, axis=1),
        "bethesda": found["bethesda"].map(BETHESDA, na_action="ignore"),
        "histology": found["histology"].map(str.capitalize, na_action="ignore"),
    }
    return found.assign(**told)[list(COLUMNS)]


def titled(entry: Entry) -> str:
    """A case in one line."""
    when = f"{entry.day:%d %b %Y}" if entry.day else f"saved {entry.saved:%d %b %Y %H:%M}"
    nodules = [
        f"{line.category}{'' if line.probability is None else f' {percent(line.probability)}'}"
        for line in entry.nodules
    ]
    return f"{escape.markdown(entry.code) or 'no code'} · {when} · {', '.join(nodules)} · {entry.id[:8]}"
