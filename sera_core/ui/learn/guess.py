"""Predict, then see: one guess before a chapter shows anything, then guess and truth side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.figures.guess import on_a_line, on_a_picture
from sera_core.ui.chart import chart
from sera_core.ui.learn.nodule import Specimen, chosen_nodule
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.picture import show_picture
from sera_core.ui.states import refused
from sera_core.ui.viewer import Hands, viewer


@dataclass(frozen=True)
class Amount:
    """A number to guess with a slider.

    Attributes
    ----------
    text, unit : str
    low, high, start : int
        Ends of the slider, and where it stands.
    truth : callable
        The number for a nodule; computed only after the guess.
    near : float
        A guess so far off is called well guessed.
    why : str
        Shown with the truth.
    """

    text: str
    unit: str
    low: int
    high: int
    start: int
    truth: Callable[[Specimen], float]
    near: float
    why: str


@dataclass(frozen=True)
class Spot:
    """A place to guess with a click on the nodule's picture.

    Attributes
    ----------
    text : str
    truth : callable
        (x, y) in pixels of the frame; computed only after the guess.
    why : str
    """

    text: str
    truth: Callable[[Specimen], tuple[float, float]]
    why: str


Guess = Amount | Spot | Question


@st.fragment
def predict(guess: Guess, slug: str) -> None:
    """Ask for the guess; once it is given, show it beside the truth."""
    key = f"guess_{slug}"
    if isinstance(guess, Question):
        ask(guess, key, counted=False)
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/psychology_alt: **Guess first.** {guess.text}")
        try:
            _amount(guess, key) if isinstance(guess, Amount) else _spot(guess, key)
        except BadInput as error:
            refused(error)


def _amount(guess: Amount, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        value = st.slider(guess.unit, guess.low, guess.high, guess.start, key=key)
        seen = st.button("See", key=f"{key}_see", type="primary") or st.session_state.get(f"{key}_seen") == value
    if not seen:
        return
    st.session_state[f"{key}_seen"] = value
    truth = guess.truth(chosen_nodule())
    right = abs(value - truth) <= guess.near
    chart(on_a_line(value, truth, guess.low, guess.high, guess.unit), f"{key}-line", "Your guess and the truth")
    st.markdown(f"You said {value:g}, it is **{truth:.3g}**{' : well guessed' if right else ''}. {guess.why}")


def _spot(guess: Spot, key: str) -> None:
    specimen = chosen_nodule()
    place: tuple[int, int] | None = st.session_state.get(key)
    if place is None:

        def put(x: int, y: int) -> None:
            st.session_state[key] = (x, y)

        hands = Hands(lambda box: put(box.x + box.width // 2, box.y + box.height // 2), put)
        viewer(specimen.image, f"{key}-board", ["region"], hands)
        return
    x, y = guess.truth(specimen)
    box = specimen.box
    away = float(((x - place[0]) ** 2 + (y - place[1]) ** 2) ** 0.5) / max(box.width, box.height)
    edges = (box.x, box.y, box.x + box.width, box.y + box.height)
    shown = on_a_picture(specimen.image.pixels, edges, place, (x, y))
    show_picture(shown, width=420, alt="Your place ringed in white, the true one in vermilion")
    st.markdown(f"White: you. Vermilion: the network, {away:.0%} of the nodule's longer side away. {guess.why}")
    st.button("Guess again", key=f"{key}_again", on_click=st.session_state.pop, args=(key,), type="tertiary")
