"""How a probability and a verdict are called, the same on page, paper and command line."""

from __future__ import annotations

from sera_core.contracts import Verdict

CANCER = {Verdict.BENIGN: "Probably benign", Verdict.MALIGNANT: "Suspicious for malignancy"}
CHANCE = {Verdict.BENIGN: "unlikely", Verdict.INDETERMINATE: "indeterminate", Verdict.MALIGNANT: "likely"}
LEAST, MOST = 0.005, 0.995  # beyond these a whole per cent would read 0 or 100


def percent(share: float, digits: int = 0) -> str:
    """A share 0 ... 1 in words that never claim certainty: ``"74%"``, ``"under 1%"``, ``"over 99%"``."""
    return certain(share, "%") or f"{share * 100:.{digits}f}%"


def in_hundred(share: float) -> str:
    """A share 0 ... 1 as a count of a hundred: ``"about 74"``, ``"under 1"``, ``"over 99"``."""
    return certain(share) or f"about {share * 100:.0f}"


def certain(share: float, unit: str = "") -> str:
    """What is said in place of 0 or 100; empty for every share between."""
    if share <= LEAST:
        return f"under 1{unit}"
    return f"over 99{unit}" if share >= MOST else ""


def headline(verdict: Verdict, positive: str) -> str:
    """A verdict in the terms of what the model was taught: pathology, or how readers call the nodule.

    Parameters
    ----------
    verdict : Verdict
    positive : str
        What the model's probability is the probability of, as its card says.
    """
    if of_cancer(positive) and verdict in CANCER:
        return CANCER[verdict]
    said = answer(verdict, positive)
    return said[0].upper() + said[1:]


def answer(verdict: Verdict, positive: str) -> str:
    """The same within a sentence: ``"benign"``, or ``"unlikely to be read as suspicious"``."""
    if of_cancer(positive) or verdict not in CANCER:
        return verdict.value
    return f"{CHANCE[verdict]} to be {shortly(positive)}"


def zone(verdict: Verdict, positive: str) -> str:
    """One word for a part of a probability bar whose axis says what the probability is of."""
    return verdict.value if of_cancer(positive) else CHANCE[verdict]


def shortly(positive: str) -> str:
    """What a probability is the probability of, without what stands in brackets."""
    return positive.split(" (")[0]


def of_cancer(positive: str) -> bool:
    """True when the model was taught on malignancy, so that benign and malignant are its words."""
    return positive.startswith("malignant")
