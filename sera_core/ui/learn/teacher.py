"""For a teacher: steps that stay closed until somebody asks for them, named in the link that opens the chapter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from sera_core.ui.cell import fold
from sera_core.ui.learn.chapter import Chapter
from sera_core.ui.learn.links import here

HIDE = "hide"  # in the link, once for each hidden step
_STEPS = "learn_steps"  # titles of the steps of the open chapter, in their order
_ASKED = "learn_asked"  # those that were asked for, with their chapter


def begin() -> None:
    """Forget the steps of the chapter before; called once, before a chapter is drawn."""
    st.session_state[_STEPS] = []


def when_asked(title: str, draw: Callable[..., None], *about: object) -> None:
    """Draw a step at once, or once somebody asks for it where the link hides it."""
    name_steps([title])
    if title not in st.query_params.get_all(HIDE) or _here(title) in _asked():
        draw(*about)
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/visibility_off: **{title}** is closed: think first.")
        st.button("Show it", key=f"show-{title}", on_click=_asked().add, args=(_here(title),))


def name_steps(titles: list[str]) -> None:
    """Let the teacher choose from these, too."""
    steps = st.session_state.setdefault(_STEPS, [])
    steps.extend(title for title in titles if title not in steps)


def offer_link(chapter: Chapter) -> None:
    """A fold in which a teacher chooses what is hidden, and takes the link."""
    fold(
        "For a teacher: a link with steps hidden", "teacher", partial(_link, chapter), ":material/school:", compact=True
    )


def _link(chapter: Chapter) -> None:
    steps = list(st.session_state.get(_STEPS, []))
    hidden = st.multiselect("Hidden until asked for", steps, key="teacher_hidden", placeholder="steps of this chapter")
    st.caption("It opens this chapter as it stands now, with every control where you left it.")
    st.code(here(chapter, {HIDE: hidden}), language=None, wrap_lines=True)


def _here(title: str) -> str:
    return f"{st.query_params.get('chapter', '')} {title}"


def _asked() -> set[str]:
    asked: set[str] = st.session_state.setdefault(_ASKED, set())
    return asked
