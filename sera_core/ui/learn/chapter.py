"""What a chapter is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Part(Enum):
    """The talk's outline, in its order."""

    IMAGING = "Medical imaging"
    CADX = "Computer-aided diagnosis"
    CLASSICAL = "Classical approaches and machine learning"
    DEEP = "Deep learning for feature extraction and classification"
    SERA = "SERA in detail"

    @property
    def anchor(self) -> str:
        """Name of the part's heading on the page."""
        return f"talk-{self.name.lower()}"


@dataclass(frozen=True)
class Place:
    """Where the talk speaks of it: a part of its outline, and the headings of the slides."""

    part: Part
    slides: str


@dataclass(frozen=True)
class Chapter:
    """One idea.

    Attributes
    ----------
    number : int
        In the order of the course, and in the link (``?chapter=5``).
    slug : str
        Its module's name, and the first word of the keys of its widgets (``pooling`` in ``pooling_stride``), hence of
        its parameters in the link.
    title : str
    talk : Place
    sentences : (str, str)
        The two sentences it opens with.
    draw : callable
        Draws everything else; called only while the chapter is open.
    wide : bool
        Uses the whole width of the screen.
    """

    number: int
    slug: str
    title: str
    talk: Place
    sentences: tuple[str, str]
    draw: Callable[[], None]
    wide: bool = False
