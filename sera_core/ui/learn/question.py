"""The questions of a chapter, and the steps that it shows in turn, each with its question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from sera_core.ui.learn.score import record
from sera_core.ui.learn.show import step
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
        record(key, answer == question.answers[question.right])
        if answer == question.answers[question.right]:
            st.markdown(f":material/check_circle: **Right.** {question.why}")
        else:
            st.markdown(f":material/cancel: **Not quite.** {question.why}")


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
