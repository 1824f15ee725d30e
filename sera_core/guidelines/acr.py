"""ACR TI-RADS 2017: points over five rows, added up; the sum gives the level.

Tessler FN et al. J Am Coll Radiol 2017;14(5):587-595, doi 10.1016/j.jacr.2017.01.046: points, levels and sizes
are those of the official chart. Observed malignancy: Middleton WD et al., AJR 2017 (3422 nodules, 352
malignant); the risk brackets are read from a public calculator that follows the paper.

Two points where calculators go wrong: echogenic foci are *added* (macrocalcification, rim and punctate together
are 6 points), and a cystic or spongiform nodule gets 0 points whatever else is seen. For spongiform the 2017
chart says so; for cystic the later flow chart of the same committee does.

The chart's defaults for what cannot be determined are reached by choosing the word with the same points: solid
(hidden by calcification, 2), isoechoic (1), ill-defined margin (0). Shape has no printed default.
"""

from __future__ import annotations

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
from sera_core.guidelines.descriptors import doubt
from sera_core.guidelines.strata import WATCH_5_YEARS, Reading, Rulebook, Stratum, at_least
from sera_core.wording.labels import LABELS

SOURCE = (
    "Tessler FN et al. J Am Coll Radiol 2017;14(5):587-595, doi 10.1016/j.jacr.2017.01.046; "
    "observed malignancy: Middleton WD et al., AJR 2017"
)

# Official chart (Tessler 2017).
COMPOSITION = {Composition.CYSTIC: 0, Composition.SPONGIFORM: 0, Composition.MIXED: 1, Composition.SOLID: 2}
ECHOGENICITY = {
    Echogenicity.ANECHOIC: 0,
    Echogenicity.HYPERECHOIC: 1,
    Echogenicity.ISOECHOIC: 1,
    Echogenicity.HYPOECHOIC: 2,
    Echogenicity.VERY_HYPOECHOIC: 3,
}
SHAPE = {Shape.WIDER_THAN_TALL: 0, Shape.TALLER_THAN_WIDE: 3}
MARGIN = {
    Margin.SMOOTH: 0,
    Margin.ILL_DEFINED: 0,
    Margin.LOBULATED: 2,
    Margin.IRREGULAR: 2,
    Margin.EXTRATHYROIDAL: 3,
}
FOCI = {Focus.COMET_TAIL: 0, Focus.MACROCALCIFICATION: 1, Focus.RIM: 2, Focus.PUNCTATE: 3}

NEITHER = (at_least(0, Action.NONE, "no FNA and no follow-up"),)

# Sizes: official chart. Follow-up years, observed malignancy and risk brackets: see the top of the module.
TR1 = Stratum("TR1", "<=2%, 0.3% observed", 0.0, 0.02, NEITHER)
TR2 = Stratum("TR2", "<=2%, 1.5% observed", 0.0, 0.02, NEITHER)
TR3 = Stratum(
    "TR3",
    "<=5%, 4.8% observed",
    0.02,
    0.05,
    (
        at_least(25, Action.FNA, "FNA"),
        at_least(15, Action.FOLLOW_UP, WATCH_5_YEARS),
        at_least(0, Action.NONE, "no FNA and no follow-up"),
    ),
    low_open=True,
)
TR4 = Stratum(
    "TR4",
    "5-20%, 9.1% observed",
    0.05,
    0.20,
    (
        at_least(15, Action.FNA, "FNA"),
        at_least(10, Action.FOLLOW_UP, "follow-up ultrasound at 1, 2, 3 and 5 years"),
        at_least(0, Action.NONE, "no FNA and no follow-up"),
    ),
)
TR5 = Stratum(
    "TR5",
    ">=20%, 35% observed",
    0.20,
    1.0,
    (
        at_least(10, Action.FNA, "FNA"),
        at_least(
            5,
            Action.FOLLOW_UP,
            "follow-up ultrasound every year for up to 5 years; at 5-9 mm the chart points to the discussion of "
            "papillary microcarcinoma, where FNA is a decision shared with the patient",
        ),
        at_least(0, Action.NONE, "no FNA and no follow-up"),
    ),
)


def classify(descriptors: Descriptors) -> Reading:
    """Points, level and notes for one nodule."""
    counted = counted_rows(descriptors)
    total = sum(points for _, points in counted)
    features = tuple(f"{word} ({points})" for word, points in counted)
    notes: tuple[str, ...] = ()
    if descriptors.composition in (Composition.CYSTIC, Composition.SPONGIFORM):
        notes = (
            f"A {descriptors.composition} nodule gets 0 points, whatever else is seen.",
            *doubt(descriptors, f"really {descriptors.composition}"),
        )
    elif descriptors.margin is Margin.EXTRATHYROIDAL:
        notes = ("Definite extension beyond the gland counts as malignant until proven otherwise.",)
    return Reading(level(total), features, total, notes)


def counted_rows(descriptors: Descriptors) -> list[tuple[str, int]]:
    """(word, points) of every row that counts; only the composition for a cystic or spongiform nodule."""
    composition = (LABELS[descriptors.composition].word, COMPOSITION[descriptors.composition])
    if descriptors.composition in (Composition.CYSTIC, Composition.SPONGIFORM):
        return [composition]
    rows = [
        composition,
        (LABELS[descriptors.echogenicity].word, ECHOGENICITY[descriptors.echogenicity]),
        (LABELS[descriptors.shape].word, SHAPE[descriptors.shape]),
        (LABELS[descriptors.margin].word, MARGIN[descriptors.margin]),
    ]
    return rows + [(LABELS[focus].word, FOCI[focus]) for focus in sorted(descriptors.foci)]


def level(points: int) -> Stratum:
    """The level of a total of points.

    Raises
    ------
    BadInput
        The chart has no such total: it knows 0, 2, 3, 4-6 and 7 or more (at most 17).
    """
    if points in (0, 2, 3):
        return {0: TR1, 2: TR2, 3: TR3}[points]
    if 4 <= points <= 17:
        return TR4 if points <= 6 else TR5
    raise BadInput(
        "no_such_total",
        f"A total of {points} ACR points does not exist on the chart (0, 2, 3, 4-6, 7-17): check the descriptors.",
    )


NEEDLED = 4  # points of TR4, the lowest level that advises a needle at 1.5 cm

# TR1 and TR2 share one risk bracket and one advice, so a probability is placed in TR2, the more cautious name.
RULEBOOK = Rulebook(Guideline.ACR2017, SOURCE, (TR2, TR3, TR4, TR5), classify, NEEDLED)
