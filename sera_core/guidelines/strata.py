"""What every guideline is made of: strata with a published risk, and size bands with an action.

A guideline is data: an ordered tuple of strata, each with its published risk and its size bands. The few
functions here turn a stratum and a size into an :class:`~sera_core.contracts.Advice`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sera_core.contracts import Action, Advice, Descriptors, Guideline
from sera_core.sizes import check_size, doubted


@dataclass(frozen=True)
class Band:
    """What is advised from one size on, up to the next larger band.

    Attributes
    ----------
    bound_mm : float
        Lower end of the band.
    inclusive : bool
        True where the guideline prints ``>=``, False where it prints ``>``.
    action : Action
    advice : str
        The advice in words, without the size.
    """

    bound_mm: float
    inclusive: bool
    action: Action
    advice: str

    def holds(self, size_mm: float) -> bool:
        """True when the size reaches this band."""
        return size_mm >= self.bound_mm if self.inclusive else size_mm > self.bound_mm


def at_least(bound_mm: float, action: Action, advice: str) -> Band:
    """A band that begins at the bound itself (printed ``>=``)."""
    return Band(bound_mm, True, action, advice)


NO_SIZE_RULE = (at_least(0, Action.UNKNOWN, "the paper gives no size for FNA"),)
WATCH_5_YEARS = "follow-up ultrasound at 1, 3 and 5 years"


def above(bound_mm: float, action: Action, advice: str) -> Band:
    """A band that begins above the bound (printed ``>``)."""
    return Band(bound_mm, False, action, advice)


@dataclass(frozen=True)
class Stratum:
    """One category of a guideline.

    Attributes
    ----------
    category : str
        As printed.
    risk : str
        Malignancy risk as printed; empty when the figure is not confirmed.
    low, high : float or None
        Bounds of the printed risk, 0 ... 1; None when not confirmed.
    bands : tuple of Band
        Largest size first; the last one starts at 0 and catches the rest.
    low_open : bool
        True where the printed range begins above ``low`` (``>60%``), not at it.
    """

    category: str
    risk: str
    low: float | None
    high: float | None
    bands: tuple[Band, ...]
    low_open: bool = False

    @property
    def named(self) -> str:
        """Category with its published risk in brackets."""
        return f"{self.category} ({self.risk})"


@dataclass(frozen=True)
class Rulebook:
    """One guideline: how to read descriptors, and its strata from low to high risk.

    Attributes
    ----------
    guideline : Guideline
    source : str
        Citation with DOI.
    strata : tuple of Stratum
        The strata that a probability may fall into; empty when the publication gives no risk per category.
    classify : callable
        Descriptors to :class:`Reading`.
    usual_threshold : float or None
        The score of a reader (points, number of features, or number of the category) from which the guideline is
        usually called positive; None where no such score is in use here.
    """

    guideline: Guideline
    source: str
    strata: tuple[Stratum, ...]
    classify: Callable[[Descriptors], Reading]
    usual_threshold: float | None = None


@dataclass(frozen=True)
class Reading:
    """What a guideline makes of one set of descriptors.

    Attributes
    ----------
    stratum : Stratum
    features : tuple of str
        What counted, in words.
    points : int or None
        Sum or number, where the guideline counts at all.
    notes : tuple of str
        Further sentences for the rule.
    """

    stratum: Stratum
    features: tuple[str, ...] = ()
    points: int | None = None
    notes: tuple[str, ...] = ()


def range_words(bands: Sequence[Band], index: int) -> str:
    """The sizes of one of several bands in words, such as ``"above 10 up to 15 mm"``."""
    lower = bands[index]
    start = f"{'from' if lower.inclusive else 'above'} {lower.bound_mm:g}" if lower.bound_mm > 0 else ""
    if index == 0:
        return f"{start} mm"
    upper = bands[index - 1]
    end = f"{'under' if upper.inclusive else 'up to'} {upper.bound_mm:g} mm"
    joint = " to " if start and upper.inclusive else " "
    return f"{start}{joint}{end}".strip()


def size_rule(bands: Sequence[Band], size_mm: float | None) -> tuple[Action, str]:
    """The action at this size, and the sentences that say so.

    Without a size the action is unknown and the sentences say which size leads to what.
    """
    if len(bands) == 1:
        opening = "No size was given; at any size" if size_mm is None else "At any size"
        return Action.UNKNOWN if size_mm is None else bands[0].action, f"{opening}: {bands[0].advice}."
    if size_mm is None:
        opening = "The advice depends on the size: give the largest dimension in mm."
        return Action.UNKNOWN, f"{opening} {_table_words(bands, range(len(bands)))}."
    index = next(i for i, band in enumerate(bands) if band.holds(size_mm))
    chosen = bands[index]
    sentence = f"At {size_mm:g} mm ({range_words(bands, index)}): {chosen.advice}."
    larger = [i for i in range(index) if bands[i].action is not chosen.action]
    return chosen.action, f"{sentence} {_table_words(bands, larger)}." if larger else sentence


def _table_words(bands: Sequence[Band], indices: Sequence[int]) -> str:
    return _sentence_case("; ".join(f"{range_words(bands, i)}: {bands[i].advice}" for i in indices))


def _opening(stratum: Stratum) -> str:
    risk = f", published risk {stratum.risk}" if stratum.risk else ""
    return _sentence_case(f"{stratum.category}{risk}.")


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def to_advice(book: Rulebook, reading: Reading, size_mm: float | None, lead: str = "") -> Advice:
    """The advice for one reading at one size; ``lead`` opens the rule instead of the bare category.

    Raises
    ------
    BadInput
        When the size is impossible.
    """
    size_mm = check_size(size_mm)
    stratum = reading.stratum
    action, sentence = size_rule(stratum.bands, size_mm)
    opening = lead or _opening(stratum)
    notes = [*reading.notes, doubted(size_mm)]
    return Advice(
        guideline=book.guideline,
        category=stratum.category,
        points=reading.points,
        features=reading.features,
        risk=stratum.risk,
        action=action,
        rule=" ".join(filter(None, (opening, sentence, *notes))),
        source=book.source,
    )
