"""The nodule on the bench: its picture stays in sight while one turns the sliders beside it."""

from __future__ import annotations

from functools import partial

import streamlit as st
from scipy.special import expit

from sera_core.contracts import BadInput, CamMethod, Diagnosis
from sera_core.diagnosis import Request
from sera_core.figures.sandbox import difference
from sera_core.figures.verdict import verdict_bar
from sera_core.guidelines import assess_all
from sera_core.simulate.case import Case
from sera_core.simulate.render import Frame, render
from sera_core.simulate.sandbox import truth_of
from sera_core.simulate.settings import case_from
from sera_core.ui.cache import diagnosis_of, with_opinions
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapters.sandbox import controls, words
from sera_core.ui.learn.chapters.sandbox.change import Change, Truth, changed
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.show import take_home
from sera_core.ui.picture import show_picture
from sera_core.ui.states import guarded, refused
from sera_core.ui.viewer import send_heat, viewer
from sera_core.wording import percent
from sera_core.wording.labels import LABELS
from sera_core.wording.verdict import GLYPH, NO_ANSWER

FRAME_PX = 460  # at most, on the screen
VIEWS = ("Picture", "What changed", "Heatmap")
# the column with the picture stays in sight; on a phone above the sliders, small, its numbers beside it
IN_SIGHT = """<style>
[data-testid="stColumn"]:has(.st-key-sandbox-view) {
  position: sticky; top: 3.6rem; align-self: flex-start; z-index: 5; background: light-dark(LIGHT, DARK);
}
@media (max-width: 640px) {
  .st-key-sandbox-view { padding-bottom: 0.4rem; border-bottom: 1px solid rgba(128, 128, 128, 0.4); }
  [data-testid="stHorizontalBlock"]:has(> * > .st-key-sandbox-picture) { flex-wrap: nowrap; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-sandbox-picture) { flex: 0 0 46vw; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-sandbox-numbers) { flex: 1 1 0; min-width: 0; }
  .st-key-sandbox-numbers [data-testid="stHorizontalBlock"] { flex-direction: column; gap: 0.3rem; }
  .st-key-sandbox-numbers [data-testid="stMetric"] > div { display: flex; flex-wrap: wrap; column-gap: 0.5rem; }
  .st-key-sandbox-numbers [data-testid="stMetricLabel"] { flex-basis: 100%; }
  .st-key-sandbox-numbers [data-testid="stMetricValue"] { font-size: 1.1rem; }
  .st-key-sandbox-numbers [data-testid="stCaptionContainer"] { display: none; }
}
</style>"""


@st.fragment
def bench() -> None:
    """Picture and numbers on the left, in sight; sliders and everything that judges on the right."""
    light, dark = (st.get_option(f"theme.{theme}.backgroundColor") for theme in ("light", "dark"))
    st.html(IN_SIGHT.replace("LIGHT", light).replace("DARK", dark))
    left, right = st.columns([5, 6])
    with left:
        view = st.container(key="sandbox-view")
    with right:
        with st.container(border=True):
            controls.draw_controls()
        with guarded("This nodule cannot be"):
            try:
                case = case_from(controls.settings())
            except BadInput as error:
                refused(error, "This nodule cannot be")
                return
            frame = frame_of(case)
            diagnosis = _asked(frame)
            with view:
                _show(case, frame, diagnosis)
            _judge(diagnosis)
            _truth(case)
            _guidelines(case)
            take_home("Sandbox", partial(render, case), partial(truth_of, case))


def _asked(frame: Frame) -> Diagnosis | None:
    try:
        return diagnosis_by(frame)
    except BadInput as error:
        refused(error, "The models give no answer")
        return None


def _show(case: Case, frame: Frame, diagnosis: Diagnosis | None) -> None:
    change = changed(case, frame, diagnosis)
    place = st.container(horizontal=True, gap="small")
    chosen = st.segmented_control(
        "Show", VIEWS, default=VIEWS[0], required=True, key="sandbox_show", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    with place:
        with st.container(key="sandbox-picture", width=FRAME_PX):
            _picture(frame, diagnosis, change, chosen)
        with st.container(key="sandbox-numbers", width="stretch", gap="xsmall"):
            _numbers(change)


def _picture(frame: Frame, diagnosis: Diagnosis | None, change: Change, chosen: str | None) -> None:
    if chosen == VIEWS[1]:
        alt = "Where the last setting made the picture darker (blue) or brighter (vermilion)"
        show_picture(difference(change.before, frame.image.pixels), width=FRAME_PX, alt=alt)
        return
    viewer(frame.image, "sandbox-frame", ["pan"], box=frame.box, label="The simulated frame with its nodule")
    if chosen == VIEWS[2] and diagnosis is not None:
        send_heat("sandbox-frame", frame.image, frame.box, diagnosis.reading.heatmap)


def _numbers(change: Change) -> None:
    now, before = change.now, change.then
    with st.container(horizontal=True, gap="small"):
        for name, value, old in (
            ("Network", now.network, before.network),
            ("Truth, as built", now.built, before.built),
            ("Truth, as visible", now.visible, before.visible),
        ):
            shown = "–" if value is None else percent(value)
            points = None if value is None or old is None else f"{(value - old) * 100:+.0f} points"
            st.metric(name, shown, points if change.any else None, delta_color="off", width="content")
    st.caption(f"{words.last_change(change)} {words.TRUTHS}")


def _judge(diagnosis: Diagnosis | None) -> None:
    if diagnosis is None:
        return
    reading = diagnosis.reading
    if not reading.answered:
        st.caption(NO_ANSWER)
        return
    said = f"{reading.model_title}: {percent(reading.probability)}, {reading.verdict.value}"
    st.markdown(f"**{GLYPH[reading.verdict]} {said}**")
    chart(verdict_bar(diagnosis), "sandbox-bar", said)
    if any(opinion.domain == "real" for opinion in diagnosis.opinions):
        st.caption("Hollow marks: models of real frames. A simulated frame is out of their domain: no meaning here.")


def _truth(case: Case) -> None:
    for note in words.notes(case):
        st.info(note, icon=":material/lightbulb:")
    truth = Truth.of(case)
    formula(
        [
            rf"\begin{{aligned}} \ln\tfrac{{p(\text{{{what}}}\mid\text{{malignant}})}}"
            rf"{{p(\text{{{what}}}\mid\text{{benign}})}} &= {ratio:.2f} \\ p = \tfrac{{1}}{{1+e^{{{-ratio:.2f}}}}} "
            rf"&= {expit(ratio):.2f} \end{{aligned}}"
            for what, ratio in (("built", truth.built), ("visible", truth.visible))
        ]
    )
    st.caption(words.truth(truth))


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
def frame_of(case: Case) -> Frame:
    """The frame of a case, remembered."""
    return render(case)


def diagnosis_by(frame: Frame, method: CamMethod | None = CamMethod.HIRESCAM) -> Diagnosis:
    """What the models say of a frame."""
    return with_opinions(diagnosis_of(frame.image, Request(frame.box, method=method)))
