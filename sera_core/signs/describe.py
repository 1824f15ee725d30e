"""An outlined nodule to what is measured on it, and the words that are proposed for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sera_core.contracts import (
    BadInput,
    Composition,
    Description,
    Domain,
    Echogenicity,
    Focus,
    GreyImage,
    Margin,
    Measured,
    Outline,
    Proposal,
    Shape,
    Sign,
)
from sera_core.outline import without_callipers
from sera_core.signs.measure import SMALLEST_PX, Signs, measure
from sera_core.signs.propose import propose
from sera_core.signs.quantities import QUANTITIES
from sera_core.sizes import possible, rounded

Word = TypeVar("Word", Composition, Echogenicity, Shape, Margin)

ASKED_FOCI = (Focus.PUNCTATE, Focus.MACROCALCIFICATION)
UNITS = {(True, "length"): "mm", (True, "area"): "mm2", (False, "length"): "px", (False, "area"): "px2"}


def measured(image: GreyImage, outline: Outline | None) -> Measured | None:
    """Measure a nodule and propose words for it; None without an outline worth measuring.

    Parameters
    ----------
    image : GreyImage
        Its scale is that of where the nodule lies.
    outline : Outline or None
        One of confidence 0 is an ellipse that stands for a border that was not found: nothing is measured in it.
    """
    if outline is None or outline.confidence == 0 or outline.mask.sum() < SMALLEST_PX:
        return None
    signs = measure(without_callipers(image.pixels), outline.mask, image.scale_at(outline.box))
    proposals = _proposals(signs, "simulated" if image.simulated else "real")
    return Measured(_rows(signs), proposals, description(proposals), _size(signs))


def _proposals(signs: Signs, domain: Domain) -> tuple[Proposal, ...]:
    """What the rules say; where they are missing nothing is proposed, and the reader describes the nodule himself."""
    try:
        return propose(signs, domain)
    except BadInput:
        return ()


def _rows(signs: Signs) -> tuple[Sign, ...]:
    return tuple(
        Sign(one.name, one.title, signs[one.name], UNITS.get((signs.in_mm, one.unit), one.unit)) for one in QUANTITIES
    )


def _size(signs: Signs) -> float | None:
    if not signs.in_mm or signs.cut or not possible(signs.geometry.long):
        return None
    return float(rounded(signs.geometry.long))


def description(proposals: Iterable[Proposal]) -> Description:
    """The proposed words as a description; of the foci only where every question about them has a proposed answer."""
    words: dict[str, str] = {one.question: one.word for one in proposals if one.proposed}

    def word(kind: type[Word], row: str) -> Word | None:
        return kind(words[row]) if row in words else None

    foci = frozenset(focus for focus in ASKED_FOCI if words.get(focus.value) == focus.value)
    return Description().over(
        Description(
            word(Composition, "composition"),
            word(Echogenicity, "echogenicity"),
            word(Shape, "shape"),
            word(Margin, "margin"),
            foci if all(focus.value in words for focus in ASKED_FOCI) else None,
        )
    )
