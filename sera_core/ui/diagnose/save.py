"""What makes an exam of the nodule on the page: code, day, place, diameters; and the button that saves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import streamlit as st

from sera_core.cases.log import Entry
from sera_core.contracts import Diagnosis
from sera_core.exam import Exam, Nodule, Plane, Pole, Prior, Side, Size, View
from sera_core.exam.record import LONGEST_CODE
from sera_core.ui.cases.listing import KEPT
from sera_core.ui.cases.owner import own_log
from sera_core.ui.cases.reopen import Place, lies_open
from sera_core.ui.page import CASES, link
from sera_core.ui.states import guarded

MOST = 8  # earlier cases of the same code that are offered
Choice = TypeVar("Choice", Plane, Side, Pole)


@dataclass(frozen=True)
class Where:
    """Where a view goes: a new case; a case's new nodule; a nodule's new view; or in place of a view. From 0."""

    case: str | None = None
    nodule: int | None = None
    view: int | None = None

    def said(self, named: Mapping[str, str]) -> str:
        """In words; ``named`` says how cases are called."""
        if self.case is None:
            return "A new case"
        if self.view is not None:
            return "The view that is open: save in its place"
        what = "a new nodule" if self.nodule is None else f"nodule {self.nodule + 1}, another view"
        return f"{named[self.case]}: {what}"


@dataclass(frozen=True)
class Draft:
    """An exam as it would be saved, and the case whose place it takes; None: a new one."""

    exam: Exam
    case: str | None


def ask_exam(diagnosis: Diagnosis) -> Draft:
    """Draw the fields; the exam that they make of the nodule on the page, with what was saved of it before.

    Another image begins with empty fields, so that no patient goes under the code of the one before.
    """
    at = lies_open()
    known = own_log().open(at.case) if at else None
    nodule = known.nodules[at.nodule] if known and at else None
    key = str(getattr(st.session_state.get("case"), "source", ""))[:12]
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
        plane = _choose("Plane", Plane, nodule.views[at.view].plane if nodule and at else None, key)
        side = _choose("Side", Side, nodule.side if nodule else None, key)
        pole = _choose("Pole", Pole, nodule.pole if nodule else None, key)
    earlier = own_log().find(code)[:MOST] if code else ()
    with st.expander("Three diameters, earlier exam, further views", icon=":material/straighten:"):
        typed = _ask_diameters(nodule.typed if nodule else Size(), key)
        prior = _ask_prior([one for one in earlier if one.day and (day is None or one.day < day)], nodule, key)
        where = _ask_where(earlier, at, key)
    made = Nodule((View(plane, diagnosis),), side, pole, typed, prior)
    return _joined(Exam((made,), code, day), where)


def offer_saving(draft: Draft) -> None:
    """The button, and what came of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Save", "save-case", icon=":material/save:", help=KEPT)
        if pressed:
            with guarded("The case was not saved"):
                case = own_log().save(draft.exam, draft.case)
                st.markdown(f":material/check_circle: Saved as {case[:8]}.")
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
        typed = [
            st.number_input(label, value=value, step=0.5, format="%.1f", key=f"{label}-{key}", persist_state="session")
            for label, value in fields.items()
        ]
    with guarded("These diameters are not used"):
        return Size(*typed)
    return Size()


def _ask_prior(earlier: Sequence[Entry], nodule: Nodule | None, key: str) -> Prior | None:
    """The same nodule in an earlier exam of the same code, for its growth."""
    kept = nodule.prior if nodule else None
    if not earlier:
        return kept
    places = [None, *((entry.id, line.number) for entry in earlier for line in entry.nodules)]
    by_id = {entry.id: entry for entry in earlier}
    first = places.index((kept.case, kept.nodule)) if kept and (kept.case, kept.nodule) in places else 0
    chosen = st.selectbox(
        "The same nodule earlier",
        places,
        first,
        format_func=lambda at: f"{by_id[at[0]].day}, nodule {at[1]}" if at else "not linked",
        key=f"exam-prior-{key}",
    )
    return own_log().prior(*chosen) if chosen else None


def _ask_where(earlier: Sequence[Entry], at: Place | None, key: str) -> Where:
    """Which case and nodule the view belongs to."""
    options: list[Where] = [Where(at.case, at.nodule, at.view)] if at else []
    options += [Where()]
    for entry in earlier:
        options += [Where(entry.id, line.number - 1) for line in entry.nodules] + [Where(entry.id)]
    named = {entry.id: f"{entry.code}, {entry.day or f'saved {entry.saved:%d %b %Y}'}" for entry in earlier}
    return st.selectbox(
        "This view belongs to", options, format_func=lambda one: one.said(named), key=f"exam-where-{key}"
    )


def _joined(made: Exam, where: Where) -> Draft:
    """The exam with what its case holds already."""
    if where.case is None:
        return Draft(made, None)
    known, (one,) = own_log().open(where.case), made.nodules
    nodules = list(known.nodules)
    if where.nodule is None:
        nodules.append(one)
    else:
        old = nodules[where.nodule]
        views = list(old.views)
        at = len(views) if where.view is None else where.view
        views[at : at + 1] = one.views
        nodules[where.nodule] = replace(
            old,
            views=tuple(views),
            side=one.side or old.side,
            pole=one.pole or old.pole,
            typed=one.typed.over(old.typed),
            prior=one.prior or old.prior,
        )
    return Draft(replace(made, nodules=tuple(nodules), day=made.day or known.day), where.case)
