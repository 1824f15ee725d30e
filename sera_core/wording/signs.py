"""The measured signs and the proposed words, as a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from math import exp

from sera_core.contracts import (
    EVEN,
    Composition,
    Description,
    Diagnosis,
    Echogenicity,
    Focus,
    Margin,
    Measured,
    Proposal,
    Row,
    Shape,
    Sign,
)
from sera_core.wording.labels import LABELS, NO_FOCUS_LABEL
from sera_core.wording.probability import percent

ROW = {
    "composition": "Composition",
    "echogenicity": "Echogenicity",
    "shape": "Shape",
    "margin": "Margin",
    "foci": "Bright foci",
}
FOCI = tuple(focus.value for focus in Focus)
WORDS: dict[str, type[StrEnum]] = {
    "composition": Composition,
    "echogenicity": Echogenicity,
    "shape": Shape,
    "margin": Margin,
}
LOOK = "not proposed: please look"
UNIT = {"mm": " mm", "mm2": " mm²", "px": " px", "px2": " px²", "number": ""}


# ---- what was measured -----------------------------------------------------------------------------------------------


def _level(value: float, of: str) -> str:
    """A logarithm of a ratio of grey levels, as so much darker or brighter."""
    share = abs(exp(value) - 1)
    if share < 0.05:
        return f"{of} is as bright as what is around it."
    return f"{of} is {percent(share)} {'darker' if value < 0 else 'brighter'} than what is around it."


def _behind(value: float) -> str:
    if abs(value) < 0.15:
        return "Behind the nodule it is as bright as beside it."
    if value > 0:
        return "It is brighter behind the nodule than beside it: enhancement, as behind fluid."
    return "It is darker behind the nodule than beside it: a shadow."


SENTENCES: dict[str, Callable[[float], str]] = {
    "long": lambda _: "The greatest distance between two points of the border.",
    "across": lambda _: "The extent at right angles to it.",
    "height_over_width": lambda value: (
        f"It is {'taller than wide' if value > 1 else 'wider than tall'}; taller than wide is suspicious on the "
        "transverse view."
    ),
    "echo": lambda value: _level(value, "Its solid part"),
    "dark_share": lambda value: (
        "Hardly any of it is as dark as fluid." if value < 0.05 else f"{percent(value)} of it is as dark as fluid."
    ),
    "heterogeneity": lambda _: "How far grey levels in it spread, over their mean.",
    "solidity": lambda value: (
        "The border hardly bulges inwards." if value > 0.95 else "The border bulges inwards: lobules or spikes."
    ),
    "roughness": lambda value: f"The border strays from the nearest oval by {percent(value, 1)} of the radius.",
    "lost_border": lambda value: (
        "The border can be followed all around." if value < 0.1 else f"{percent(value)} of the border cannot be seen."
    ),
    "spots": lambda value: "No small bright foci stand out." if value < 1 else "They stand out from the tissue in it.",
    "behind": _behind,
}


def shown(measured: Measured) -> list[Sign]:
    """The signs that have a sentence, in its order; the others are for programs."""
    known = {sign.name: sign for sign in measured.signs}
    return [known[name] for name in SENTENCES]


def amount(sign: Sign) -> str:
    """The number with its unit; shares and log ratios as per cent."""
    if sign.unit in UNIT:
        return f"{sign.value:.{1 if sign.unit == 'mm' else 0}f}{UNIT[sign.unit]}"
    if sign.unit == "share":
        return percent(sign.value)
    if sign.unit == "log ratio":
        return f"{'−' if sign.value < 0 else '+'}{percent(abs(exp(sign.value) - 1))}"
    return f"{sign.value:.2f}"


def sentence(sign: Sign) -> str:
    """What the number says, in a plain sentence."""
    return SENTENCES[sign.name](sign.value)


def caution(measured: Measured) -> str:
    """What the numbers rest on, and where they end."""
    scale = "" if any(sign.unit == "mm" for sign in measured.signs) else " Without a scale lengths are in pixels."
    return (
        "All of it holds for the outline above: where the border is wrong, so are the numbers."
        + scale
        + " The program looks for punctate foci and coarse calcification, not for comet tails or calcified rims."
    )


def in_short(measured: Measured) -> str:
    """The diameters, the shape, and what is seen of brightness and border, for paper."""
    by_name = {sign.name: sign for sign in measured.signs}
    long, across, shape = (by_name[name] for name in ("long", "across", "height_over_width"))
    return (
        f"{amount(long)} long, {amount(across)} across, height over width {amount(shape)}. "
        f"{sentence(by_name['echo'])} {sentence(by_name['lost_border'])}"
    )


# ---- what is proposed, and who says it -------------------------------------------------------------------------------


def chances(measured: Measured, row: Row) -> tuple[str, ...]:
    """How sure the program is of what it proposes in a row, and what it leaves to the reader; several of foci only."""
    asked = [one for one in measured.proposals if one.question == row or (row == "foci" and one.question in FOCI)]
    if row != "foci":
        return _chance(asked[0]) if asked else (LOOK,)
    parts = [f"{_word(one)} {percent(one.probability)}" for one in asked if one.proposed]
    left = [LABELS[Focus(one.question)].word.lower() for one in asked if not one.proposed]
    return (*parts, f"{' and '.join(left)} {LOOK}") if left else tuple(parts)


def _chance(one: Proposal) -> tuple[str, ...]:
    """Of what is proposed; also of a word that is told well but is not likely enough to be."""
    if one.proposed:
        return (percent(one.probability),)
    if not one.told:
        return (LOOK,)
    word = LABELS[WORDS[one.question](one.word)].word.lower()
    close = one.probability > EVEN - 0.005  # 50% would read as if it were proposed
    return (f"likeliest: {word} {percent(one.probability, digits=int(close))}", LOOK)


def _word(one: Proposal) -> str:
    name = LABELS[Focus(one.question)].word.lower()
    return name if one.word == one.question else f"no {name}"


def row_words(description: Description, row: Row) -> str:
    """What a row of a description says; empty where it is open."""
    said: StrEnum | frozenset[Focus] | None = getattr(description, row)
    if said is None:
        return ""
    if isinstance(said, frozenset):
        return ", ".join(sorted(LABELS[focus].word for focus in said)) or f"{NO_FOCUS_LABEL.word} (foci)"
    return LABELS[said].word


def described(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """The words for the nodule by who says them: the reader, the program, and what he changed; as (who, words)."""
    own, measured = diagnosis.patient.seen, diagnosis.measured
    proposed = measured.description if measured else Description()
    changed = [row for row in own.said if row in proposed.said and getattr(own, row) != getattr(proposed, row)]
    rows = [
        ("The reader sees", _listed(row_words(own, row) for row in own.said)),
        ("Instead of", _listed(f"{row_words(proposed, row)} (proposed)" for row in changed)),
    ]
    if measured:
        told = (f"{row_words(proposed, row)} ({', '.join(chances(measured, row))})" for row in diagnosis.proposed)
        rows.append(("Proposed", _listed(told)))
    if diagnosis.description.open:
        rows.append(("Not said", still_open(diagnosis.description.open)))
    return rows


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts).capitalize()


def still_open(rows: tuple[Row, ...]) -> str:
    """Which rows a category waits for."""
    names = [ROW[row].lower() for row in rows]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Still open: {listed}. Please look."
