"""What learns, how fast and from which nodules: presets and controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from sera_core.figures.image import still
from sera_core.lessons import learning as lesson
from sera_core.lessons.bank import load_bank
from sera_core.lessons.learning import GROUPS, Settings
from sera_core.lessons.runs import PRESETS
from sera_core.ui.learn.show import step
from sera_core.ui.picture import show_picture

RATES = (0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


def _preset(name: str) -> None:
    given = PRESETS[name]
    st.session_state["learning_moving"] = list(given.moving)
    st.session_state["learning_rate"] = given.rate
    st.session_state["learning_epochs"] = given.epochs
    st.session_state["learning_cases"] = given.cases
    st.session_state["learning_scratch"] = given.scratch
    st.session_state["learning_draw"] = given.draw


def choose_settings() -> Settings:
    """Presets, and what one may change of them."""
    first = next(iter(PRESETS.values()))  # where the link says nothing
    step("What learns, and how fast", "Begin with one of these, then change what you like.")
    with st.container(horizontal=True):
        for name in PRESETS:
            st.button(name, on_click=_preset, args=(name,), key=f"learning_preset_{name}")
    moving = st.pills(
        "Groups that move (the others are frozen)", GROUPS, default=list(first.moving), selection_mode="multi",
        key="learning_moving", bind="query-params",
    )  # fmt: skip
    st.caption(
        "The network's layers in groups, from the picture (Stem) over the stages, each with smaller and more maps, "
        "to the answer (Last layer). What is frozen keeps what it knows; what moves is changed a little by every "
        "nodule. The learning rate η says how much: the length of a step. An epoch is one round through all nodules. "
        "Another draw: other nodules to learn from, others left out, another start."
    )
    with st.container(horizontal=True):
        rate = st.select_slider(
            "Learning rate η", RATES, first.rate, key="learning_rate", bind="query-params",
            format_func=lambda value: f"{value:f}".rstrip("0"),
        )  # fmt: skip
        epochs = st.slider("Epochs", 2, 20, first.epochs, key="learning_epochs", bind="query-params")
        cases = st.slider("Nodules", 8, 120, first.cases, 8, key="learning_cases", bind="query-params")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scratch = st.toggle("Start from random weights", key="learning_scratch", bind="query-params")
        draw = int(st.number_input(
            "Draw", 0, 99, 0, key="learning_draw", bind="query-params", width=130,
        ))  # fmt: skip
    ordered = tuple(name for name in GROUPS if name in moving)
    return Settings(ordered, float(rate), epochs, cases, scratch, draw)


def show_set(settings: Settings) -> None:
    """Some of the nodules to learn from."""
    learn, left_out = lesson.split(settings)
    bank = load_bank()
    half = len(learn) // 2
    rows = [np.concatenate(list(bank.crops[part[:5]]), axis=1) for part in (learn[:half], learn[half:])]
    show_picture(still(np.concatenate(rows)), alt="Some benign and some malignant simulated nodules")
    st.caption(
        f"Above benign, below malignant: some of the {len(learn)} simulated nodules. {len(left_out)} others are left "
        f"out. "
        "Each is 80 by 80 pixels, a third of what the network was made for, so that it learns while you watch."
    )


def word(settings: Settings) -> str:
    """Settings in words: a preset's name where they are one."""
    for name, preset in PRESETS.items():
        if settings == replace(preset, draw=settings.draw):
            return f"{name}, draw {settings.draw}"
    start = "random weights, " if settings.scratch else ""
    return (
        f"{start}{' + '.join(settings.moving)}, rate {settings.rate:g}, {settings.cases} nodules, {settings.epochs} "
        f"epochs, draw {settings.draw}"
    )
