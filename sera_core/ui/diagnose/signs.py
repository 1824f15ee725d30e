"""Cell 5: what is measured on the outline, and the words for the nodule: proposed until the reader touches them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import Any

import streamlit as st

from sera_core.contracts import (
    ROWS,
    BadInput,
    Composition,
    Description,
    Echogenicity,
    Focus,
    Margin,
    Measured,
    Row,
    Shape,
)
from sera_core.guidelines import validate
from sera_core.signs.describe import measured
from sera_core.signs.propose import propose
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.signs import signs_table
from sera_core.ui.state import Case
from sera_core.ui.states import refused
from sera_core.wording import signs as words
from sera_core.wording.labels import LABELS, NO_FOCUS, NO_FOCUS_LABEL

LEAD = (
    "What can be measured on the outline, and the words it speaks for. A word is proposed where it is as likely as all "
    "others together and was told from them on cases left out; it is a proposal until you touch it, then it is yours."
)
OPTIONS: dict[Row, list[Any]] = {
    "composition": list(Composition),
    "echogenicity": list(Echogenicity),
    "shape": list(Shape),
    "margin": list(Margin),
    "foci": [NO_FOCUS, *Focus],
}


def describe(cell: Cell, case: Case, found: Measured | None) -> Description:
    """The chips, filled with what is proposed where the reader has not touched them; what the reader himself says."""
    with cell.controls:
        for row in ROWS:
            _chips(row, case, found)
        _take(case, found)
        said = _said(case)
        try:
            validate(said)
        except BadInput as error:
            refused(error, "This description cannot be")
            return Description()
    return said


def _chips(row: Row, case: Case, found: Measured | None) -> None:
    proposed = _chip(getattr(found.description, row) if found else None, row)
    if row not in case.touched:
        st.session_state[row] = proposed
    case.foci = tuple(st.session_state["foci"] or ()) if row == "foci" else case.foci
    st.pills(
        f"{words.ROW[row]} {_whose(row, case, found)}",
        OPTIONS[row],
        selection_mode="multi" if row == "foci" else "single",
        format_func=_name,
        key=row,
        on_change=partial(_touched, case, row, proposed),
        persist_state="session",
    )


def _name(word: str) -> str:
    return LABELS[word].word if isinstance(word, StrEnum) else NO_FOCUS_LABEL.word


def _chip(word: StrEnum | frozenset[Focus] | None, row: Row) -> Any:
    """A word as its chips hold it."""
    if row != "foci":
        return word
    return [] if word is None else sorted(word) or [NO_FOCUS]


def _touched(case: Case, row: Row, proposed: Any) -> None:
    """The row is the reader's now: his first touch on what is proposed takes it, only a second one opens the row."""
    if row not in case.touched and _only_less(st.session_state[row], proposed):
        st.session_state[row] = proposed
    case.touched.add(row)
    if row == "foci":  # none and any exclude each other: the later one stays
        now = st.session_state["foci"]
        if NO_FOCUS in now and len(now) > 1:
            st.session_state["foci"] = [one for one in now if one != NO_FOCUS] if NO_FOCUS in case.foci else [NO_FOCUS]


def _only_less(now: Any, proposed: Any) -> bool:
    """Whether chips lack a proposed word and hold nothing else: a touch on a filled chip empties it."""
    return now != proposed and (not now or (isinstance(now, list) and set(now) < set(proposed)))


def _whose(row: Row, case: Case, found: Measured | None) -> str:
    if row in case.touched:
        return ":green-badge[yours]" if st.session_state[row] else ":gray-badge[open]"
    if found is None:
        return ":gray-badge[please look]"
    proposed = getattr(found.description, row) is not None
    first, *others = words.chances(found, row)
    colour, said = ("blue", f"proposed: {first}") if proposed else ("gray", first)
    return " ".join(f":{colour}-badge[{part}]" for part in (said, *others))  # one badge does not wrap on a phone


def _take(case: Case, found: Measured | None) -> None:
    """To make the proposals one's own, and to have them back."""
    proposed = [row for row in found.description.said if row not in case.touched] if found else []
    with st.container(horizontal=True):
        if proposed:
            label = "I looked: the proposed words are right"
            st.button(label, on_click=case.touched.update, args=(proposed,), icon=":material/check:", key="confirm")
        if case.touched and found:
            back = case.touched.clear
            st.button("Back to the proposals", on_click=back, icon=":material/undo:", type="tertiary", key="repropose")


def _said(case: Case) -> Description:
    """The rows that the reader touched and left filled."""
    own: dict[str, Any] = {row: st.session_state[row] for row in case.touched if st.session_state[row]}
    if "foci" in own:
        own["foci"] = frozenset(focus for focus in own["foci"] if focus != NO_FOCUS)
    return Description(**own)


def uncleared(found: Measured, case: Case) -> Measured:
    """What was measured, without the proposals that the reader cleared: those rows stay open."""
    cleared = [row for row in case.touched if not st.session_state[row]]
    return replace(found, description=found.description.without(cleared))


def show_signs(found: Measured | None) -> None:
    """The table of what was measured."""
    if found is None:
        st.caption("Nothing is measured where no border was found: describe the nodule above yourself.")
        return
    signs_table(found)
    st.caption(words.caution(found))
    show_code(measured, propose)
