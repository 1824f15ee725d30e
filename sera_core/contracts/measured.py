"""What the program measures on an outlined nodule, and which words it proposes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sera_core.contracts.descriptors import Description


@dataclass(frozen=True)
class Sign:
    """One measured quantity of a nodule.

    Attributes
    ----------
    name, title : str
        For a program and for a person.
    value : float
    unit : str
        ``mm``, ``mm2``, ``px``, ``px2``, ``ratio``, ``share``, ``log ratio``, ``number`` or ``grey``.
    """

    name: str
    title: str
    value: float
    unit: str


EVEN = 0.5  # chance from which a word is proposed

Question = Literal["composition", "echogenicity", "shape", "margin", "punctate", "macrocalcification"]


@dataclass(frozen=True)
class Proposal:
    """What the measured signs say to one question.

    Attributes
    ----------
    question : str
    word : str
        The likeliest answer.
    probability : float
        Its chance.
    proposed : bool
        Whether this word is told well enough, and likely enough (:data:`EVEN`), to be proposed; where not, the reader
        is asked to look.
    told : bool
        Whether it is told well enough: what its chance is then worth telling for.
    """

    question: Question
    word: str
    probability: float
    proposed: bool
    told: bool = False


@dataclass(frozen=True)
class Measured:
    """What the program measures on an outlined nodule, and which words it proposes for it.

    Attributes
    ----------
    signs : tuple of Sign
    proposals : tuple of Proposal
        One a question.
    description : Description
        The words that are proposed.
    size_mm : float or None
        Longest diameter, to 0.1 mm; None without a scale, where the edge of the frame cuts the nodule, or beyond what
        a nodule can measure.
    """

    signs: tuple[Sign, ...]
    proposals: tuple[Proposal, ...]
    description: Description
    size_mm: float | None
