"""Chapter 15: the same test in another waiting room."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from sera_core.evaluate.proportion import counts, measures
from sera_core.figures.lines import curves
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.learn.shown_study import choose_answers

PATIENTS = 1000
QUESTION = Question(
    "A screening clinic (5 % malignant) takes over a cut-off that served a surgical ward (50 %) well. What changes?",
    ("Sensitivity falls", "Most alarms become false ones", "Nothing: the model is the same"),
    1,
    "Sensitivity and specificity belong to the model and the cut-off. Among 950 benign nodules even a small share of "
    "false alarms outnumbers the 50 malignant ones.",
)


@st.fragment
def draw() -> None:
    """The whole chapter."""
    step(f"{PATIENTS} patients", "Move the share of malignant nodules, then the cut-off: who is alarmed, and rightly?")
    given = choose_answers("prevalence", "EfficientNet-Lite0, fine-tuned", "internal")
    with st.container(horizontal=True):
        share = st.slider("Malignant (%)", 1, 90, 10, key="prevalence_share", bind="query-params") / 100
        cut = st.slider("Cut-off (%)", 1, 99, 50, key="prevalence_cut", bind="query-params") / 100
    table_of_four = counts(given.labels, given.probability, cut)
    found = {name: float(value) for name, value in measures(*table_of_four).items()}
    sensitivity, specificity = found["sensitivity"], found["specificity"]
    ill = round(PATIENTS * share)
    hits, alarms = round(ill * sensitivity), round((PATIENTS - ill) * (1 - specificity))
    st.markdown(
        f"Of **{ill}** malignant nodules **{hits}** are found and {ill - hits} missed. Of **{PATIENTS - ill}** benign "
        f"ones **{alarms}** are alarmed falsely. Of {hits + alarms} alarms {hits} are right."
    )
    numbers(
        {
            "Sensitivity": f"{sensitivity:.0%}",
            "Specificity": f"{specificity:.0%}",
            "An alarm is right": f"{_right(share, sensitivity, specificity):.0%}",
            "An all-clear is right": f"{_clear(share, sensitivity, specificity):.1%}",
        }
    )
    axis = np.linspace(0.01, 0.9, 90)
    lines = {
        "an alarm is right": _right(axis, sensitivity, specificity),
        "an all-clear is right": _clear(axis, sensitivity, specificity),
    }
    mark = (share, tuple(float(line(share, sensitivity, specificity)) for line in (_right, _clear)))
    figure = curves(axis, lines, "share of malignant nodules", "share that is right", mark=mark)
    table = {"malignant": axis.tolist(), **{name: values.tolist() for name, values in lines.items()}}
    chart(figure, "prevalence-curve", "How often alarms and all-clears are right, by the share of malignant", table)
    st.caption(
        "Sensitivity and specificity are those of the test set chosen above (simulated) at this cut-off; they stay as "
        "they are, whatever the share of malignant nodules."
    )
    formula(
        rf"\text{{PPV}} = \frac{{\pi\,\text{{sen}}}}{{\pi\,\text{{sen}} + (1-\pi)(1-\text{{spe}})}} = "
        rf"{_right(share, sensitivity, specificity):.2f}, \quad \pi = {share:.2f}",
        means="How often an alarm is right is called the positive predictive value, how often an all-clear the "
        "negative.",
    )
    ask(QUESTION, "prevalence_question")
    show_code(_right, _clear, measures)
    take_home("Prevalence", partial(counts, given.labels, given.probability, cut), partial(measures, *table_of_four))


def _right(share: np.ndarray | float, sensitivity: float, specificity: float) -> np.ndarray:
    """Positive predictive value at a prevalence (both 0 ... 1)."""
    hits, alarms = share * sensitivity, (1 - np.asarray(share)) * (1 - specificity)
    return np.asarray(hits / np.maximum(hits + alarms, 1e-12))


def _clear(share: np.ndarray | float, sensitivity: float, specificity: float) -> np.ndarray:
    """Negative predictive value at a prevalence (both 0 ... 1)."""
    missed, spared = share * (1 - sensitivity), (1 - np.asarray(share)) * specificity
    return np.asarray(spared / np.maximum(missed + spared, 1e-12))


CHAPTER = Chapter(
    number=15,
    slug="prevalence",
    title="Who is in the waiting room?",
    talk=Place(Part.SERA, "Youden index with cut-off value; internal and external test"),
    sentences=(
        "How often an alarm is right depends on the model, on the cut-off, and on how many patients are ill at all.",
        "The same answer means one thing in a screening clinic and another on a surgical ward.",
    ),
    draw=draw,
)
