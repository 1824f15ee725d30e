"""What makes an exam of the nodule on the page: code, day, place, diameters; and the button that saves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from sera_core.cases.log import Entry
from sera_core.contracts import Diagnosis
from sera_core.exam import Exam, Nodule, Plane, Pole, Prior, Side, Size, View
from sera_core.exam.record import LONGEST_CODE
from sera_core.ui.cases.listing import KEPT
from sera_core.ui.cases.owner import own_log
from sera_core.ui.diagnose.where import Draft, ask_where, joined, kept_of
from sera_core.ui.number import ask_number, number_of
from sera_core.ui.page import CASES, link
from sera_core.ui.state import Case, Place
from sera_core.ui.states import guarded

MOST = 8  # earlier cases of the same code that are offered
Choice = TypeVar("Choice", Plane, Side, Pole)


def ask_exam(case: Case, diagnosis: Diagnosis) -> Draft:
    """Draw the fields; the exam that they make of the nodule on the page, with what was saved of it before.

    Another image begins with empty fields, so that no patient goes under the code of the one before.
    """
    kept = kept_of(case)
    known, nodule = (kept.exam, kept.nodule) if kept else (None, None)
    key = kept.at.name if kept else case.source[:12]
    with st.container(horizontal=True):
        code = st.text_input(
            "Case code",
            known.code if known else "",
            LONGEST_CODE,
            f"exam-code-{key}",
            help="Your own code for the patient, the same at every visit. Never a name.",
            persist_state="session",
        )
        day = st.date_input("Exam date", known.day if known else None, key=f"exam-day-{key}", persist_state="session")
    with st.container(horizontal=True):
        plane = _choose("Plane", Plane, nodule.views[kept.at.view].plane if nodule and kept else None, key)
        side = _choose("Side", Side, nodule.side if nodule else None, key)
        pole = _choose("Pole", Pole, nodule.pole if nodule else None, key)
    earlier = own_log().find(code)[:MOST] if code else ()
    with st.expander("Three diameters, earlier exam, further views", icon=":material/straighten:"):
        typed = _ask_diameters(nodule.typed if nodule else Size(), key)
        prior = _ask_prior([one for one in earlier if one.day and (day is None or one.day < day)], nodule, key)
        where = ask_where(earlier, kept, diagnosis, key)
    made = Nodule((View(plane, diagnosis),), side, pole, typed, prior)
    return joined(Exam((made,), code, day), where, kept)


def offer_saving(case: Case, draft: Draft) -> None:
    """The button: what is saved as it is cannot be saved once more."""
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Saved" if draft.saved else "Save changes" if draft.replaces else "Save"
        pressed = st.button(label, "save-case", icon=":material/save:", help=KEPT, disabled=draft.saved)
        if pressed and not draft.saved:
            with guarded("The case was not saved"):
                case.kept = Place(own_log().save(draft.exam, draft.case), draft.nodule, draft.view)
                st.rerun()
        if draft.saved and draft.case:
            st.markdown(f":material/check_circle: Saved as {draft.case[:8]}.")
            link(CASES)


def _choose(label: str, words: type[Choice], known: Choice | None, key: str) -> Choice | None:
    chosen: Choice | None = st.segmented_control(
        label,
        list(words),
        default=known,
        format_func=lambda word: word.value.capitalize(),
        key=f"exam-{label}-{key}",
        persist_state="session",
    )
    return chosen


def _ask_diameters(known: Size, key: str) -> Size:
    """The reader's own, before what the outlines show."""
    fields = {"Length, head to foot (mm)": known.length_mm, "Height, front to back (mm)": known.height_mm}
    fields["Width, side to side (mm)"] = known.width_mm
    with st.container(horizontal=True):
        typed = [ask_number(label, f"{label}-{key}", value) for label, value in fields.items()]
    with guarded("These diameters are not used"):
        return Size(*map(number_of, typed))
    return Size()


def _ask_prior(earlier: Sequence[Entry], nodule: Nodule | None, key: str) -> Prior | None:
    """The same nodule in an earlier exam of the same code, for its growth."""
    kept = nodule.prior if nodule else None
    if not earlier:
        return kept
    listed = {(entry.id, line.number): entry.day for entry in earlier for line in entry.nodules}
    linked = {(kept.case, kept.nodule): kept.day} if kept else {}
    days = {**listed, **linked}  # of another code, or of a case that is gone: it stays until it is unlinked
    places = [None, *days]
    chosen = st.selectbox(
        "The same nodule earlier",
        places,
        places.index(next(iter(linked), None)),
        format_func=lambda at: f"{days[at]}, nodule {at[1]}" if at else "not linked",
        key=f"exam-prior-{key}",
    )
    if chosen is None:
        return None
    return own_log().prior(*chosen) if chosen in listed else kept
