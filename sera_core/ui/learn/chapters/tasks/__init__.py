"""Chapter 2: what is asked of the computer, on one frame with two nodules."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.tasks.steps import detection, exam, localisation, one_object, segmentation
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, Stage, stages


def draw() -> None:
    """Draw the chapter."""
    _body(choose_nodule())


@st.fragment
def _body(specimen: Specimen) -> None:
    stages(TASKS, "Exam", "tasks", specimen, label="Task")


TASKS = {
    "Exam": Stage(
        "One question to the whole frame: is there anything? No place, no name.",
        exam,
        Question(
            "A frame is labelled suspicious. Which of its nodules should be punctured?",
            ("The larger one", "The label does not say", "Both"),
            1,
            "An exam label belongs to the frame. To know which nodule is meant, one needs a place.",
        ),
    ),
    "Object": Stage(
        "One object, several names: the box is given, the computer says which it is. Drag the box and the answer "
        "follows.",
        one_object,
        Question(
            "You drag the box off the nodule onto the gland. What does the network answer?",
            ("Nothing", "One of the answers it gives of nodules", "No nodule"),
            1,
            "Its number lies somewhere between benign and malignant, whatever is in the box. It was never taught what "
            "no nodule looks like; at best it calls the place unfamiliar.",
        ),
    ),
    "Localisation": Stage(
        "One object again, but now the computer must also say where. Lay your box as well as you can.",
        localisation,
        Question(
            "A box of the right place has twice the width and twice the height. What is its overlap?",
            ("0.50", "0.25", "0.75"),
            1,
            "The intersection is the nodule itself, the union the large box: one part in four.",
        ),
    ),
    "Detection": Stage(
        "Several objects: find each, and name each. Lay the box on a nodule and keep it, then on the next.",
        detection,
        Question(
            "You keep the same good box twice. What happens?",
            ("Recall rises to 100 %", "Precision falls: the second is a false box", "Nothing"),
            1,
            "Each nodule may be found once. Every other box on it counts as false.",
        ),
    ),
    "Outline": Stage(
        "One object, and where exactly: every pixel is nodule or not. This is SERA's own outline of the nodule chosen "
        "above, and what is measured on it.",
        segmentation,
        Question(
            "Two outlines have the same box, 100 pixels wide and high. Must they agree?",
            ("Yes", "No: a cross and a square have one box", "Only if the nodule is round"),
            1,
            "A box knows four edges. Margin, shape and area need every pixel, so signs are measured on outlines.",
        ),
    ),
}

CHAPTER = Chapter(
    number=2,
    slug="tasks",
    title="What is asked of the computer",
    talk=Place(Part.CADX, "Some computer vision tasks; computer-aided diagnosis"),
    sentences=(
        "One frame allows five questions. Exam: is there any nodule? Object: which is it? Localisation: where is it? "
        "Detection: which and where are all? Outline: where does it end?",
        "The second, in medicine mostly between benign and malignant, is called computer-aided diagnosis (CADx).",
    ),
    draw=draw,
)
