"""Chapter 16: one nodule before four scanners, and why another hospital is another world."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from sera_core.classifiers.store import installed
from sera_core.contracts import Box
from sera_core.diagnosis import Request
from sera_core.evaluate.roc import auc
from sera_core.figures.course import answers, grey_levels
from sera_core.figures.image import still
from sera_core.simulate.case import Case
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.cache import reading_of
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.learn.shown_study import MODELS, answers_of
from sera_core.ui.learn.teacher import when_asked
from sera_core.ui.picture import show_picture

QUESTION = Question(
    "A model's AUC is 0.90 at home and 0.82 abroad. What may have changed?",
    ("Only the model", "The scanner, the patients, or the way labels were made", "Nothing: this is chance"),
    1,
    "Scanners see differently, other wards send other patients, and other readers label in another way. Here only the "
    "scanner changed, and that was enough to move the answers.",
)


def draw() -> None:
    """The whole chapter."""
    specimen = choose_nodule()
    when_asked("One nodule, four scanners", _four, specimen)
    when_asked("A whole test set abroad", _abroad)
    ask(QUESTION, "scanners_question")


@st.fragment
def _four(specimen: Specimen) -> None:
    step("One nodule, four scanners", "The very same neck and nodule; only the machine in front of it differs.")
    sample = SAMPLES[specimen.sample] if specimen.sample else next(iter(SAMPLES.values()))
    if specimen.sample is None:
        st.caption(f"Nobody can scan your patient four times here, so this is a sample: {sample.title}.")
    frames = {name: _before(sample.case, name) for name in CENTRES}
    with st.grid(4, min_column_width=150):
        for name, frame in frames.items():
            show_picture(still(frame.image.pixels, _edges(frame.box), colour="white"), CENTRES[name].scanner.name)
    chart(
        grey_levels({name: _inside(frame) for name, frame in frames.items()}),
        "scanners-grey",
        "Grey levels inside the nodule, by scanner",
    )
    cards = [status.card for status in installed() if status.valid and status.card]
    given = {
        card.title: [
            reading_of(frame.image, Request(frame.box, model=card.id, method=None)).probability
            for frame in frames.values()
        ]
        for card in cards
        if card.domain == "simulated"
    }
    chart(answers(list(frames), given), "scanners-answers", "Each network's answer for the same nodule, by scanner",
          {"scanner": list(frames), **given})  # fmt: skip
    apart = {title: max(values) - min(values) for title, values in given.items()}
    numbers({f"{title}: answers apart": f"{100 * value:.0f} points" for title, value in apart.items()})
    st.caption(
        "Above: the wider a shape, the more of the nodule's pixels have that grey. The nodule, and so the truth, is "
        "the same four times; only the machine differs, and the answer with it. A textbook nodule is clear before "
        "any machine: choose another one, for instance that in diffuse disease, and see the answers part."
    )
    show_code(render)
    take_home("Four scanners", *(partial(render, _rescanned(sample.case, name)) for name in CENTRES))


@st.cache_data(max_entries=48, show_spinner="Scanning")
def _before(case: Case, centre: str) -> Frame:
    """The case before another centre's scanner, at the depth it was scanned with."""
    return render(_rescanned(case, centre))


def _rescanned(case: Case, centre: str) -> Case:
    scanner = replace(CENTRES[centre].scanner, depth_mm=case.scanner.depth_mm)
    return replace(case, scanner=scanner, second=None)


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def _inside(frame: Frame) -> list[float]:
    return frame.image.pixels[frame.mask][::7].tolist()


@st.fragment
def _abroad() -> None:
    step(
        "A whole test set abroad",
        "Three models trained at home (internal), tested there and at the three other simulated centres: two networks "
        "of the kinds above, and a classifier that counts textures, as in chapter 3.",
    )
    table = {title: {centre: _auc(model, centre) for centre in CENTRES} for title, model in MODELS.items()}
    chart(
        answers(list(CENTRES), {title: list(row.values()) for title, row in table.items()}, "AUC", (0.3, 1.0)),
        "scanners-auc",
        "AUC of three models at four simulated centres",
        {"centre": list(CENTRES), **{title: list(row.values()) for title, row in table.items()}},
    )
    numbers({f"{title}: worst": f"{min(row.values()):.2f}" for title, row in table.items()})
    worst = min(table[list(MODELS)[-1]].values())
    formula(
        rf"\text{{AUC}} = P(s_\text{{malignant}} > s_\text{{benign}}) = {worst:.2f}",
        means="Co-occurrence at its worst centre: below one half, its order is upside down there.",
    )
    st.caption("Textures are counted from grey levels, and these belong to the scanner as much as to the nodule.")
    show_code(auc)


def _auc(model: str, centre: str) -> float:
    found = answers_of(model, centre)
    return auc(found.labels, found.probability).value


CHAPTER = Chapter(
    number=16,
    slug="scanners",
    title="Why another hospital differs",
    talk=Place(Part.SERA, "Multicentre study: external test at three hospitals"),
    sentences=(
        "The same nodule looks different before another machine, and a network knows pictures, not nodules.",
        "So a model is tested where it never learnt: that is what an external centre is for.",
    ),
    draw=draw,
    wide=True,
)
