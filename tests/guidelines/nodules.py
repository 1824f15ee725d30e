"""Every nodule that the descriptors can express, and a short way to write one down."""

from __future__ import annotations

from itertools import chain, combinations, product

from sera_core.contracts import Composition, Descriptors, Echogenicity, Focus, Guideline, Margin, Shape

FOCUS_SETS = [frozenset(c) for c in chain.from_iterable(combinations(Focus, n) for n in range(len(Focus) + 1))]
EVERY_COMBINATION = [Descriptors(*row) for row in product(Composition, Echogenicity, Shape, Margin, FOCUS_SETS)]
POSSIBLE = [
    d for d in EVERY_COMBINATION if d.echogenicity is not Echogenicity.ANECHOIC or d.composition is Composition.CYSTIC
]

# On and beside every printed limit.
SIZES = [1, 4.9, 5, 5.1, 9.9, 10, 10.1, 14.9, 15, 15.1, 19.9, 20, 20.1, 24.9, 25, 60, 150]

# From least to most suspicious; a probability or a further feature may only climb.
ORDER = {
    Guideline.ACR2017: ["TR1", "TR2", "TR3", "TR4", "TR5"],
    Guideline.KTIRADS2021: ["K-TIRADS 2", "K-TIRADS 3", "K-TIRADS 4", "K-TIRADS 5"],
    Guideline.KTIRADS2016: ["K-TIRADS 2", "K-TIRADS 3", "K-TIRADS 4", "K-TIRADS 5"],
    Guideline.EU2017: ["EU-TIRADS 2", "EU-TIRADS 3", "EU-TIRADS 4", "EU-TIRADS 5"],
    Guideline.ATA2015: ["benign", "very low suspicion", "low suspicion", "intermediate suspicion", "high suspicion"],
    Guideline.KWAK2011: ["TI-RADS 3", "TI-RADS 4a", "TI-RADS 4b", "TI-RADS 4c", "TI-RADS 5"],
    Guideline.KIM2002: ["negative", "positive"],
}
WITH_SIZES = [
    Guideline.ACR2017,
    Guideline.KTIRADS2021,
    Guideline.KTIRADS2016,
    Guideline.EU2017,
    Guideline.ATA2015,
]
ACTIONS = ["none", "follow_up", "fna"]


def nodule(text: str) -> Descriptors:
    """``"solid hypoechoic tall irregular punctate rim"``; wider than tall and smooth unless said otherwise."""
    words = text.split()
    composition, echogenicity, rest = Composition(words[0]), Echogenicity(words[1]), words[2:]
    margins = [Margin(word) for word in rest if word in set(Margin)]
    return Descriptors(
        composition,
        echogenicity,
        Shape.TALLER_THAN_WIDE if "tall" in rest else Shape.WIDER_THAN_TALL,
        margins[0] if margins else Margin.SMOOTH,
        frozenset(Focus(word) for word in rest if word in set(Focus)),
    )
