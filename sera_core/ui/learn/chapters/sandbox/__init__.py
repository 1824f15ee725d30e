"""Chapter 13: build a nodule, change one thing, watch everything that judges it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from scipy.special import expit

from sera_core.contracts import BadInput, Box, CamMethod, Diagnosis
from sera_core.diagnosis import Request
from sera_core.figures.heatmap import overlay
from sera_core.figures.image import still
from sera_core.figures.sandbox import way
from sera_core.figures.verdict import verdict_bar
from sera_core.guidelines import assess_all
from sera_core.simulate.case import Case
from sera_core.simulate.render import Frame, render
from sera_core.simulate.sandbox import Step, steps_to_malignant, truth_of
from sera_core.simulate.settings import case_from
from sera_core.ui.cache import diagnosis_of, with_opinions
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.sandbox import controls
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import step
from sera_core.ui.picture import show_picture
from sera_core.ui.states import guarded, refused
from sera_core.wording import percent
from sera_core.wording.labels import LABELS
from sera_core.wording.verdict import GLYPH

STEP = "sandbox_step"
FRAME_PX = 460  # at most, on the screen
QUESTION = Question(
    "You turn up the scanner's gain and the probability moves. What changed in the nodule?",
    (
        "Its echogenicity: it is brighter now.",
        "Nothing: only the picture of it changed, and the network knows pictures.",
        "Its pathology.",
    ),
    1,
    "The simulator's own log likelihood ratio stays where it was, because it depends on the nodule alone. A network "
    "sees grey levels; one trained on one scanner can take another scanner's gain for a sign. That is why a model must "
    "be tested at other centres.",
)


def draw() -> None:
    """The whole chapter; each half is redrawn on its own."""
    _build()
    _walk()
    ask(QUESTION, "sandbox_question")
    show_code(case_from, render, steps_to_malignant, truth_of)


@st.fragment
def _build() -> None:
    picture, answers = st.container(), st.container()
    with st.container(border=True):
        controls.draw_controls()
    with guarded("This nodule cannot be"):
        with picture:
            try:
                case = case_from(controls.settings())
            except BadInput as error:
                refused(error, "This nodule cannot be")
                return
            frame = _frame(case)
            left, right = st.columns([3, 2])
            with left.container(horizontal_alignment="center"):
                box = frame.box
                edges = (box.x, box.y, box.x + box.width, box.y + box.height)
                shown = still(frame.image.pixels, edges, colour="white")
                show_picture(shown, width=FRAME_PX, alt="The simulated frame with its nodule outlined")
            with right:
                _judge(frame)
        with answers:
            truth, advice = st.columns([2, 3])
            with truth:
                _truth(case)
            with advice:
                _guidelines(case)


def _judge(frame: Frame) -> None:
    try:
        diagnosis = _diagnosis(frame)
    except BadInput as error:
        refused(error, "The models give no answer")
    else:
        _answers(diagnosis, frame.box)


def _truth(case: Case) -> None:
    ratio = truth_of(case)
    formula(
        (
            rf"\ln\frac{{p(\text{{seen}}\mid\text{{malignant}})}}{{p(\text{{seen}}\mid\text{{benign}})}} = {ratio:.2f}",
            rf"p = \frac{{1}}{{1+e^{{{-ratio:.2f}}}}} = {expit(ratio):.2f}",
        ),
        "The truth: what the simulator itself knows of a nodule with these findings and this size, where half of all "
        "nodules are malignant.",
    )


def _answers(diagnosis: Diagnosis, box: Box) -> None:
    reading = diagnosis.reading
    if reading.heatmap is not None:
        chart(overlay(reading.heatmap, box), "sandbox-heat", "What the network saw, with its heatmap")
    said = f"{reading.model_title}: {percent(reading.probability)}, {reading.verdict.value}"
    st.markdown(f"**{GLYPH[reading.verdict]} {said}**")
    chart(verdict_bar(diagnosis), "sandbox-bar", said)
    real = [opinion for opinion in diagnosis.opinions if opinion.domain == "real"]
    if real:
        st.caption(
            f"Hollow marks: {len(real)} models of real frames. A simulated frame is out of their domain, so what they "
            "say here is shown but means nothing."
        )


def _guidelines(case: Case) -> None:
    every = assess_all(case.nodule.descriptors, case.nodule.size_mm)
    st.table(
        {
            "Guideline": [LABELS[guideline].word for guideline in every],
            "Category": [advice.category for advice in every.values()],
            "Advice": [LABELS[advice.action].word for advice in every.values()],
        },
        hide_index=True,
        border="horizontal",
        alt="Category and advice of every guideline for this nodule's true descriptors",
    )
    st.caption("By the nodule's own descriptors, as a reader would describe it who makes no mistake.")


@st.cache_data(max_entries=24, show_spinner=False)
def _frame(case: Case) -> Frame:
    return render(case)


def _diagnosis(frame: Frame, method: CamMethod | None = CamMethod.GRADCAM) -> Diagnosis:
    return with_opinions(diagnosis_of(frame.image, Request(frame.box, method=method)))


# ---- one step at a time --------------------------------------------------------------------------------------------


def _walk() -> None:
    step("Make it malignant, one step at a time", "Each press changes one sign of the nodule above and nothing else.")
    with guarded("The way does not fit"):
        steps = steps_to_malignant(case_from(controls.settings()))
        here = min(int(st.session_state.get(STEP, -1)), len(steps) - 1)
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Begin" if here < 0 else "Next step"
            st.button(label, on_click=_go, args=(here + 1,), disabled=here + 1 == len(steps), key="sandbox_next")
            st.button("Start over", on_click=_go, args=(0,), disabled=here < 1, key="sandbox_again", type="tertiary")
        if here >= 0:
            st.markdown(f"Step {here + 1} of {len(steps)}: **{steps[here].title}**")
            _show_way(steps[: here + 1], here)


def _go(number: int) -> None:
    st.session_state[STEP] = number
    controls.put(steps_to_malignant(case_from(controls.settings()))[number].case)


def _show_way(steps: tuple[Step, ...], here: int) -> None:
    truth = [float(expit(truth_of(one.case))) for one in steps]
    models: dict[str, list[float | None]] = {}
    home = ""
    for place, one in enumerate(steps):
        try:
            diagnosis = _diagnosis(_frame(one.case), method=None)
        except BadInput:
            continue  # too strange for the models: a gap in their lines
        home = diagnosis.reading.model_title
        for opinion in diagnosis.opinions:
            models.setdefault(opinion.title, [None] * len(steps))[place] = opinion.probability
    numbers: dict[str, Sequence[object]] = {"step": [one.title for one in steps], "truth": truth, **models}
    chart(way([one.title for one in steps], truth, models, home, here), "sandbox-way", "Probability by step", numbers)
    st.caption("Faint lines: models of real frames, out of their domain here.")


CHAPTER = Chapter(
    number=13,
    slug="sandbox",
    title="Sandbox: build a nodule",
    talk=Place(Part.SERA, "SERA"),
    sentences=(
        "Every part of this nodule and of the scanner in front of it is a slider, and its truth is known.",
        "Change one thing and see what the network, its heatmap and the guidelines make of it.",
    ),
    draw=draw,
    wide=True,
)
