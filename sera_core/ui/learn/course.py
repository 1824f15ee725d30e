"""The frame around the open chapter: where one is in the course, and the way on."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.ui.learn.chapter import Chapter, Part, chapters
from sera_core.ui.states import guarded, refused

PARAMETER = "chapter"
TALK = "Lee E. Deep-learning models for diagnosis from ultrasound images (talk). Yonsei University."


def open_course() -> None:
    """Draw the chapter that the link names, and nothing of the others but their titles."""
    chapter = _asked()
    if chapter.wide:
        st.set_page_config(layout="wide")
    _bar(chapter)
    st.header(f":gray[{chapter.number}]\u2002{chapter.title}", anchor=False)
    st.markdown(" ".join(chapter.sentences))
    with st.container(key=f"chapter-{chapter.number}"), guarded("This cannot be shown"):
        chapter.draw()
    st.caption(f"In the talk: [{chapter.talk.part.value} › {chapter.talk.slides}](#{chapter.talk.part.anchor})")
    _way_on(chapter, "foot")
    _contents(chapter)


def _asked() -> Chapter:
    there = chapters()
    named = st.query_params.get(PARAMETER, "")
    if named.isdecimal() and int(named) in there:
        return there[int(named)]
    if named:
        numbers = ", ".join(str(number) for number in there)
        refused(BadInput("no_chapter", f"There is no chapter {named!r}: choose one of {numbers}."), "No such chapter")
    return next(iter(there.values()))


def _go(number: int) -> None:
    st.query_params[PARAMETER] = str(number)


def _bar(chapter: Chapter) -> None:
    there = chapters()
    st.session_state["contents"] = chapter.number
    st.selectbox(
        "Chapter",
        list(there),
        format_func=lambda number: f"{number} · {there[number].title}",
        key="contents",
        on_change=lambda: _go(st.session_state["contents"]),
        label_visibility="collapsed",
    )


def _way_on(chapter: Chapter, place: str) -> None:
    order = list(chapters().values())
    here = order.index(chapter)
    with st.container(horizontal=True, horizontal_alignment="distribute", key=f"way-{place}"):
        if here > 0:
            _button(order[here - 1], f"{place}-previous", ":material/arrow_back: ")
        if here + 1 < len(order):
            _button(order[here + 1], f"{place}-next", ":material/arrow_forward: ")


def _button(chapter: Chapter, key: str, glyph: str) -> None:
    st.button(f"{glyph}{chapter.number} · {chapter.title}", key=key, on_click=_go, args=(chapter.number,))


def _contents(chapter: Chapter) -> None:
    """The course in the order of the talk."""
    st.divider()
    st.header("The course, in the talk's order", anchor="contents")
    for part in Part:
        listed = [other for other in chapters().values() if other.talk.part is part]
        if not listed:
            continue
        st.subheader(part.value, anchor=part.anchor)
        for other in listed:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.button(
                    f"{other.number} · {other.title}",
                    key=f"contents-{other.number}",
                    type="tertiary",
                    on_click=_go,
                    args=(other.number,),
                    disabled=other is chapter,
                )
                st.caption(other.talk.slides, width="content")
    st.caption(TALK)
