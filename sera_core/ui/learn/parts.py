"""What every chapter is made of, beside its figure (``ui.chart.chart``) and its code (``ui.cell.show_code``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from sera_core.figures.image import still
from sera_core.ui.picture import show_picture
from sera_core.ui.states import guarded


@dataclass(frozen=True)
class Question:
    """One small question.

    Attributes
    ----------
    text : str
    answers : tuple of str
    right : int
        Index of the right answer.
    why : str
        The explanation, shown after any answer.
    """

    text: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Stage:
    """One of several steps that a chapter shows in turn: what to do, what draws it, and its question."""

    lead: str
    draw: Callable[..., None]
    question: Question


def stages(steps: Mapping[str, Stage], first: str, slug: str, *about: object, label: str = "Step") -> None:
    """Let the reader choose a step, and draw that.

    Parameters
    ----------
    steps : mapping of title to Stage
    first : str
        The step that a link without settings opens.
    slug : str
        The chapter's; ``slug_step`` is in the link.
    about : objects
        Handed to the step's ``draw``.
    label : str
        What the steps are.
    """
    title = st.segmented_control(
        label, list(steps), default=first, key=f"{slug}_step", bind="query-params", required=True
    )
    stage = steps[title]
    step(title, stage.lead)
    with guarded():
        stage.draw(*about)
    ask(stage.question, f"{slug}_q_{list(steps).index(title)}")


def step(title: str, lead: str = "") -> None:
    """A heading inside a chapter, with a sentence on what to do here."""
    st.subheader(title, anchor=False)
    if lead:
        st.caption(lead)


def formula(latex: str | Sequence[str], says: str = "") -> None:
    """A formula with the numbers on the page in it, on as many lines as given, and what it says in words."""
    for line in [latex] if isinstance(latex, str) else latex:
        st.latex(line)
    if says:
        st.caption(says)


def numbers(values: Mapping[str, object]) -> None:
    """A row of numbers with their names."""
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(name, str(value), width="content")


def pictures(images: Mapping[str, NDArray[np.float32]], columns: int = 2) -> None:
    """Grey pictures with their names, so many beside each other; a phone shows two.

    Parameters
    ----------
    images : mapping of name to float32 [H, W]
        Grey levels 0 ... 1.
    columns : int
    """
    with st.grid(columns, min_column_width=140):
        for name, pixels in images.items():
            show_picture(still(pixels), name)


def matrix(values: ArrayLike, title: str = "", digits: int = 2) -> None:
    """A small matrix as a plain table, also for those who cannot use the canvas."""
    table = pd.DataFrame(np.atleast_2d(np.asarray(values)))
    if title:
        st.caption(title)
    st.dataframe(table.style.format(precision=digits), hide_index=False, width="content")


def latex_matrix(values: ArrayLike, digits: int = 2) -> str:
    """A matrix in LaTeX."""
    rows = [" & ".join(f"{value:.{digits}g}" for value in row) for row in np.atleast_2d(np.asarray(values))]
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"


def grouped(value: int) -> str:
    """A large whole number in LaTeX, its thousands apart."""
    return f"{value:,}".replace(",", r"\,")


def power(value: float) -> str:
    """A very small or large number in LaTeX, as 9.1 times a power of ten."""
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits}\cdot 10^{{{int(exponent)}}}"


def ask(question: Question, key: str) -> None:
    """Ask; an answer is told right or wrong and explained.

    Parameters
    ----------
    question : Question
    key : str
        Identity of the widget: the chapter's slug and a word.
    """
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/quiz: **{question.text}**")
        answer = st.radio(question.text, question.answers, index=None, key=key, label_visibility="collapsed")
        if answer is None:
            return
        if answer == question.answers[question.right]:
            st.markdown(f":material/check_circle: **Right.** {question.why}")
        else:
            st.markdown(f":material/cancel: **Not quite.** {question.why}")


def aside(facts: Sequence[str]) -> None:
    """A short list of facts."""
    st.markdown("\n".join(f"- {fact}" for fact in facts))
