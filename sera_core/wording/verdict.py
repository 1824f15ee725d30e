"""How a verdict is called, in the terms of what the model was taught."""

from __future__ import annotations

from sera_core.contracts import Domain, ModelOpinion, Verdict

GLYPH = {  # the shapes of ``figures.palette.MARKER``
    Verdict.BENIGN: "●",
    Verdict.INDETERMINATE: "■",
    Verdict.MALIGNANT: "◆",
}
UNCOUNTED = "image too unfamiliar to count"
WITHHELD = "No verdict: the model hardly knows this kind of image"
NO_ANSWER = "No answer: the model does not know this kind of image"
TURNS = "A slightly different box could turn this answer."
UNREAD = "No answer: no model read this image"
CANCER = {Verdict.BENIGN: "Probably benign", Verdict.MALIGNANT: "Suspicious for malignancy"}
CHANCE = {Verdict.BENIGN: "unlikely", Verdict.INDETERMINATE: "indeterminate", Verdict.MALIGNANT: "likely"}


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


def withheld(probability: str) -> str:
    """That there is no verdict, and the number apart from the reason."""
    return f"{WITHHELD}. It gave {probability}"


def beside(of: ModelOpinion, domain: Domain) -> str:
    """What another model answers beside one of such frames, within a sentence."""
    said = of.verdict_beside(domain)
    if said is None:
        return "answers another question"
    return UNCOUNTED if of.familiarity.fringe else answer(said, of.positive)


def zone(verdict: Verdict, positive: str) -> str:
    """One word for a part of a probability bar whose axis says what the probability is of."""
    return verdict.value if of_cancer(positive) else CHANCE[verdict]


def shortly(positive: str) -> str:
    """What a probability is the probability of, without what stands in brackets."""
    return positive.split(" (")[0]


def of_cancer(positive: str) -> bool:
    """True when the model was taught on malignancy, so that benign and malignant are its words."""
    return positive.startswith("malignant")
