"""Chapter 10: transfer learning against fine-tuning, trained in sight on a small set."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.lessons import runs
from sera_core.lessons.runs import PRESETS
from sera_core.ui.cell import fold
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.learning.draws import show_draws
from sera_core.ui.learn.chapters.learning.result import show_buttons, show_result
from sera_core.ui.learn.chapters.learning.settings import choose_settings, show_set, word
from sera_core.ui.learn.nodule import choose_nodule
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.teacher import when_asked


def draw() -> None:
    """Draw the chapter; in no fragment, because a button of a fragment cannot interrupt what runs in it."""
    specimen = choose_nodule()
    settings = choose_settings()
    st.caption(f"Set now: {word(settings)}.")
    fold("The nodules it learns from", "learning_nodules", partial(show_set, settings), ":material/grid_view:")
    show_buttons(settings, specimen)
    show_result(settings, specimen)
    drawn = {name: values for name in runs.COMPARED if len(values := runs.over_draws(PRESETS[name])) == runs.DRAWS}
    if drawn:
        when_asked("Does it hold for other nodules?", show_draws, drawn)
    ask(QUESTION, "learning_q")


QUESTION = Question(
    "You have 40 nodules. The loss on them falls to zero; the loss on those left out falls, then rises. What now?",
    (
        "Train on: zero is best",
        "Stop where the left-out loss was lowest, or freeze more layers",
        "Raise the learning rate",
    ),
    1,
    "From there on the network learns these forty by heart. Fewer moving weights, an earlier stop, or more nodules "
    "help.",
)

CHAPTER = Chapter(
    number=10,
    slug="learning",
    title="Learning",
    talk=Place(Part.DEEP, "Transfer learning and fine-tuning"),
    sentences=(
        "A network that knows a million photographs needs few nodules: either only a new last layer learns "
        "(transfer), or "
        "deeper layers move a little too (fine-tuning).",
        "Choose what moves and how fast, train it here, and watch it learn, stall, burst or learn by heart.",
    ),
    draw=draw,
)
