"""What a guideline says about a nodule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Guideline(StrEnum):
    """The guidelines and scores this tool knows, in the order in which they are offered."""

    KTIRADS2021 = "ktirads2021"
    ACR2017 = "acr2017"
    EU2017 = "eu2017"
    ATA2015 = "ata2015"
    KTIRADS2016 = "ktirads2016"
    KWAK2011 = "kwak2011"
    KIM2002 = "kim2002"


class Action(StrEnum):
    """What a guideline advises at this size."""

    FNA = "fna"
    FOLLOW_UP = "follow_up"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Advice:
    """What one guideline says about one nodule.

    Attributes
    ----------
    guideline : Guideline
    category : str
        As printed in the guideline ("TR5", "K-TIRADS 4", "unclassified").
    points : int or None
        ACR points, or the number of counted features; None where the guideline counts nothing.
    features : tuple of str
        What was counted, in words.
    risk : str
        Malignancy risk of the category as published, for example ``">60%"``; empty when not confirmed.
    action : Action
    rule : str
        The rule that led to the action, as one sentence.
    source : str
        Citation with DOI.
    """

    guideline: Guideline
    category: str
    points: int | None
    features: tuple[str, ...]
    risk: str
    action: Action
    rule: str
    source: str


class Basis(StrEnum):
    """What a piece of advice rests on: the reader's words, the program's, both, a probability of cancer, or nothing."""

    DESCRIPTORS = "descriptors"
    PROPOSED = "proposed"
    CHANGED = "changed"
    PROBABILITY = "probability"
    NOTHING = "nothing"
