"""Chapter 1: how a medical image comes about, and how it is made ready for a network."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.imaging.steps import ct, mri, region, ultrasound
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, Stage, stages


def draw() -> None:
    """Draw the chapter."""
    _body(choose_nodule())


@st.fragment
def _body(specimen: Specimen) -> None:
    stages(STEPS, "Ultrasound", "imaging", specimen)


STEPS = {
    "X-ray CT": Stage(
        "A scanner sees only shadows, from many sides. Take directions away, or put metal in, and look at what comes "
        "back.",
        ct,
        Question(
            "Why is the sinogram filtered before it is smeared back?",
            ("To remove noise", "Because smearing alone blurs: it counts the middle too often", "To make it faster"),
            1,
            "All smears pass through the same low frequencies. The ramp filter weakens them by just what they are "
            "overcounted; noise it even raises.",
        ),
    ),
    "MRI": Stage(
        "The scanner measures waves, not pixels. Keep the centre of k-space, or its rim.",
        mri,
        Question(
            "You keep a tenth of the samples, all in the centre. What do you see?",
            ("A blurred slice with all its grey", "Only edges", "A tenth of the slice"),
            0,
            "Nearly all energy lies in the slow waves of the centre. The rim holds the edges, and every sample speaks "
            "about the whole slice.",
        ),
    ),
    "Ultrasound": Stage(
        "A short pulse meets scatterers too small to see; what returns is blurred, its strength taken, and compressed.",
        ultrasound,
        Question(
            "You go from 7 to 15 MHz. What is gained, what is lost?",
            ("Depth is gained, detail lost", "Detail is gained, depth lost", "Both are gained"),
            1,
            "A short wave resolves more, but absorption grows with frequency: below a certain depth only noise is "
            "left.",
        ),
    ),
    "Region": Stage(
        "A network is not shown the frame but a square around the nodule, in numbers of a fixed range.",
        region,
        Question(
            "A model was trained with mean 0.5 and spread 0.5. May the app normalise each image by its own mean?",
            ("Yes, that is fairer", "No: it would show the network other numbers than it learnt from"),
            1,
            "Preparation belongs to the model, so it stands on its card. Another one may look better to the eye and "
            "still "
            "turn the answer.",
        ),
    ),
}

CHAPTER = Chapter(
    number=1,
    slug="imaging",
    title="How a medical image comes about",
    talk=Place(Part.IMAGING, "Preprocessing: data collection to generate the image, ROI extraction, normalisation"),
    sentences=(
        "No scanner takes a photograph: each measures something else and computes the picture from it.",
        "Ultrasound is open first; beside it two other ways there, and what is done to a picture before a network "
        "sees it.",
    ),
    draw=draw,
)
