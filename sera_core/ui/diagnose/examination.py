"""The Diagnose page once there is a picture: every cell in its turn, and first the answer that was asked for."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sera_core.contracts import BadInput, Diagnosis, Patient, Reading
from sera_core.diagnosis import Request, advise, unread
from sera_core.ui.cache import as_tested, model_ids, reading_of, signs_of, with_opinions
from sera_core.ui.cell import Cell, open_cell
from sera_core.ui.diagnose import advice, glance, region, signs, verdict, why
from sera_core.ui.diagnose.desk import Desk
from sera_core.ui.diagnose.image import Picture
from sera_core.ui.diagnose.region import Region
from sera_core.ui.diagnose.size import ask_size
from sera_core.ui.state import Case, keep_diagnosed
from sera_core.ui.states import guarded

FAULT = BadInput("fault", "The program failed when it asked the model: try again, or choose another model.")


def examine(picture: Picture, desk: Desk) -> None:
    """Draw the picture and everything that is said of it."""
    with desk.viewer:
        board, region_cell = st.container(), open_cell(2, "Region", region.LEAD)
    found = region.mark_region(region_cell, picture)
    with board, guarded():
        region.show_picture(picture, found)
    with desk.cells:
        verdict_cell = open_cell(3, "Verdict", verdict.LEAD)
        why_cell = open_cell(4, "Why", why.LEAD)
        signs_cell = open_cell(5, "Signs", signs.LEAD)
        next_cell = open_cell(6, "What next", advice.LEAD)
    model = verdict.choose_model(verdict_cell, model_ids())
    method = why.choose_method(why_cell)
    choices = advice.choose(next_cell)

    reading = _read(verdict_cell, found, Request(picture.box, model, method, picture.pane))
    with desk.glance, guarded():
        reason = glance.show_verdict(reading, found.image.simulated)
        glance.show_reason(reason, reading)
    with board, guarded():
        region.show_heat(found, reading.heatmap)
    measured = None
    with signs_cell.result, guarded():
        measured = signs_of(found.image, reading)
        signs.show_signs(measured)
    seen = signs.describe(signs_cell, picture.case, measured)
    measured = signs.uncleared(measured, picture.case) if measured else None
    with choices.place:
        size_mm = ask_size(measured.size_mm if measured else None)
    patient = Patient(size_mm, choices.guideline, choices.pretest, seen)

    diagnosis = advise(found.image, reading, patient, measured=measured)
    with desk.glance, guarded():
        glance.show_action(diagnosis)
    if reading.asked:
        keep_diagnosed(diagnosis)
    others = None
    with verdict_cell.result, guarded():
        others = verdict.show_verdict(diagnosis)
    with why_cell.result, guarded():
        diagnosis = why.show_why(diagnosis)
        glance.show_reason(reason, diagnosis.reading)
    with next_cell.result, guarded():
        advice.show_advice(diagnosis)
    if others is not None:
        _follow(picture.case, diagnosis, others, desk)
    if picture.cine is not None:
        with desk.viewer, guarded():
            picture.cine.send()


def _read(cell: Cell, found: Region, request: Request) -> Reading:
    """What the asked model makes of it, with the outline that is shown; a reading without a model where none can."""
    with cell.result, guarded():
        try:
            with st.spinner("Reading the nodule"):
                return as_tested(found.image, replace(reading_of(found.image, request), outline=found.outline))
        except BadInput as why:
            return unread(found.image, request, why)
    return unread(found.image, request, FAULT)


def _follow(case: Case, diagnosis: Diagnosis, others: DeltaGenerator, desk: Desk) -> None:
    """What nobody waits for: the answers that were not asked for, and the report with all of them."""
    from sera_core.ui.diagnose.report import offer_report  # PDF, case log and statistics: a third of a cold start

    with others, guarded():
        diagnosis = with_opinions(diagnosis)
        verdict.show_opinions(diagnosis)
    if diagnosis.reading.asked or diagnosis.description.descriptors:
        with desk.cells:
            offer_report(case, diagnosis)
