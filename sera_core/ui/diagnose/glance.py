"""The answer in a few lines beside the picture: the verdict, its doubt, its reason, and what is advised."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from sera_core.contracts import SIMULATED, Diagnosis, Reading
from sera_core.explain.inside import inside_outline
from sera_core.figures.palette import NAME
from sera_core.ui.diagnose.advice import ACTION_ICON
from sera_core.wording import glance as words
from sera_core.wording.diagnosis import box_in_doubt, steadiness
from sera_core.wording.labels import LABELS
from sera_core.wording.verdict import GLYPH


def show_verdict(reading: Reading, simulated: bool) -> DeltaGenerator:
    """Verdict and how steady it is; without a verdict that there is none.

    Returns
    -------
    DeltaGenerator
        The place of :func:`show_reason`.
    """
    if not reading.asked:
        st.markdown("**:gray[:material/block: No verdict: cell 3 says why]**")
        return st.empty()
    colour, icon = NAME[reading.verdict], GLYPH[reading.verdict]
    of = "simulated" if simulated else "a model of simulated frames" if reading.domain == SIMULATED else ""
    badge = f" :violet-badge[{of}]" if of else ""
    st.markdown(f"#### :{colour}[{icon} {words.with_number(reading)}]{badge}")
    if question := box_in_doubt(reading.outline):
        st.markdown(f":material/crop_free: **{question}**")
    if doubt := steadiness(reading):
        st.markdown(f":material/swap_horiz: **{doubt}**")
    return st.empty()


def show_reason(place: DeltaGenerator, reading: Reading) -> None:
    """Where the model found its evidence: shown before the map is tested, and again once it is."""
    heatmap, outline = reading.heatmap, reading.outline
    if heatmap is not None and outline is not None:
        place.markdown(f":material/search: {words.reason(heatmap, inside_outline(heatmap, outline))}")


def show_action(diagnosis: Diagnosis) -> None:
    """What is advised."""
    advice, size_mm = diagnosis.advice, diagnosis.size_mm
    st.markdown(f"{ACTION_ICON[advice.action]} **{LABELS[advice.action].word}**: {words.because(advice, size_mm)}")
