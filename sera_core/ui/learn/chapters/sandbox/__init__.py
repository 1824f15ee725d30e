"""Chapter 13: build a nodule, change one thing, watch everything that judges it."""

from __future__ import annotations

from sera_core.simulate.render import render
from sera_core.simulate.sandbox import steps_to_malignant, truth_of
from sera_core.simulate.settings import case_from
from sera_core.simulate.visible import unseen, visible_truth
from sera_core.ui.cell import show_code
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.sandbox.bench import bench
from sera_core.ui.learn.chapters.sandbox.walk import TITLE, walk
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.teacher import when_asked

QUESTION = Question(
    "You turn up the scanner's gain and the probability moves. What changed in the nodule?",
    (
        "Its echogenicity: it is brighter now.",
        "Nothing: only the picture of it changed, and the network knows pictures.",
        "Its pathology.",
    ),
    1,
    "The truth as built stays where it was, because it depends on the nodule alone. A network sees grey levels; one "
    "trained on one scanner can take another scanner's gain for a sign. That is why a model must be tested at other "
    "centres.",
)


def draw() -> None:
    """The whole chapter; each half is redrawn on its own."""
    bench()
    when_asked(TITLE, walk)
    ask(QUESTION, "sandbox_question")
    show_code(case_from, render, steps_to_malignant, truth_of, visible_truth, unseen)


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
