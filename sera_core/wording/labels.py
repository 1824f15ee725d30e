"""The plain words for what is seen, for guidelines and for what they advise, each with one line that explains it.

The words for a nodule follow the ACR lexicon (Tessler 2017, doi 10.1016/j.jacr.2017.01.046).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sera_core.contracts import Action, Composition, Echogenicity, Focus, Guideline, Margin, Shape

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
