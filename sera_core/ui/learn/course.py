"""The frame around the open chapter: where one is in the course, and the way on."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.ui.learn import glossary, journey
from sera_core.ui.learn.chapter import Chapter, Part
from sera_core.ui.learn.chapters import CHAPTERS
from sera_core.ui.learn.depth import choose_depth
from sera_core.ui.learn.exercises import EXERCISES
from sera_core.ui.learn.guess import predict
from sera_core.ui.learn.guides import GUIDES, Guide
from sera_core.ui.learn.links import renew
from sera_core.ui.learn.paper import offer_handout
from sera_core.ui.learn.question import exercise
from sera_core.ui.learn.score import show_score
from sera_core.ui.learn.teacher import HIDE, begin, offer_link, when_asked
from sera_core.ui.states import guarded, refused

PARAMETER = "chapter"
TURNS = "chapter_turns"  # how many chapters this session has turned to
_TOP = st.components.v2.component(  # a page keeps its place while it is drawn anew; a new chapter begins at its top
    "sera_top",
    html="",
    js="""
let seen = 0
export default function ({ data }) {
  if (data.turn === seen) return
  seen = data.turn
  if (seen > 0) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
}
""",
)
ROOM_FOR_FORMULAS = "<style>.katex-display { padding-block: 0.5em; }</style>"  # what stands out of the line is cut off
TALK = "Lee E. Deep-learning models for diagnosis from ultrasound images (talk). Yonsei University."


def open_course() -> None:
    """Draw the chapter that the link names, and nothing of the others but their titles."""
    renew()
    st.html(ROOM_FOR_FORMULAS)
    if st.query_params.get(PARAMETER) == glossary.PAGE:
        choose_depth()
        glossary.show_page()
        _contents(None)
        return
    chapter = _asked()
    if chapter.wide:
        st.set_page_config(layout="wide")
    _bar(chapter)
    st.header(f":gray[{chapter.number}]\u2002{chapter.title}", anchor=False)
    st.markdown(glossary.explained(" ".join(chapter.sentences)), unsafe_allow_html=True)
    if chapter.number in journey.CHAPTERS:
        with st.container(key="journey-strip"), guarded():
            journey.show_journey(chapter.number, _go)
    guide = GUIDES[chapter.slug]
    begin()
    with st.container(key="guess"), guarded():
        predict(guide.guess, chapter.slug)
    with st.container(key=f"chapter-{chapter.number}"), guarded("This cannot be shown"):
        chapter.draw()
    exercise(EXERCISES[chapter.slug], f"exercise_{chapter.slug}")
    when_asked("Three lines to keep", _keep, guide)
    offer_handout(chapter, guide)
    offer_link(chapter)
    glossary.show_words(chapter.number)
    st.caption(f"In the talk: [{chapter.talk.part.value} › {chapter.talk.slides}](#{chapter.talk.part.anchor})")
    _way_on(chapter)
    _contents(chapter)


def _keep(guide: Guide) -> None:
    with st.container(border=True, gap="xsmall", key="keep"):
        st.markdown("**Three lines to keep**")
        st.markdown(glossary.explained("\n".join(f"1. {line}" for line in guide.keep)), unsafe_allow_html=True)
        st.markdown(f":material/arrow_forward: {guide.onward}")
        show_score()


def _asked() -> Chapter:
    named = st.query_params.get(PARAMETER, "")
    if named.isdecimal() and int(named) in CHAPTERS:
        return CHAPTERS[int(named)]
    if named:
        numbers = ", ".join(str(number) for number in CHAPTERS)
        refused(BadInput("no_chapter", f"There is no chapter {named!r}: choose one of {numbers}."), "No such chapter")
    return next(iter(CHAPTERS.values()))


def _go(number: int) -> None:
    st.query_params[PARAMETER] = str(number)
    st.query_params.pop(HIDE, None)  # a teacher closed steps of this chapter
    st.session_state[TURNS] = st.session_state.get(TURNS, 0) + 1


def _bar(chapter: Chapter) -> None:
    """Where one is, on one line with the ways back and on; a lecturer turns the chapters here."""
    before, after = _beside(chapter)
    st.session_state["contents"] = chapter.number
    with st.container(gap=None):
        with st.container(horizontal=True, key="way-head"):
            if before:
                _button(before, "head-previous", f":material/arrow_back: {before.number}", help=before.title)
            st.selectbox(
                "Chapter",
                list(CHAPTERS),
                format_func=lambda number: f"{number} · {CHAPTERS[number].title}",
                key="contents",
                on_change=_go_to,
                args=("contents",),
                label_visibility="collapsed",
            )
            if after:
                _button(after, "head-next", f"{after.number} :material/arrow_forward:", help=after.title)
            choose_depth()
        _TOP(key="top", data={"turn": st.session_state.get(TURNS, 0)}, height=1)


def _beside(chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    """The chapters before and after it."""
    order = list(CHAPTERS.values())
    here = order.index(chapter)
    return (order[here - 1] if here else None), (order[here + 1] if here + 1 < len(order) else None)


def _way_on(chapter: Chapter) -> None:
    before, after = _beside(chapter)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="way-foot"):
        if before:
            _button(before, "foot-previous", f":material/arrow_back: {before.number} · {before.title}")
        if after:
            _button(after, "foot-next", f"{after.number} · {after.title} :material/arrow_forward:")


def _button(chapter: Chapter, key: str, label: str, help: str | None = None) -> None:
    st.button(label, key=key, on_click=_go, args=(chapter.number,), help=help)


def _contents(chapter: Chapter | None) -> None:
    """The course in the order of the talk; where one is, is marked.

    One list a part of the talk: a button a chapter would make forty elements of it, a third of the whole page.
    """
    st.divider()
    st.header("The course, in the talk's order", anchor="contents")
    for part in Part:
        listed = {number: other for number, other in CHAPTERS.items() if other.talk.part is part}
        if not listed:
            continue
        st.subheader(part.value, anchor=part.anchor)
        key = f"contents-{part.name.lower()}"
        st.session_state[key] = chapter.number if chapter and chapter.number in listed else None
        st.radio(
            part.value,
            list(listed),
            format_func=lambda number: f"{number} · {CHAPTERS[number].title}",
            captions=[other.talk.slides for other in listed.values()],
            key=key,
            on_change=_go_to,
            args=(key,),
            label_visibility="collapsed",
        )
    st.caption(TALK)


def _go_to(key: str) -> None:
    number = st.session_state[key]
    if number is not None:
        _go(number)
