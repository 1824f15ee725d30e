"""One saved case: what it shows and says, its pathology, and what can be done with it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.cases.log import Entry
from sera_core.classifiers.store import installed, weights_of
from sera_core.contracts import Diagnosis
from sera_core.exam import Histology, Nodule, Pathology
from sera_core.exam.record import BETHESDA
from sera_core.exam.words import PLANE, diameters, place
from sera_core.reports.pictures import whole
from sera_core.reports.text import as_text
from sera_core.ui.cases.owner import own_log
from sera_core.ui.cases.papers import papers
from sera_core.ui.cases.reopen import ask_to_reopen
from sera_core.ui.download import offer
from sera_core.ui.picture import show_picture
from sera_core.ui.state import Place
from sera_core.ui.states import guarded
from sera_core.wording import diagnosis as words

HISTOLOGY = {one: one.value.capitalize() for one in Histology}


def show_case(entry: Entry) -> None:
    """Draw the case."""
    exam = own_log().open(entry.id)
    for number, nodule in enumerate(exam.nodules, 1):
        with guarded():
            _show_nodule(entry, number, nodule)
    with st.expander("Report", icon=":material/description:"):
        st.code(as_text(exam), language=None, wrap_lines=True)
    offer(*papers(exam, f"case-{entry.id}"))
    _offer_deletion(entry)


def _show_nodule(entry: Entry, number: int, nodule: Nodule) -> None:
    st.subheader(f"Nodule {number}", anchor=False)
    pictures, beside = st.columns([3, 2])
    with pictures, st.container(horizontal=True):
        for k, view in enumerate(nodule.views):
            with st.container(width=340):
                show_picture(whole(view.diagnosis), f"View {k + 1}, {PLANE[view.plane]}")
                _offer_reopening(entry, Place(entry.id, number - 1, k), view.diagnosis)
    with beside:
        line = entry.nodules[number - 1]
        found = nodule.views[0].diagnosis
        st.markdown(f"**{words.headline(found.reading)}** · {line.category}")
        said = (words.steadiness(found.reading), place(nodule), diameters(nodule), _read_by(found))
        st.markdown("  \n".join(filter(None, said)))
        _ask_pathology(entry, number, nodule.pathology)


def _read_by(found: Diagnosis) -> str:
    """The model that answered, and whether it is still the one that is installed."""
    reading = found.reading
    if not reading.asked:
        return reading.warnings[0].message
    known = {status.card.files[weights_of(status.card)] for status in installed() if status.valid and status.card}
    still = "still installed" if reading.model_sha256 in known else "no longer installed: its numbers stay as they were"
    return f"Read by {reading.model}, weights {reading.model_sha256[:12]}, {still}."


def _offer_reopening(entry: Entry, at: Place, found: Diagnosis) -> None:
    title = f"Case {entry.code or entry.id[:8]}, nodule {at.nodule + 1}"
    if st.button("Reopen in Diagnose", f"reopen-{at.nodule}-{at.view}", icon=":material/open_in_new:"):
        ask_to_reopen(at, title, found)
        st.switch_page("pages/1_Diagnose.py")


def _ask_pathology(entry: Entry, number: int, known: Pathology) -> None:
    key = f"{entry.id}-{number}"
    with st.form(f"pathology-{key}", border=True):
        st.caption("What cytology and histology said, once it is known")
        categories, kinds = [None, *BETHESDA], [None, *HISTOLOGY]
        bethesda = st.selectbox(
            "Cytology (Bethesda)",
            categories,
            categories.index(known.bethesda),
            format_func=lambda one: BETHESDA.get(one, "not known"),
            key=f"bethesda-{key}",
        )
        histology = st.selectbox(
            "Histology",
            kinds,
            kinds.index(known.histology),
            format_func=lambda one: HISTOLOGY.get(one, "not known"),
            key=f"histology-{key}",
        )
        if st.form_submit_button("Save pathology", icon=":material/biotech:"):
            own_log().set_pathology(entry.id, number, Pathology(bethesda, histology))
            st.rerun()


def _offer_deletion(entry: Entry) -> None:
    with st.popover("Delete for good", icon=":material/delete_forever:", type="tertiary"):
        st.markdown("The frames, the numbers and the pathology of this case are overwritten. There is no way back.")
        st.button(
            "Delete this case", f"delete-{entry.id}", on_click=partial(own_log().delete, entry.id), type="primary"
        )
