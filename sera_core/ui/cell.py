"""One numbered cell of the notebook: title, a sentence or two, controls, result, and the code that ran."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True)
class Cell:
    """The two parts of a cell, so that the controls of all cells can stand before the one result is asked for.

    Attributes
    ----------
    controls, result : DeltaGenerator
        Where to draw each.
    """

    controls: DeltaGenerator
    result: DeltaGenerator


def open_cell(number: int, title: str, lead: str) -> Cell:
    """Draw the head of cell ``number`` and give its two parts."""
    with st.container(key=f"cell-{number}"):
        st.space("medium" if number > 1 else "xsmall")
        st.subheader(f":gray[{number}]\u2002{title}", anchor=f"cell-{number}")
        if lead:
            st.caption(lead)
        return Cell(st.container(), st.container())


def say_meaning(means: str, not_means: str) -> None:
    """What a result means, and what it does not."""
    with st.container(gap="xsmall"):
        st.markdown(f":material/lightbulb: **Means.** {means}")
        st.markdown(f":material/block: **Does not mean.** {not_means}")


@st.fragment
def fold(label: str, key: str, draw: Callable[[], None], icon: str = ":material/table:", compact: bool = False) -> None:
    """A fold whose content is made and sent only while it is open: a browser pays for what a closed one hides.

    Parameters
    ----------
    label, key : str
        What it says, and its identity on the page.
    draw : callable
        Draws the content; it alone runs again when the fold is opened.
    icon : str
    compact : bool
        A line of text in place of a frame.
    """
    shape: Literal["compact", "default"] = "compact" if compact else "default"
    place = st.expander(label, key=key, icon=icon, type=shape, on_change="rerun")
    if place.open:
        with place:
            draw()


def show_code(*functions: Callable[..., Any]) -> None:
    """A fold with the source of the very functions that ran."""
    plain = [inspect.unwrap(function) for function in functions]

    def draw() -> None:
        for function in plain:
            st.caption(f"`{function.__module__}.{function.__qualname__}`")
            st.code(inspect.getsource(function), language="python")

    key = "code " + " ".join(function.__qualname__ for function in plain)
    fold("Show the code", key, draw, ":material/code:", compact=True)
