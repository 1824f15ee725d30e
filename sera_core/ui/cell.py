"""One numbered cell of the notebook: title, a sentence or two, controls, result, and the code that ran."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
        st.caption(lead)
        return Cell(st.container(), st.container())


def say_meaning(means: str, not_means: str) -> None:
    """What a result means, and what it does not."""
    with st.container(gap="xsmall"):
        st.markdown(f":material/lightbulb: **Means.** {means}")
        st.markdown(f":material/block: **Does not mean.** {not_means}")


def show_code(*functions: Callable[..., Any]) -> None:
    """A fold with the source of the very functions that ran."""
    with st.expander("Show the code", icon=":material/code:", type="compact"):
        for function in functions:
            plain = inspect.unwrap(function)
            st.caption(f"`{plain.__module__}.{plain.__qualname__}`")
            st.code(inspect.getsource(plain), language="python")
