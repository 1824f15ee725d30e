"""Chapter 9: a whole network, layer by layer, and what its layers say of one nodule and of many."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.lessons.bank import load_bank
from sera_core.lessons.maps import embed
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.network.features import show_features, show_talk
from sera_core.ui.learn.chapters.network.layers import show_layers, show_work
from sera_core.ui.learn.chapters.network.maps import show_maps
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.learn.show import take_home


def draw() -> None:
    """The whole chapter."""
    _steps(choose_nodule())


@st.fragment
def _steps(specimen: Specimen) -> None:
    stages(STEPS, "Layer by layer", "network", specimen)
    bank = load_bank()
    layer = st.session_state.get("network_bank", list(bank.layers)[-1])
    take_home("Many nodules", partial(embed, bank.layers[layer]))


STEPS = {
    "Layer by layer": Stage(
        "What comes out of each layer of a network, and what the layer costs. The first network is the talk's.",
        show_layers,
        Question(
            "From layer to layer, what happens to the maps?",
            ("Fewer and larger", "More and smaller", "They stay as they are"),
            1,
            "Place is traded for kind: fewer cells a side, more things that are looked for in each.",
        ),
        ("all",),
    ),
    "Where the work is": Stage(
        "The numbers that are learnt, and the multiplications, layer by layer.",
        show_work,
        Question(
            "Full layers hold most of AlexNet's numbers. Where are most of its multiplications?",
            ("In the convolutions", "In the full layers", "In the pooling layers"),
            0,
            "A convolution's few numbers are used again at every place of the map; a full layer's once.",
        ),
        ("layer",),
    ),
    "Maps of this nodule": Stage(
        "What each layer of the diagnosing network makes of it. Click one of a layer's maps, then a cell of it.",
        show_maps,
        Question(
            "A cell of AlexNet's last pooled map looks at 195 of 227 pixels a side, and answers strongly. Why does "
            "that tell only roughly where something is?",
            (
                "Because the map was computed in single precision.",
                "Because one cell answers for almost the whole picture, and its neighbour for almost the same.",
                "Because pooling has learnt nothing.",
            ),
            1,
            "Fields of neighbouring cells overlap almost wholly: a map of 6 × 6 cells says roughly where, never "
            "exactly.",
        ),
        ("conv", "map", "row", "column"),
    ),
    "The talk's features": Stage(
        "One row an image, one column a feature: the beginning of the talk's own tables. This is all that a "
        "classifier is given: no picture, only such rows.",
        show_talk,
        Question(
            "Each of 594 images has 4096 features. What is a classifier on such a table in danger of?",
            ("Having too little to go by", "Learning the images by heart", "Nothing: more numbers are better"),
            1,
            "With more columns than rows there is always a way to put every image on its right side, whatever its "
            "label says. Only images left out tell whether anything was learnt (chapter 4, chapter 10).",
        ),
        ("talk",),
    ),
    "Many nodules": Stage(
        "One row a nodule, as in the talk, of 240 simulated ones; the upper half is benign. Are there columns that "
        "look otherwise above than below? In the plane under it the rows are points.",
        show_features,
        Question(
            "No class was told when the plane was computed, and still the classes lie apart somewhat. Why?",
            (
                "The networks had seen these nodules before.",
                "What differs most between nodules has to do with what they are.",
                "The plane was turned until they did.",
            ),
            1,
            "Dark, spiky, bright with foci: such things move many features at once, and go with the class.",
        ),
        ("bank", "first"),
    ),
}

CHAPTER = Chapter(
    number=9,
    slug="network",
    title="A whole network",
    talk=Place(Part.DEEP, "Feature extraction: overall process, AlexNet"),
    sentences=(
        "Layer behind layer the picture gets smaller and deeper, until it is one row of features.",
        "Every number is measured on the running network, but for the talk's own tables.",
    ),
    draw=draw,
)
