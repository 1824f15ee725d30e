"""Chapter 4: any line, the widest margin, the soft margin, the kernel trick, and two real texture features."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.margin.board import kernel, many, soft, widest
from sera_core.ui.learn.chapters.margin.nodules import real
from sera_core.ui.learn.question import Question, Stage, stages


@st.fragment
def draw() -> None:
    """Draw the chapter."""
    stages(STAGES, "Lines", "margin")


STAGES = {
    "Lines": Stage(
        "Turn and shift the green line until it separates the classes: many do, and nothing says which is best.",
        many,
        Question(
            "Ten lines separate these points without a mistake. Which one would you trust with a new nodule?",
            ("Any: none makes a mistake", "The one farthest from the nearest points", "The steepest one"),
            1,
            "A new point lies near old ones of its class, but not on them. The line with the most room on both sides "
            "bears the largest shift before it errs.",
        ),
    ),
    "Widest margin": Stage(
        "Of all lines, the one with the widest empty street. Drag a point and watch which ones hold it.",
        widest,
        Question(
            "What happens to the line when a point far behind the edge is moved farther away?",
            ("Nothing", "It follows the point a little", "The margin grows"),
            0,
            "The multiplier of that point is zero: it is no support vector, and w is a sum over support vectors only.",
        ),
    ),
    "Soft margin": Stage(
        "When no line separates, some points may stand on the wrong side of the street, the farther the dearer; C "
        "is the price.",
        soft,
        Question(
            "You lower C to 0.01. What happens to the margin?",
            ("It narrows", "It widens and more points stand inside it", "It stays"),
            1,
            "Slack has become cheap, so the machine buys a wide street with many points in it; a high C buys few "
            "errors and a narrow one.",
        ),
    ),
    "Kernel trick": Stage(
        "No line parts a ring from its middle. Lift the middle to a hill, and a flat sheet does: the kernel lifts, γ "
        "says how steeply. Turn γ and watch the gap between the two accuracies.",
        kernel,
        Question(
            "At γ = 100 the accuracy on these points is 100 %. Is this the best setting?",
            ("Yes, nothing can be better", "No: on points it has not seen it falls back"),
            1,
            "Each point sits on an island of its own. The accuracy on points left out tells what was learnt and what "
            "was only remembered.",
        ),
    ),
    "Real texture": Stage(
        "The same on two texture features (chapter 3) of 240 simulated nodules; the star is the one chosen here.",
        real,
        Question(
            "γ from 0.3 to 100: the accuracy on these nodules rises, that on nodules left out does not. What is "
            "this called?",
            ("Overfitting", "Calibration", "A wide margin"),
            0,
            "The border bends around single nodules. It learns their accidents, which the next patient does not share.",
        ),
    ),
}

CHAPTER = Chapter(
    number=4,
    slug="margin",
    title="Separating two classes",
    talk=Place(Part.CLASSICAL, "Classification: how to separate them?"),
    sentences=(
        "A classifier draws a border between benign and malignant cases in the space of their features.",
        "The support vector machine draws the one with the widest margin; here you can take hold of its points.",
    ),
    draw=draw,
)
