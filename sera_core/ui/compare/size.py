"""How many cases the next study needs."""

from __future__ import annotations

import streamlit as st

from sera_core.evaluate.samplesize import Planned, Sampling, for_area, for_difference, for_share
from sera_core.figures.taught import taught
from sera_core.study.shipped import learning_curves
from sera_core.ui.cell import say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded
from sera_core.wording.comparison import ALIKE

WHAT = {"auc": "AUC", "difference": "Two AUCs", "sensitivity": "Sensitivity", "specificity": "Specificity"}


@st.fragment
def show_size() -> None:
    """Draw the cell."""
    cell = open_place(
        Place.SIZE,
        "Before the next study: how many cases give an interval as short as you need, or find a difference between two "
        "models that is there.",
    )
    if not in_sight(Place.SIZE, cell.result):
        return
    found = None
    with cell.controls, guarded("This cannot be planned"):
        what = st.segmented_control(
            "For",
            list(WHAT),
            format_func=WHAT.__getitem__,
            default="auc",
            required=True,
            key="size-for",
            bind="query-params",
            label_visibility="collapsed",
        )
        with st.container(horizontal=True):
            prevalence = _number("Share of label 1", 0.3, "size-prevalence")
            images = st.number_input("Images a patient", 1.0, 50.0, 1.0, 0.5, key="size-images", bind="query-params")
            alike = _number("Alike within a patient", 0.5, "size-alike", f"{ALIKE.capitalize()}.")
        found = _asked(what or "auc", Sampling(prevalence, images, alike))
    with cell.result:
        if found is not None:
            st.markdown(
                f"**{found.positive}** images with label 1 and **{found.negative}** with label 0: about "
                f"**{found.patients}** patients at this share of label 1."
            )
        say_meaning(
            "So many cases give, on average, an interval of the length asked for, or find the difference as often as "
            "the power says.",
            "What you expect is a guess: if the true figure is another, so is the number. Subgroups need as many each.",
        )
        show_code(for_area, for_difference, for_share)
    with cell.result, guarded():
        _show_taught()


def _show_taught() -> None:
    """How much a model learns from more cases, where a study measured it."""
    curves = learning_curves()
    if curves.empty:
        return
    st.markdown("**And to teach a model?** What more patients brought here, on patients left out:")
    chart(
        taught(curves), "taught", "AUC on patients left out, by the number of patients that taught a model", save=True
    )
    offer_csv(curves, "learning-curves")
    say_meaning(
        "Where a line still rises, more cases of one's own would help; where it lies flat, other labels.",
        "Breast lesions and simulated nodules are other tasks than yours: read the shape, not the height. Bars are the "
        "middle 95 % of the repeats, in which those who teach and those who are tested change.",
    )


def _asked(what: str, sampling: Sampling) -> Planned:
    with st.container(horizontal=True):
        if what == "difference":
            first, second = _number("One AUC", 0.85, "size-first"), _number("The other", 0.8, "size-second")
            power = _number("Power", 0.8, "size-power")
            together = _number("Scores go together", 0.5, "size-together", "Correlation of the models' scores.")
            return for_difference(first, second, together, sampling, power)
        expected = _number(f"Expected {WHAT[what]}", 0.8 if what == "auc" else 0.9, f"size-{what}")
        half = _number("Interval, to either side", 0.05, "size-half")
    if what == "auc":
        return for_area(expected, half, sampling)
    return for_share(expected, half, sampling, positive=what == "sensitivity")


def _number(label: str, value: float, key: str, help: str | None = None) -> float:
    return st.number_input(label, 0.01, 0.99, value, 0.01, key=key, bind="query-params", help=help)
