"""What a chapter is, and which there are."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from sera_core.ui import learn


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
        First word of the keys of its widgets (``conv`` in ``conv_stride``), hence of its parameters in the link.
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


@cache
def chapters() -> dict[int, Chapter]:
    """Every chapter that exists, by number."""
    modules = [
        importlib.import_module(f"{learn.__name__}.{found.name}") for found in pkgutil.iter_modules(learn.__path__)
    ]
    found = [module.CHAPTER for module in modules if hasattr(module, "CHAPTER")]
    return {chapter.number: chapter for chapter in sorted(found, key=lambda chapter: chapter.number)}
