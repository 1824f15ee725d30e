"""Cell 3: the probability, the verdict, and how far to believe them."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sera_core import escape
from sera_core.contracts import BadInput, Diagnosis, Notice, Reading
from sera_core.diagnosis import NO_NODULE, UNFAMILIAR, read
from sera_core.figures.verdict import opinions_strip, verdict_bar
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.ui.states import empty, notices, refused
from sera_core.wording import diagnosis as words
from sera_core.wording import percent

NOT_FOUND = (
    "No nodule was found on this frame: draw it in cell 2. Described in cell 5, it has advice and a report without a "
    "model."
)
NO_NUMBER = (
    "No number is better than a made-up one. Mark another region, use another image, or describe the nodule yourself "
    "in cell 5: advice and report need no model."
)
LEAD = "What the model makes of the region, how sure it is, and whether it knows this kind of image at all."


def choose_model(cell: Cell, installed: list[str]) -> str:
    """The model to ask; ``"auto"`` leaves the choice to familiarity."""
    with cell.controls:
        return st.selectbox(
            "Model",
            ["auto", *installed],
            key="model",
            bind="query-params",
            help="auto asks a model of the picture's own kind, real or simulated; of several the one that knows it.",
        )


def show_verdict(diagnosis: Diagnosis) -> DeltaGenerator:
    """The result of the cell.

    Returns
    -------
    DeltaGenerator
        The place for the opinions of the other models.
    """
    reading = diagnosis.reading
    if not reading.asked:
        _show_refusal(reading.warnings[0])
        return st.container()
    if any(notice.code == "box_proposed" for notice in diagnosis.warnings):
        st.caption(":material/crop_free: For the box the program proposed. Check in cell 2 that it holds the nodule.")
    st.markdown(f"Probability {words.verdict(reading)}" if reading.answered else NO_NUMBER)
    if reading.answered:
        chart(verdict_bar(diagnosis), "verdict", _bar_told(reading))
    if counts := words.in_a_hundred(diagnosis):
        st.markdown(counts)
    others = st.container()
    st.markdown(f":material/fingerprint: {words.familiarity(reading.familiarity)}")
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{escape.markdown(reading.model_title)}**")
        st.markdown(escape.markdown(reading.trained_on))
        st.caption(f"{escape.markdown(reading.model)}, weights sha256 {reading.model_sha256[:12]}")
    for why in (notice for notice in diagnosis.warnings if notice.code == UNFAMILIAR):
        _refused(why)
    notices(notice for notice in reading.warnings if notice.code != UNFAMILIAR)
    show_code(read)
    return others


def _bar_told(reading: Reading) -> str:
    title, probability, cutoff = words.headline(reading), percent(reading.probability), percent(reading.cutoff)
    return f"{title}. Probability {probability}, cut-off {cutoff}"


def show_opinions(diagnosis: Diagnosis) -> None:
    """What every installed model says, in the place that :func:`show_verdict` keeps."""
    if len(diagnosis.opinions) > 1:
        chart(opinions_strip(diagnosis), "opinions", "The probability that each model gives", _numbers(diagnosis))
    said = words.opinions(diagnosis)
    if said:
        st.markdown(said)


def _show_refusal(why: Notice) -> None:
    """No model was asked: why, and what the page can still do."""
    if why.code == NO_NODULE:
        empty("No verdict yet", NOT_FOUND, ":material/draw:")
        return
    _refused(why)
    st.markdown(NO_NUMBER)
    show_code(read)


def _refused(why: Notice) -> None:
    refused(BadInput(why.code, why.message), "The model gives no answer")


def _numbers(diagnosis: Diagnosis) -> dict[str, list[object]]:
    rows, domain = diagnosis.opinions, diagnosis.reading.domain
    return {
        "model": [o.model for o in rows],
        "title": [o.title for o in rows],
        "probability": [o.probability for o in rows],  # rounded, it would read 1 where the page says over 99%
        "cutoff": [round(o.cutoff, 4) for o in rows],
        "verdict": [o.verdict_beside(domain) for o in rows],
        "familiarity_percentile": [round(o.familiarity.percentile, 1) for o in rows],
    }
