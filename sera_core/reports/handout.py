"""A chapter of the course on one sheet of paper: what it says, what to guess, room to answer, and the link to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sera_core.figures.palette import ACCENT
from sera_core.reports.paper import FAINT, INK, LEFT, WIDE, Page

KIND = "application/pdf"
LINE_MM, ROOM = 9.0, 4  # height and number of the empty lines under a question


@dataclass(frozen=True)
class Handout:
    """What stands on the sheet.

    Attributes
    ----------
    title : str
    sentences : tuple of str
        What the chapter says before anything is shown.
    guess : str
        To answer on paper before the page is opened; its truth is on the page.
    choices : tuple of str
        Where one of several answers is to be ticked.
    keep : tuple of str
        The lines to keep.
    place : str
        Where the talk speaks of it.
    link : str
        Opens the chapter with the settings that were on the screen.
    """

    title: str
    sentences: tuple[str, ...]
    guess: str
    choices: tuple[str, ...]
    keep: tuple[str, ...]
    place: str
    link: str


def pdf(handout: Handout, made: datetime | None = None) -> bytes:
    """The sheet as a PDF file.

    Parameters
    ----------
    handout : Handout
    made : datetime, optional
        Printed as its date; now, when left out.
    """
    page = Page("Learn: a handout", made or datetime.now(UTC))
    page.add_page()
    page.pen(15, ACCENT, bold=True)
    y = page.write_at(LEFT, page.get_y() + 2, handout.title, WIDE, high=8)
    y = _paragraph(page, " ".join(handout.sentences), y + 2)
    y = _heading(page, "Guess first", y)
    y = _paragraph(page, handout.guess, y)
    for choice in handout.choices:
        y = _paragraph(page, f"\N{WHITE SQUARE}  {choice}", y, indent=4)
    y = _room(page, y)
    y = _heading(page, "Then see", y)
    page.pen(9, ACCENT)
    page.set_xy(LEFT, y)
    page.multi_cell(WIDE, 4.6, handout.link, link=handout.link, new_x="LEFT", new_y="NEXT")
    y = _room(page, page.get_y())
    y = _heading(page, "Three lines to keep", y)
    for number, line in enumerate(handout.keep, 1):
        y = _paragraph(page, f"{number}.  {line}", y, indent=4)
    page.pen(8, FAINT)
    page.write_at(LEFT, y + 4, f"In the talk: {handout.place}", WIDE)
    return bytes(page.output())


def _heading(page: Page, words: str, y: float) -> float:
    page.pen(11, INK, bold=True)
    return page.write_at(LEFT, y + 5, words, WIDE, high=6)


def _paragraph(page: Page, words: str, y: float, indent: float = 0) -> float:
    page.pen(10, INK)
    return page.write_at(LEFT + indent, y + 1, words, WIDE - indent, high=5)


def _room(page: Page, y: float) -> float:
    page.set_draw_color(FAINT)
    page.set_line_width(0.1)
    for number in range(1, ROOM + 1):
        page.line(LEFT, y + number * LINE_MM, LEFT + WIDE, y + number * LINE_MM)
    return y + ROOM * LINE_MM
