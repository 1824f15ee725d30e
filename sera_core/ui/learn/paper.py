"""The handout of the open chapter, with a link to what is on the screen."""

from __future__ import annotations

from sera_core.reports.handout import KIND, Handout, pdf
from sera_core.ui.download import Download, offer
from sera_core.ui.learn.chapter import Chapter
from sera_core.ui.learn.guides import Guide
from sera_core.ui.learn.links import here
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
