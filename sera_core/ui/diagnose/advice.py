"""Cell 6: what a guideline says about needle aspiration, from the words for the nodule and from the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sera_core.contracts import Action, Advice, Basis, Diagnosis, Guideline
from sera_core.figures.verdict import risk_shift
from sera_core.guidelines import advise_from_probability, agreement, assess, assess_all
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.wording import percent
from sera_core.wording.diagnosis import BASIS
from sera_core.wording.labels import LABELS
from sera_core.wording.signs import still_open

TITLE = {
    Basis.DESCRIPTORS: "By your own description",
    Basis.CHANGED: "By your words, and proposed ones where you said nothing",
    Basis.PROPOSED: "By the words that the program proposes",
    Basis.PROBABILITY: "By the model's probability",
    Basis.NOTHING: "Until the nodule is described",
}
ACTION_ICON = {
    Action.FNA: ":material/colorize:",
    Action.FOLLOW_UP: ":material/event_repeat:",
    Action.NONE: ":material/do_not_disturb_on:",
    Action.UNKNOWN: ":material/help:",
}
LEAD = "What a guideline advises for what is seen in the nodule and its size, and the risk in your own patients."
GUIDELINES = list(Guideline)  # the default first, as in the command line


def name_of(word: StrEnum) -> str:
    """The plain word for a machine's word."""
    return LABELS[word].word


@dataclass(frozen=True)
class Choices:
    """What the reader set in this cell, and the place for the size, which waits for what the outline measures."""

    guideline: Guideline
    pretest: float
    place: DeltaGenerator


def choose(cell: Cell) -> Choices:
    """The guideline, and the pre-test risk."""
    with cell.controls:
        place = st.container()
        guideline = st.selectbox(
            "Guideline",
            GUIDELINES,
            0,
            format_func=name_of,
            key="guideline",
            bind="query-params",
        )
        pretest = st.slider(
            "Risk before the image (%)",
            1,
            80,
            20,
            key="pretest",
            bind="query-params",
            help="How many of 100 nodules are malignant where your patients come from; 20 is common in referral.",
        )
    return Choices(guideline, pretest / 100, place)


def show_advice(diagnosis: Diagnosis) -> None:
    """The result of the cell: from the words for the nodule, and beside them from the model's probability."""
    reading = diagnosis.reading
    if not reading.familiarity.fringe:
        _risk(diagnosis)
    elif reading.answered:
        st.markdown("A number from the fringe of what a model knows carries no risk and no category.")
    _advise(diagnosis)
    show_code(advise_from_probability, assess)


def _risk(diagnosis: Diagnosis) -> None:
    sentence = (
        f"Before the image {percent(diagnosis.patient.pretest)}, after it {percent(diagnosis.probability_at_pretest)} "
        f"of such nodules are {diagnosis.reading.positive}."
    )
    chart(risk_shift(diagnosis), "risk", sentence)


def _advise(diagnosis: Diagnosis) -> None:
    size = _size(diagnosis.size_mm, proposed=diagnosis.patient.size_mm is None)
    seen, by_model = diagnosis.description.descriptors, diagnosis.model_advice
    if seen is None:
        st.markdown(f":material/visibility: {still_open(diagnosis.description.open)}")
    _card(TITLE[diagnosis.basis], diagnosis.advice, size)
    st.caption(f"Rests on: {BASIS[diagnosis.basis]}")
    if seen is None:
        return
    if by_model is not None:
        _card(TITLE[Basis.PROBABILITY], by_model, size)
        together = agreement(by_model, diagnosis.advice)
        icon = ":material/check_circle:" if together.agree else ":material/compare_arrows:"
        st.markdown(f"{icon} {together.sentence}")
    _table(assess_all(seen, diagnosis.size_mm))


def _size(size_mm: float | None, proposed: bool) -> str:
    if size_mm is None:
        return "size not given"
    return f"size {size_mm:g} mm{', proposed from the outline' if proposed else ''}"


def _card(title: str, advice: Advice, size: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.caption(title)
        st.markdown(f"### {ACTION_ICON[advice.action]} {LABELS[advice.action].word}")
        facts = [f"**{advice.category}**"]
        if advice.points is not None:
            unit = "points" if advice.guideline is Guideline.ACR2017 else "features"
            facts.append(f"{advice.points} {unit}")
        if advice.risk:
            facts.append(f"published risk {advice.risk}")
        facts.append(size)
        st.markdown(" · ".join(facts))
        st.markdown(advice.rule)
        if advice.features:
            st.caption("Counted: " + ", ".join(advice.features))
        st.caption(advice.source)


def _table(every: dict[Guideline, Advice]) -> None:
    with st.expander("The same words in every guideline", icon=":material/table:"):
        st.dataframe(
            {
                "Guideline": [LABELS[guideline].word for guideline in every],
                "Category": [advice.category for advice in every.values()],
                "Published risk": [advice.risk or "not confirmed" for advice in every.values()],
                "Advice": [LABELS[advice.action].word for advice in every.values()],
            },
            hide_index=True,
            alt="Category, published risk and advice of every guideline for these words",
        )
