"""The words a reader uses for a nodule: their plain meaning, how they are read from text, and what excludes what.

The words follow the ACR lexicon (Tessler 2017, doi 10.1016/j.jacr.2017.01.046); every guideline of this room is
read with the same words, so each module says where its own words differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple, TypeVar

from sera_core.contracts import (
    Action,
    BadInput,
    Composition,
    Descriptors,
    Echogenicity,
    Focus,
    Guideline,
    Margin,
    Shape,
)

NO_FOCUS = "none"  # the word for an empty set of foci


class Label(NamedTuple):
    """A plain word for a person, and one line that explains it."""

    word: str
    meaning: str


NO_FOCUS_LABEL = Label("None", "No bright foci.")

LABELS: dict[StrEnum, Label] = {
    Composition.CYSTIC: Label("Cystic", "Filled with fluid, wholly or almost wholly."),
    Composition.SPONGIFORM: Label("Spongiform", "More than half of it is tiny cystic spaces, like a sponge."),
    Composition.MIXED: Label("Mixed cystic and solid", "Both; describe the solid part in the other rows."),
    Composition.SOLID: Label("Solid", "Solid or almost so; also where calcification hides the inside."),
    Echogenicity.ANECHOIC: Label("Anechoic", "Black: fluid only, so for cystic nodules alone."),
    Echogenicity.HYPERECHOIC: Label("Hyperechoic", "Brighter than the gland around it."),
    Echogenicity.ISOECHOIC: Label("Isoechoic", "As bright as the gland; also where it cannot be judged."),
    Echogenicity.HYPOECHOIC: Label("Hypoechoic", "Darker than the gland."),
    Echogenicity.VERY_HYPOECHOIC: Label("Very hypoechoic", "Darker than the strap muscles."),
    Shape.WIDER_THAN_TALL: Label("Wider than tall", "On the transverse image, not higher than wide."),
    Shape.TALLER_THAN_WIDE: Label("Taller than wide", "On the transverse image, higher along the beam than wide."),
    Margin.SMOOTH: Label("Smooth", "An even, sharp border."),
    Margin.ILL_DEFINED: Label("Ill-defined", "The border cannot be told from the gland, or cannot be judged."),
    Margin.LOBULATED: Label("Lobulated", "Rounded bulges reach into the tissue around it."),
    Margin.IRREGULAR: Label("Irregular", "Jagged or spiculated, with sharp angles."),
    Margin.EXTRATHYROIDAL: Label("Extrathyroidal extension", "It grows through the capsule of the gland."),
    Focus.COMET_TAIL: Label("Large comet tails", "V-shaped echoes over 1 mm long, in cystic parts."),
    Focus.MACROCALCIFICATION: Label("Macrocalcification", "Coarse, bright, with a shadow behind it."),
    Focus.RIM: Label("Rim calcification", "Calcium along the border, whole or broken."),
    Focus.PUNCTATE: Label("Punctate foci", "Bright dots without a shadow: microcalcification."),
    Guideline.ACR2017: Label("ACR TI-RADS 2017", "Points added up over five rows of features."),
    Guideline.KTIRADS2021: Label("K-TIRADS 2021", "Korean patterns of features; higher size limits than in 2016."),
    Guideline.KTIRADS2016: Label("K-TIRADS 2016", "The earlier Korean patterns and their lower size limits."),
    Guideline.EU2017: Label("EU-TIRADS 2017", "European patterns; one high-risk feature suffices for the highest."),
    Guideline.ATA2015: Label("ATA 2015", "American Thyroid Association patterns; some nodules fit none of them."),
    Guideline.KWAK2011: Label("Kwak TI-RADS 2011", "Counts five suspicious features; gives no size limits."),
    Guideline.KIM2002: Label("Kim 2002", "Positive when any of four features is seen; gives no size limits."),
    Action.FNA: Label("Needle aspiration", "The guideline advises fine-needle aspiration (FNA) at this size."),
    Action.FOLLOW_UP: Label("Follow-up", "The guideline advises another ultrasound later, not a needle now."),
    Action.NONE: Label("No FNA", "The guideline advises no needle at this size and sets no date for a new scan."),
    Action.UNKNOWN: Label("Not decided", "The size is missing, or the publication has no rule for this nodule."),
}

Word = TypeVar("Word", bound=StrEnum)


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
    descriptors = Descriptors(
        _word(Composition, "composition", composition),
        _word(Echogenicity, "echogenicity", echogenicity),
        _word(Shape, "shape", shape),
        _word(Margin, "margin", margin),
        _foci([foci] if isinstance(foci, str) else list(foci)),
    )
    validate(descriptors)
    return descriptors


def validate(descriptors: Descriptors) -> None:
    """Refuse descriptors that exclude each other.

    Anechoic means fluid without tissue, so only a cystic nodule can be anechoic. (Mixed and anechoic would be
    the only way to an ACR total of 1, a total the chart does not have.)

    Raises
    ------
    BadInput
    """
    if descriptors.echogenicity is Echogenicity.ANECHOIC and descriptors.composition is not Composition.CYSTIC:
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
