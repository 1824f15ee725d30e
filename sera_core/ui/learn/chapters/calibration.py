"""Chapter 14: what a probability promises, and how to mend one by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from scipy.special import expit

from sera_core.evaluate.calibration import brier, fit, logits, reliability
from sera_core.figures.course import promised
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.learn.shown_study import Answers, choose_answers

QUESTION = Question(
    "You shift and stretch all probabilities until they keep their promise. What happens to the AUC?",
    ("It rises", "It falls", "Nothing"),
    2,
    "The order of the nodules stays as it was, and the AUC asks for the order only. Calibration makes a number honest, "
    "not a model better.",
)


@st.fragment
def draw() -> None:
    """The whole chapter."""
    step("Bring the dots onto the line", "Stretch or squeeze the numbers, and shift them up or down, until they fit.")
    given = choose_answers("calibration", "VGG16, only its last layer learnt", "C")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        slope = st.slider("Stretch", 0.2, 2.0, 1.0, 0.05, key="calibration_stretch", bind="query-params")
        shift = st.slider("Shift", -3.0, 3.0, 0.0, 0.1, key="calibration_shift", bind="query-params")
        st.button("Let the computer do it", on_click=_fit, args=(given,), key="calibration_fit")
    mended = expit(shift + slope * logits(given.probability))
    found, before = reliability(given.labels, mended), reliability(given.labels, given.probability)
    chart(promised(found, before), "calibration-curve", "Share of malignant nodules against the probability given")
    error, first = brier(given.labels, mended).score, brier(given.labels, given.probability).score
    numbers(
        {
            "Said, on average": f"{mended.mean():.0%}",
            "Malignant in truth": f"{given.labels.mean():.0%}",
            "Error (Brier)": f"{error:.3f}",
            "Before": f"{first:.3f}",
        }
    )
    st.caption(
        f"{len(given.labels)} simulated patients. Each dot: the nodules with about the same number; its height: how "
        "many of them were malignant; its line: 95 % interval. On the diagonal the number keeps its promise. "
        "Error: the mean "
        "square of what was said minus what was (0 or 1)."
    )
    formula(
        rf"p' = \frac{{1}}{{1+e^{{-({slope:.2f}\,\ln\frac{{p}}{{1-p}} {shift:+.2f})}}}}",
        means="Two such numbers stand on the card (the sheet) of every model, fitted on patients of its own "
        "hospital. Choose another hospital with these: what mends one may spoil another.",
    )
    ask(QUESTION, "calibration_question")
    show_code(reliability, brier, fit)
    take_home("Calibration", partial(reliability, given.labels, mended), partial(brier, given.labels, mended))


def _fit(given: Answers) -> None:
    (shift, slope), _ = (part[0] for part in fit(given.labels[None].astype(float), logits(given.probability)[None]))
    st.session_state["calibration_stretch"] = float(np.clip(np.round(np.round(slope / 0.05) * 0.05, 2), 0.2, 2.0))
    st.session_state["calibration_shift"] = float(np.clip(np.round(shift, 1), -3.0, 3.0))


CHAPTER = Chapter(
    number=14,
    slug="calibration",
    title="Can the number be believed?",
    talk=Place(Part.SERA, "Multicentre study: internal and external test"),
    sentences=(
        "A probability is a promise: of a hundred nodules given 30 %, thirty should be malignant.",
        "In another hospital the promise is often broken; two numbers can mend it.",
    ),
    draw=draw,
)
