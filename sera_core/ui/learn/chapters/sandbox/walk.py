"""The nodule on the bench made malignant, one sign at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from scipy.special import expit

from sera_core.contracts import BadInput
from sera_core.figures.sandbox import way
from sera_core.simulate.sandbox import Step, steps_to_malignant, truth_of
from sera_core.simulate.settings import case_from
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapters.sandbox import controls
from sera_core.ui.learn.chapters.sandbox.bench import diagnosis_by, frame_of
from sera_core.ui.learn.show import step
from sera_core.ui.states import guarded

STEP = "sandbox_step"
MINE = "sandbox_mine"  # the nodule before the first press
TITLE = "Make it malignant, one step at a time"


def walk() -> None:
    """One press, one sign; the way so far as lines."""
    step(
        TITLE,
        "The first press makes the nodule above plain: solid, smooth, as bright as the gland; size, place, neck and "
        "scanner stay. Each further press adds one sign and nothing else: first it is darkened, since at the "
        "gland's own level no border shows, then always the sign that adds least at that point.",
    )
    with guarded("The way does not fit"):
        steps = steps_to_malignant(case_from(controls.settings()))
        here = min(int(st.session_state.get(STEP, -1)), len(steps) - 1)
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Begin" if here < 0 else "Next step"
            st.button(label, on_click=_go, args=(here + 1,), disabled=here + 1 == len(steps), key="sandbox_next")
            st.button("Start over", on_click=_go, args=(0,), disabled=here < 1, key="sandbox_again", type="tertiary")
            if MINE in st.session_state:
                st.button("Back to my nodule", on_click=_back, key="sandbox_back", type="tertiary")
        if here >= 0:
            st.markdown(f"Step {here + 1} of {len(steps)}: **{steps[here].title}**{_adds(steps[here])}")
            if here:  # one point is no way
                _show_way(steps[: here + 1], here)


def _adds(one: Step) -> str:
    return f" makes malignant {np.exp(one.adds):.1f} times as likely against benign" if one.adds else ""


def _go(number: int) -> None:
    if st.session_state.get(STEP, -1) < 0:
        st.session_state[MINE] = case_from(controls.settings())
    st.session_state[STEP] = number
    controls.put(steps_to_malignant(case_from(controls.settings()))[number].case)


def _back() -> None:
    """Give the nodule back that stood on the bench before the first press."""
    controls.put(st.session_state.pop(MINE))
    st.session_state.pop(STEP)


def _show_way(steps: tuple[Step, ...], here: int) -> None:
    truth = [float(expit(truth_of(one.case))) for one in steps]
    models: dict[str, list[float | None]] = {}
    home = ""
    for place, one in enumerate(steps):
        try:
            diagnosis = diagnosis_by(frame_of(one.case), method=None)
        except BadInput:
            continue  # too strange for the models: a gap in their lines
        home = diagnosis.reading.model_title
        for opinion in diagnosis.opinions:
            models.setdefault(opinion.title, [None] * len(steps))[place] = opinion.probability
    numbers: dict[str, Sequence[object]] = {"step": [one.title for one in steps], "truth": truth, **models}
    chart(way([one.title for one in steps], truth, models, home, here), "sandbox-way", "Probability by step", numbers)
    st.caption("Faint lines: the other models. Those of real frames are out of their domain here.")
