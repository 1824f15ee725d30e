"""The handout of the open chapter, with a link to what is on the screen."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from sera_core.reports.handout import KIND, Handout, pdf
from sera_core.ui.download import Download, offer
from sera_core.ui.learn.chapter import Chapter
from sera_core.ui.learn.guides import Guide
from sera_core.ui.learn.question import Question


def offer_handout(chapter: Chapter, guide: Guide) -> None:
    """A button for the sheet of a chapter."""
    guess = guide.guess
    handout = Handout(
        f"{chapter.number}  {chapter.title}",
        chapter.sentences,
        guess.text.removeprefix("Guess first. "),  # the heading says it
        guess.answers if isinstance(guess, Question) else (),
        guide.keep,
        f"{chapter.talk.part.value} › {chapter.talk.slides}",
        here(chapter),
    )
    name = f"sera-{chapter.number:02d}-{chapter.slug}.pdf"
    offer(Download("Handout", ":material/print:", name, KIND, lambda: pdf(handout), "handout", "tertiary"))


def here(chapter: Chapter) -> str:
    """Address of the page as it stands: chapter, depth and every setting that differs from its default."""
    settings = {"chapter": [str(chapter.number)]} | {name: st.query_params.get_all(name) for name in st.query_params}
    return f"{st.context.url or '/Learn'}?{urlencode(settings, doseq=True)}"
