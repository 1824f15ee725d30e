"""One nodule: from an image to a probability, a heatmap and advice about needle aspiration."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.diagnosis import Request
from sera_core.ui.cache import box_of, diagnosis_of, keep_diagnosed, model_ids
from sera_core.ui.cell import open_cell
from sera_core.ui.diagnose import advice, verdict, why
from sera_core.ui.diagnose.image import Picture, choose_image
from sera_core.ui.diagnose.region import mark_region
from sera_core.ui.diagnose.report import offer_report
from sera_core.ui.page import open_page
from sera_core.ui.states import guarded


def examine(picture: Picture) -> None:
    case = picture.case
    proposed = picture.true_box or box_of(case.key, picture.image.frame, picture.image)
    image = mark_region(picture.image, proposed, case)
    box = case.box or picture.true_box  # None lets the façade propose, and say so

    verdict_cell = open_cell(3, "Verdict", verdict.LEAD)
    why_cell = open_cell(4, "Why", why.LEAD)
    next_cell = open_cell(5, "What next", advice.LEAD)
    model = verdict.choose_model(verdict_cell, model_ids())
    method = why.choose_method(why_cell)
    choices = advice.choose(next_cell)
    request = Request(box, picture.size_mm, model, choices.guideline, choices.pretest, method, choices.descriptors)

    diagnosis = None
    with verdict_cell.result, guarded():
        try:
            with st.spinner("Reading the nodule"):
                diagnosis = diagnosis_of(case.key, request, image)
        except BadInput as error:
            verdict.show_refusal(error)
        else:
            keep_diagnosed(case.key, diagnosis)
            verdict.show_verdict(diagnosis)
    with why_cell.result, guarded():
        why.show_why(diagnosis)
    with next_cell.result, guarded():
        advice.show_advice(diagnosis, choices, picture.size_mm)
    if diagnosis is not None:
        offer_report(diagnosis)


with open_page("Diagnose"):
    st.title("Diagnose a nodule", anchor=False)
    st.markdown("From one ultrasound frame to a probability, the reason for it, and what a guideline advises.")
    shown = choose_image()
    if shown is not None:
        examine(shown)
