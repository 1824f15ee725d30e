"""Cell 3: the probability, the verdict, and how far to believe them."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput, Diagnosis
from sera_core.diagnosis import diagnose
from sera_core.figures.palette import NAME
from sera_core.figures.verdict import verdict_bar
from sera_core.reports.words import headline
from sera_core.ui import words
from sera_core.ui.cell import Cell, show_code
from sera_core.ui.chart import chart
from sera_core.ui.states import notices
from sera_core.wording import percent

LEAD = "What the model makes of the region, how sure it is, and whether it knows this kind of image at all."


def choose_model(cell: Cell, installed: list[str]) -> str:
    """The model to ask; ``"auto"`` leaves the choice to familiarity."""
    with cell.controls:
        return st.selectbox(
            "Model",
            ["auto", *installed],
            key="model",
            bind="query-params",
            help="auto asks the installed model that is most familiar with this kind of image.",
        )


def show_verdict(diagnosis: Diagnosis) -> None:
    """The result of the cell."""
    colour, icon = NAME[diagnosis.verdict], words.GLYPH[diagnosis.verdict]
    title = headline(diagnosis)
    simulated = " :violet-badge[simulated]" if diagnosis.image.source == "simulated" else ""
    st.markdown(f"### :{colour}[{icon} {title}]{simulated}")
    if any(notice.code == "box_proposed" for notice in diagnosis.warnings):
        st.caption(":material/crop_free: For the box the program proposed. Check in cell 2 that it holds the nodule.")
    st.markdown(words.verdict_reason(diagnosis))
    alt = f"{title}: probability {percent(diagnosis.probability)}, cut-off {percent(diagnosis.cutoff)}"
    chart(verdict_bar(diagnosis), "verdict", alt, _numbers(diagnosis))
    st.markdown(words.in_a_hundred(diagnosis))
    said = words.opinions(diagnosis)
    if said:
        st.markdown(said)
    st.markdown(f":material/fingerprint: {words.familiarity(diagnosis.familiarity)}")
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{diagnosis.model_title}**")
        st.markdown(diagnosis.trained_on)
        st.caption(f"{diagnosis.model}, weights sha256 {diagnosis.model_sha256[:12]}")
    notices(diagnosis.warnings)
    show_code(diagnose)


def show_refusal(error: BadInput) -> None:
    """The model gives no answer: why, and what the page can still do."""
    st.warning(error.message, title="The model gives no answer", icon=":material/block:")
    st.markdown(
        "No number is better than a made-up one. Mark another region, use another image, or describe the nodule "
        "yourself in cell 5: the guidelines need no model."
    )
    show_code(diagnose)


def _numbers(diagnosis: Diagnosis) -> dict[str, list[object]]:
    rows = diagnosis.opinions
    return {
        "model": [o.model for o in rows],
        "title": [o.title for o in rows],
        "probability": [o.probability for o in rows],  # rounded, it would read 1 where the page says over 99%
        "cutoff": [round(o.cutoff, 4) for o in rows],
        "verdict": [o.verdict.value for o in rows],
        "familiarity_percentile": [round(o.familiarity.percentile, 1) for o in rows],
    }
