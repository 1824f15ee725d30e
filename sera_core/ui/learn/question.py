"""The questions of a chapter, and the steps that it shows in turn, each with its question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from sera_core.ui.learn.score import record
from sera_core.ui.learn.show import step
from sera_core.ui.learn.teacher import name_steps, when_asked
from sera_core.ui.number import ask_number, number_of
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


def ask(question: Question, key: str, counted: bool = True) -> None:
    """Ask; an answer is told right or wrong and explained.

    Parameters
    ----------
    question : Question
    key : str
        Identity of the widget: the chapter's slug and a word.
    counted : bool
        Whether the first answer goes to the score.
    """
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/quiz: **{question.text}**")
        answer = st.radio(question.text, question.answers, index=None, key=key, label_visibility="collapsed")
        if answer is None:
            return
        if counted:
            record(key, answer == question.answers[question.right])
        if answer == question.answers[question.right]:
            st.markdown(f":material/check_circle: **Right.** {question.why}")
        else:
            st.markdown(f":material/cancel: **Not quite.** {question.why}")


@dataclass(frozen=True)
class Exercise:
    """An open question whose answer is a number.

    Attributes
    ----------
    text, unit : str
    answer : float
    near : float
        An answer so far off still counts as right.
    why : str
        The way to it, shown with the answer.
    """

    text: str
    unit: str
    answer: float
    near: float
    why: str


@st.fragment
def exercise(given: Exercise, key: str) -> None:
    """Ask; a number is told right or wrong, and the way to the answer is shown once it is right or given up."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/edit: **Exercise.** {given.text}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with st.container(width=180):
                typed = ask_number(given.unit, key, placeholder="your answer")
            solved = st.button("Solution", key=f"{key}_solution", type="tertiary")
        value = None
        with guarded("This answer is not read"):
            value = number_of(typed)
        if value is not None:
            right = abs(value - given.answer) <= given.near
            record(key, right)
            st.markdown(":material/check_circle: **Right.**" if right else ":material/cancel: **Not yet.** Try again.")
            solved = solved or right
        if solved:
            digits = ",.0f" if given.answer == round(given.answer) else ".4g"
            st.markdown(f"**{given.answer:{digits}} {given.unit}.** {given.why}")


@dataclass(frozen=True)
class Stage:
    """One of several steps that a chapter shows in turn.

    Attributes
    ----------
    lead : str
        What to do.
    draw : callable
    question : Question
    controls : tuple of str
        How the names of the controls begin that only this step has: a link that sets one of them, and names no step,
        opens this one.
    """

    lead: str
    draw: Callable[..., None]
    question: Question
    controls: tuple[str, ...] = ()


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
    key = f"{slug}_step"
    _begin_at(steps, key)
    name_steps(list(steps))
    title = st.segmented_control(label, list(steps), default=first, key=key, bind="query-params", required=True)
    when_asked(title, _stage, steps[title], title, f"{slug}_q_{list(steps).index(title)}", about)


def _begin_at(steps: Mapping[str, Stage], key: str) -> None:
    """Open the step whose control the link sets, where it names none."""
    if key in st.session_state or key in st.query_params:
        return
    prefix = key.removesuffix("step")
    set_here = [name.removeprefix(prefix) for name in st.query_params if name.startswith(prefix)]
    for title, stage in steps.items():
        if any(name.startswith(stage.controls) for name in set_here):
            st.query_params[key] = title
            st.rerun()


def _stage(stage: Stage, title: str, key: str, about: tuple[object, ...]) -> None:
    step(title, stage.lead)
    with guarded():
        stage.draw(*about)
    ask(stage.question, key)
