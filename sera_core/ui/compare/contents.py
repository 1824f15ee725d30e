"""The cells of the page: their numbers, their titles, and a line of links to them."""

from __future__ import annotations

from enum import IntEnum

import streamlit as st

from sera_core.ui.cell import Cell, open_cell


class Place(IntEnum):
    """A cell by its number; ``title`` is what it is called."""

    title: str

    def __new__(cls, number: int, title: str) -> Place:
        """A number that also has a title."""
        place = int.__new__(cls, number)
        place._value_, place.title = number, title
        return place

    SOURCE = 1, "Which predictions"
    GLANCE = 2, "At a glance"
    ROC = 3, "ROC"
    CONFUSION = 4, "Confusion matrices"
    DIFFERENCE = 5, "Is the difference real"
    TRUST = 6, "Can the probability be trusted"
    USE = 7, "Is it useful"
    AGREEMENT = 8, "Who agrees with whom"
    SUBGROUPS = 9, "For whom"
    COMBINE = 10, "Combining networks"
    PUBLISHED = 11, "What was published"
    REPORT = 12, "Report"
    SIZE = 13, "How many cases next time"


ALONE = (Place.SOURCE, Place.COMBINE, Place.PUBLISHED, Place.SIZE)  # cells that need no predictions


def open_place(place: Place, lead: str) -> Cell:
    """Draw the head of a cell of this page and give its two parts."""
    return open_cell(place, place.title, lead)


def show_contents(everything: bool) -> None:
    """A line of links to the cells that are there: all of them, or those that need no predictions."""
    links = (f"[{place} {place.title}](#cell-{place})" for place in Place if everything or place in ALONE)
    st.caption(" · ".join(links))
