"""Cell 5: what a guideline says about needle aspiration, from the model and from the reader's own eyes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from sera_core.contracts import (
    Action,
    Advice,
    BadInput,
    Basis,
    Composition,
    Descriptors,
    Diagnosis,
    Echogenicity,
    Focus,
    Guideline,
    Margin,
    Patient,
    Shape,
)
from sera_core.figures.verdict import risk_shift
from sera_core.guidelines import advise_from_probability, agreement, assess, assess_all, validate
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.ui.states import empty, refused
from sera_core.wording import percent
from sera_core.wording.labels import LABELS

Word = TypeVar("Word", bound=StrEnum)
ACTION_ICON = {
    Action.FNA: ":material/colorize:",
    Action.FOLLOW_UP: ":material/event_repeat:",
    Action.NONE: ":material/do_not_disturb_on:",
    Action.UNKNOWN: ":material/help:",
}
LEAD = "What a guideline advises for what is seen in the nodule and its size, and the risk in your own patients."


GUIDELINES = (  # the default first, as in the command line
    Guideline.KTIRADS2021,
    Guideline.ACR2017,
    Guideline.EU2017,
    Guideline.ATA2015,
    Guideline.KTIRADS2016,
    Guideline.KWAK2011,
    Guideline.KIM2002,
)


def name_of(word: StrEnum) -> str:
    """The plain word for a machine's word."""
    return LABELS[word].word


@dataclass(frozen=True)
class Choices:
    """What the reader set in this cell."""

    guideline: Guideline
    pretest: float
    descriptors: Descriptors | None


def choose(cell: Cell) -> Choices:
    """The guideline, the pre-test risk, and what the reader sees."""
    with cell.controls:
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
        with st.expander("Describe the nodule yourself", icon=":material/edit_note:"):
            descriptors = _describe()
    return Choices(guideline, pretest / 100, descriptors)


def _describe() -> Descriptors | None:
    st.caption("Four choices give you the guidelines' own categories, with no model involved.")
    composition = _pick("Composition", "composition", list(Composition))
    echogenicity = _pick("Echogenicity", "echogenicity", list(Echogenicity))
    shape = _pick("Shape", "shape", list(Shape))
    margin = _pick("Margin", "margin", list(Margin))
    foci = st.pills(
        "Bright foci (any number)",
        list(Focus),
        selection_mode="multi",
        format_func=name_of,
        key="foci",
        persist_state="session",
    )
    if composition is None or echogenicity is None or shape is None or margin is None:
        return None
    described = Descriptors(composition, echogenicity, shape, margin, frozenset(foci))
    try:
        validate(described)
    except BadInput as error:
        refused(error, "This description cannot be")
        return None
    return described


def _pick(label: str, key: str, options: list[Word]) -> Word | None:
    return st.pills(label, options, format_func=name_of, key=key, persist_state="session")


def show_advice(diagnosis: Diagnosis | None, patient: Patient) -> None:
    """The result of the cell: from the model where it answered, and from the reader's description if there is one."""
    if diagnosis is not None:
        _from_model(diagnosis)
    elif patient.descriptors is None:
        empty("No advice yet", "Describe the nodule above: the guidelines need no model.", ":material/edit_note:")
    if patient.descriptors is not None:
        _from_reader(patient.descriptors, patient, diagnosis)
    show_code(advise_from_probability, assess)


def _from_model(diagnosis: Diagnosis) -> None:
    reading = diagnosis.reading
    if reading.familiarity.fringe:
        st.markdown(
            "A number from the fringe of what a model knows carries no risk and no category: describe the nodule."
        )
    else:
        _risk(diagnosis)
    if diagnosis.model_advice is not None:
        _card("By the model's probability", diagnosis.model_advice, diagnosis.patient.size_mm)
    elif diagnosis.basis is Basis.NOTHING:
        _card("Until the nodule is described", diagnosis.advice, diagnosis.patient.size_mm)


def _risk(diagnosis: Diagnosis) -> None:
    sentence = (
        f"Before the image {percent(diagnosis.patient.pretest)}, after it {percent(diagnosis.probability_at_pretest)} "
        f"of such nodules are {diagnosis.reading.positive}."
    )
    chart(risk_shift(diagnosis), "risk", sentence)


def _from_reader(descriptors: Descriptors, patient: Patient, diagnosis: Diagnosis | None) -> None:
    every = assess_all(descriptors, patient.size_mm)
    own = every[patient.guideline]
    _card("By your own description", own, patient.size_mm)
    if diagnosis is not None and diagnosis.model_advice is not None:
        together = agreement(diagnosis.model_advice, own)
        icon = ":material/check_circle:" if together.agree else ":material/compare_arrows:"
        st.markdown(f"{icon} {together.sentence}")
    _table(every)


def _card(title: str, advice: Advice, size_mm: float | None) -> None:
    with st.container(border=True, gap="xsmall"):
        st.caption(title)
        st.markdown(f"### {ACTION_ICON[advice.action]} {LABELS[advice.action].word}")
        facts = [f"**{advice.category}**"]
        if advice.points is not None:
            unit = "points" if advice.guideline is Guideline.ACR2017 else "features"
            facts.append(f"{advice.points} {unit}")
        if advice.risk:
            facts.append(f"published risk {advice.risk}")
        facts.append(f"size {size_mm:g} mm" if size_mm is not None else "size not given")
        st.markdown(" · ".join(facts))
        st.markdown(advice.rule)
        if advice.features:
            st.caption("Counted: " + ", ".join(advice.features))
        st.caption(advice.source)


def _table(every: dict[Guideline, Advice]) -> None:
    with st.expander("Your description in every guideline", icon=":material/table:"):
        st.dataframe(
            {
                "Guideline": [LABELS[guideline].word for guideline in every],
                "Category": [advice.category for advice in every.values()],
                "Published risk": [advice.risk or "not confirmed" for advice in every.values()],
                "Advice": [LABELS[advice.action].word for advice in every.values()],
            },
            hide_index=True,
            alt="Category, published risk and advice of every guideline for the reader's description",
        )
