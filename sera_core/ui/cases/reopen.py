"""A view of a saved case back on Diagnose, with the numbers that were saved and without asking a network."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sera_core.contracts import CamMethod, Diagnosis
from sera_core.diagnosis import AUTO, NO_NODULE, Request
from sera_core.ui.brought import Brought, bring
from sera_core.ui.cache import keep, key_of, measured_of, model_ids, opinions_of, outline_of, reading_of
from sera_core.ui.number import text_of
from sera_core.ui.state import Case, Marks, Place
from sera_core.wording.labels import NO_FOCUS

_ASKED = "reopen"  # what is to be opened on the next page
BY_HAND = ("reader", "click")
NOT_DRAWN = ("box_proposed", NO_NODULE)


def ask_to_reopen(place: Place, title: str, diagnosis: Diagnosis) -> None:
    """Have :func:`reopen` open this view when Diagnose is drawn next."""
    st.session_state[_ASKED] = place, title, diagnosis


def reopen() -> None:
    """Open what was asked for, before any control of Diagnose is drawn."""
    if (asked := st.session_state.pop(_ASKED, None)) is None:
        return
    place, title, found = asked
    reading, patient = found.reading, found.patient
    box = None if any(notice.code in NOT_DRAWN for notice in reading.warnings) else reading.box
    by_hand = reading.outline is not None and reading.outline.source in BY_HAND
    model = reading.model if reading.model in model_ids() else AUTO
    method = reading.heatmap.method if reading.heatmap else CamMethod.HIRESCAM
    keep(outline_of, reading.outline, found.image, box, None)
    keep(reading_of, reading, found.image, Request(box, model, method, None))
    keep(measured_of, found.measured, found.image, reading.outline, found.image.scale_at(reading.box))
    if found.opinions:
        keep(opinions_of, found.opinions, found.image, reading.box, reading.outline)
    file = place.name.encode()  # stands for the bytes of an upload
    bring(f"upload-{st.session_state.setdefault('uploads', 0)}", Brought(title, file, found.image))
    marks = Marks(box, reading.outline if by_hand else None)
    rows = {row: _chip(found, row) for row in patient.seen.said}
    st.session_state.update(rows)
    st.session_state.update(
        {
            "case": Case(key_of(file), marks, touched=set(rows), kept=place),
            "source": "upload",
            "size_mm": text_of(patient.size_mm),
            "guideline": patient.guideline,
            "pretest": round(100 * patient.pretest),
            "model": model,
            "method": method,
        }
    )


def _chip(found: Diagnosis, row: str) -> Any:
    said = getattr(found.patient.seen, row)
    return said if row != "foci" else (sorted(said) or [NO_FOCUS])
