"""The words a reader uses for a nodule: how they are read from text, and what excludes what.

Every guideline of this room is read with the same words, so each module says where its own words differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from sera_core.contracts import (
    BadInput,
    Composition,
    Description,
    Descriptors,
    Echogenicity,
    Focus,
    Margin,
    Shape,
)
from sera_core.wording.labels import NO_FOCUS

Word = TypeVar("Word", bound=StrEnum)


def parse_description(
    *,
    composition: str | None = None,
    echogenicity: str | None = None,
    shape: str | None = None,
    margin: str | None = None,
    foci: Iterable[str] | None = None,
) -> Description:
    """As :func:`parse_descriptors`, but every row may be left open (None)."""
    description = Description(
        None if composition is None else _word(Composition, "composition", composition),
        None if echogenicity is None else _word(Echogenicity, "echogenicity", echogenicity),
        None if shape is None else _word(Shape, "shape", shape),
        None if margin is None else _word(Margin, "margin", margin),
        None if foci is None else _foci([foci] if isinstance(foci, str) else list(foci)),
    )
    validate(description)
    return description


def parse_descriptors(
    *, composition: str, echogenicity: str, shape: str, margin: str, foci: Iterable[str] = ()
) -> Descriptors:
    """Descriptors from the words of the command line, a form or a table.

    Parameters
    ----------
    composition, echogenicity, shape, margin : str
        One word each; case, blanks and hyphens do not matter (``"Taller-than-wide"``).
    foci : iterable of str
        Any number of words, or ``"none"`` alone.

    Raises
    ------
    BadInput
        A word is not known (the message names the allowed ones), or the words exclude each other.

    Examples
    --------
    >>> parse_descriptors(composition="solid", echogenicity="hypoechoic", shape="taller_than_wide",
    ...                   margin="irregular", foci=["punctate"]).foci
    frozenset({<Focus.PUNCTATE: 'punctate'>})
    """
    words = {"composition": composition, "echogenicity": echogenicity, "shape": shape, "margin": margin}
    whole = parse_description(**{row: str(word) for row, word in words.items()}, foci=foci).descriptors
    assert whole is not None
    return whole


def validate(descriptors: Descriptors | Description) -> None:
    """Refuse descriptors that exclude each other.

    Anechoic means fluid without tissue, so only a cystic nodule can be anechoic. (Mixed and anechoic would be
    the only way to an ACR total of 1, a total the chart does not have.)

    Raises
    ------
    BadInput
    """
    fluid = descriptors.echogenicity is Echogenicity.ANECHOIC
    if fluid and descriptors.composition not in (None, Composition.CYSTIC):
        raise BadInput(
            "anechoic_not_cystic",
            f"A {descriptors.composition} nodule cannot be anechoic, because anechoic means fluid without tissue: "
            "choose composition cystic, or give the echogenicity of the solid part.",
        )


def is_pure_cyst(descriptors: Descriptors) -> bool:
    """True for fluid only. A cystic nodule that is not anechoic holds some tissue: it is read as partly cystic."""
    return descriptors.composition is Composition.CYSTIC and descriptors.echogenicity is Echogenicity.ANECHOIC


def is_hypoechoic(descriptors: Descriptors) -> bool:
    """True for hypoechoic and very hypoechoic."""
    return descriptors.echogenicity in (Echogenicity.HYPOECHOIC, Echogenicity.VERY_HYPOECHOIC)


def suspicious_features(descriptors: Descriptors) -> tuple[str, ...]:
    """The three features that every guideline here calls suspicious, in words.

    Punctate foci (microcalcification), taller than wide, and an irregular margin. Lobulated is read as the
    guidelines' "microlobulated". A reader gives one word for the margin, so extrathyroidal extension, the worst
    of them, counts as an irregular margin also where a guideline has no word of its own for it. Ill-defined does
    not count anywhere.
    """
    found = []
    if Focus.PUNCTATE in descriptors.foci:
        found.append("punctate echogenic foci")
    if descriptors.shape is Shape.TALLER_THAN_WIDE:
        found.append("taller than wide")
    if descriptors.margin in (Margin.LOBULATED, Margin.IRREGULAR):
        found.append(f"{descriptors.margin} margin")
    if descriptors.margin is Margin.EXTRATHYROIDAL:
        found.append("extrathyroidal extension")
    return tuple(found)


def extension_note(descriptors: Descriptors) -> tuple[str, ...]:
    """What a guideline without a word for extrathyroidal extension makes of it; nothing where none was seen."""
    if descriptors.margin is Margin.EXTRATHYROIDAL:
        return ("Extrathyroidal extension is counted as an irregular margin.",)
    return ()


def doubt(descriptors: Descriptors, pattern: str) -> tuple[str, ...]:
    """A sentence that questions a benign pattern when suspicious features were seen as well; else nothing.

    That suspicious features call a spongiform reading into question is advice to ACR readers; the same caution
    is given for every benign pattern here.
    """
    found = suspicious_features(descriptors)
    if not found:
        return ()
    return (f"Suspicious features were described as well ({', '.join(found)}): look again whether it is {pattern}.",)


def _word(kind: type[Word], row: str, text: str) -> Word:
    try:
        return kind(_plain(text))
    except ValueError:
        raise _unknown(row, text, [word.value for word in kind]) from None


def _foci(words: list[str]) -> frozenset[Focus]:
    plain = [_plain(word) for word in words]
    if NO_FOCUS not in plain:
        return frozenset(_focus(word) for word in plain)
    if set(plain) == {NO_FOCUS}:
        return frozenset()
    raise BadInput(
        "none_with_foci",
        f"Foci {', '.join(plain)} exclude each other: give 'none' alone, or name the foci without it.",
    )


def _focus(text: str) -> Focus:
    try:
        return Focus(text)
    except ValueError:
        raise _unknown("foci", text, [NO_FOCUS, *(word.value for word in Focus)]) from None


def _unknown(row: str, text: str, allowed: list[str]) -> BadInput:
    return BadInput(f"unknown_{row}", f"The word '{text}' is not known for {row}: use one of {', '.join(allowed)}.")


def _plain(text: str) -> str:
    return str(text).strip().lower().replace("-", "_").replace(" ", "_")
