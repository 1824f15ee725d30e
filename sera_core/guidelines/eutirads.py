"""EU-TIRADS 2017: one high-risk feature suffices for the highest category.

Russ G et al. Eur Thyroid J 2017;6:225-237, doi 10.1159/000478927.

How our words are read:

- Cysts and entirely spongiform nodules are category 2; category 1 is a gland without a nodule and never occurs
  here (some calculators give 1 to cysts).
- Any hypoechoic solid tissue is at least category 4, also in a partially cystic nodule: the opposite of K-TIRADS.
- Marked hypoechogenicity is a high-risk feature of solid nodules only; in a partially cystic one it means 4.
- "Non-oval" is taller than wide; microcalcifications are punctate foci.
"""

from __future__ import annotations

from sera_core.contracts import Action, Composition, Descriptors, Echogenicity, Guideline
from sera_core.guidelines.descriptors import doubt, extension_note, is_hypoechoic, is_pure_cyst, suspicious_features
from sera_core.guidelines.strata import Reading, Rulebook, Stratum, above

SOURCE = "Russ G et al. Eur Thyroid J 2017;6:225-237, doi 10.1159/000478927"

NO_INTERVAL = "the guideline sets no date for a new scan in this category"

# Risks and sizes (Russ 2017): strictly above the printed size.
EU2 = Stratum("EU-TIRADS 2", "~0%", 0.0, 0.0, (above(0, Action.NONE, "no FNA, unless for relief (therapeutic)"),))
EU3 = Stratum(
    "EU-TIRADS 3",
    "2-4%",
    0.02,
    0.04,
    (above(20, Action.FNA, "FNA"), above(0, Action.NONE, f"no FNA at this size; {NO_INTERVAL}")),
)
EU4 = Stratum(
    "EU-TIRADS 4",
    "6-17%",
    0.06,
    0.17,
    (above(15, Action.FNA, "FNA"), above(0, Action.NONE, f"no FNA at this size; {NO_INTERVAL}")),
)
EU5 = Stratum(
    "EU-TIRADS 5",
    "26-87%",
    0.26,
    0.87,
    (
        above(10, Action.FNA, "FNA"),
        above(
            0,
            Action.FOLLOW_UP,
            "active surveillance, or FNA if the patient prefers it, as long as no lymph node is abnormal",
        ),
    ),
)


def high_risk_features(descriptors: Descriptors) -> tuple[str, ...]:
    """The features of category 5, in words."""
    found = suspicious_features(descriptors)
    solid = descriptors.composition is Composition.SOLID
    if solid and descriptors.echogenicity is Echogenicity.VERY_HYPOECHOIC:
        return (*found, "marked hypoechogenicity")
    return found


def classify(descriptors: Descriptors) -> Reading:
    """Category of one nodule."""
    features = high_risk_features(descriptors)
    if is_pure_cyst(descriptors):
        return Reading(EU2, notes=doubt(descriptors, "a pure cyst"))
    if descriptors.composition is Composition.SPONGIFORM:
        return Reading(EU2, notes=doubt(descriptors, "entirely spongiform"))
    if features:
        return Reading(EU5, features, notes=extension_note(descriptors))
    if is_hypoechoic(descriptors):
        return Reading(EU4, ("hypoechoic solid tissue",))
    return Reading(EU3)


RULEBOOK = Rulebook(Guideline.EU2017, SOURCE, (EU2, EU3, EU4, EU5), classify)
