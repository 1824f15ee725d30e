"""One nodule: from an image to a probability, a heatmap and advice about needle aspiration."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput, Patient
from sera_core.diagnosis import Request, advise
from sera_core.ui.cache import model_ids, reading_of, signs_of, with_opinions
from sera_core.ui.cell import open_cell
from sera_core.ui.diagnose import advice, signs, verdict, why
from sera_core.ui.diagnose.image import Picture, ask_size, choose_image
from sera_core.ui.diagnose.region import mark_region
from sera_core.ui.diagnose.report import offer_report
from sera_core.ui.page import open_page
from sera_core.ui.state import keep_diagnosed
from sera_core.ui.states import guarded


def examine(picture: Picture) -> None:
    image = mark_region(picture)
    verdict_cell = open_cell(3, "Verdict", verdict.LEAD)
    why_cell = open_cell(4, "Why", why.LEAD)
    signs_cell = open_cell(5, "Signs", signs.LEAD)
    next_cell = open_cell(6, "What next", advice.LEAD)
    model = verdict.choose_model(verdict_cell, model_ids())
    method, steady = why.choose_method(why_cell)
    choices = advice.choose(next_cell)

    reading = measured = None
    with verdict_cell.result, guarded():
        try:
            with st.spinner("Reading the nodule"):
                reading = reading_of(image, Request(picture.box, model, method, steady, picture.pane))
        except BadInput as error:
            verdict.show_refusal(error)
    with signs_cell.result, guarded():
        measured = signs_of(image, reading) if reading else None
        signs.show_signs(measured)
    seen = signs.describe(signs_cell, picture.case, measured)
    measured = signs.uncleared(measured, picture.case) if measured else None
    size_mm = ask_size(picture, measured.size_mm if measured else None)
    patient = Patient(size_mm, choices.guideline, choices.pretest, seen)

    diagnosis = advise(image, reading, patient, measured=measured) if reading else None
    others = None
    if diagnosis is not None:
        keep_diagnosed(diagnosis)
        with verdict_cell.result, guarded():
            others = verdict.show_verdict(diagnosis)
    with why_cell.result, guarded():
        why.show_why(diagnosis)
    with next_cell.result, guarded():
        advice.show_advice(diagnosis, patient)
    if diagnosis is None or others is None:
        return
    with others, guarded():  # the answer that was asked for is on the page: now those that were not
        diagnosis = with_opinions(diagnosis)
        verdict.show_opinions(diagnosis)
    offer_report(diagnosis)


with open_page("Diagnose"):
    st.title("Diagnose a nodule", anchor=False)
    st.markdown("From one ultrasound frame to a probability, the reason for it, and what a guideline advises.")
    shown = choose_image()
    if shown is not None:
        examine(shown)
