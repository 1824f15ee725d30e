"""ATA 2015: five sonographic patterns, with nodules that fit none of them.

Haugen BR et al. Thyroid 2016;26:1-133, doi 10.1089/thy.2015.0020, Table 6. The 2025 ATA guideline covers
differentiated cancer only, so the patterns of 2015 stand.

How our words are read:

- Iso- or hyperechoic with a suspicious feature has no pattern: "unclassified". In a study of 454 nodules 44 were
  such, 4 of them malignant (AJNR 42:559, Table 2).
- Rim calcification is suspicious only with small extrusive soft tissue. Our words know the rim alone, so it does
  not count; extrusive tissue is to be judged on the image.
- Partly cystic without a suspicious feature is "low" when the solid area is eccentric, else "very low". Our words
  cannot say where the solid area lies: the more cautious "low" is given, and the sentence says so.
- A partly cystic or spongiform nodule with hypoechoic solid tissue and a suspicious feature is "high".
- An ill-defined margin is not an irregular one and leaves the pattern as it is.
- The printed follow-up dates apply after a benign aspirate; below the FNA size there is none to show.
"""

from __future__ import annotations

from sera_core.contracts import Action, Composition, Descriptors, Focus, Guideline
from sera_core.guidelines.descriptors import doubt, is_hypoechoic, is_pure_cyst, suspicious_features
from sera_core.guidelines.strata import Reading, Rulebook, Stratum, at_least

SOURCE = "Haugen BR et al. Thyroid 2016;26:1-133, doi 10.1089/thy.2015.0020 (Table 6)"

NO_DATE = "the guideline's follow-up dates apply after a benign aspirate, so this is no all-clear"

# Risks and sizes (Haugen 2016, Table 6).
HIGH = Stratum(
    "high suspicion",
    ">70-90%",
    0.70,
    0.90,
    (at_least(10, Action.FNA, "FNA"), at_least(0, Action.NONE, f"no FNA at this size; {NO_DATE}")),
    low_open=True,
)
INTERMEDIATE = Stratum(
    "intermediate suspicion",
    "10-20%",
    0.10,
    0.20,
    (at_least(10, Action.FNA, "FNA"), at_least(0, Action.NONE, f"no FNA at this size; {NO_DATE}")),
)
LOW = Stratum(
    "low suspicion",
    "5-10%",
    0.05,
    0.10,
    (at_least(15, Action.FNA, "FNA"), at_least(0, Action.NONE, f"no FNA at this size; {NO_DATE}")),
)
VERY_LOW = Stratum(
    "very low suspicion",
    "<3%",
    0.01,
    0.03,
    (
        at_least(20, Action.FNA, "FNA is considered; observation is also reasonable"),
        at_least(0, Action.NONE, "no FNA at this size"),
    ),
)
BENIGN = Stratum("benign", "<1%", 0.0, 0.01, (at_least(0, Action.NONE, "no FNA"),))
UNCLASSIFIED = Stratum(
    "unclassified",
    "",
    None,
    None,
    (at_least(0, Action.UNKNOWN, "the guideline has no pattern for this nodule, and so no size for FNA"),),
)

ECCENTRIC_NOTE = (
    "Low holds for an eccentric solid area, which the descriptors cannot say; otherwise the nodule is of very low "
    "suspicion (<3%, FNA is considered from 20 mm)."
)
RIM_NOTE = (
    "Rim calcification alone is not counted: the guideline asks for small extrusive soft tissue beside it; "
    "look for it on the image."
)
UNCLASSIFIED_NOTE = (
    "Iso- or hyperechoic with a suspicious feature is not described; of 44 such nodules in 454, 4 were malignant "
    "(9.1%; AJNR 42:559, Table 2)."
)


def pattern(descriptors: Descriptors) -> Stratum:
    """The sonographic pattern."""
    if is_pure_cyst(descriptors):
        return BENIGN
    if suspicious_features(descriptors):
        return HIGH if is_hypoechoic(descriptors) else UNCLASSIFIED
    if descriptors.composition is Composition.SPONGIFORM:
        return VERY_LOW
    if descriptors.composition is Composition.SOLID and is_hypoechoic(descriptors):
        return INTERMEDIATE
    return LOW


def classify(descriptors: Descriptors) -> Reading:
    """Pattern, features and caveats for one nodule."""
    stratum = pattern(descriptors)
    return Reading(stratum, suspicious_features(descriptors), notes=_notes(descriptors, stratum))


def _notes(descriptors: Descriptors, stratum: Stratum) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if stratum is BENIGN:
        notes += doubt(descriptors, "purely cystic")
    if stratum is UNCLASSIFIED:
        notes += (UNCLASSIFIED_NOTE,)
    if stratum is LOW and descriptors.composition is not Composition.SOLID:
        notes += (ECCENTRIC_NOTE,)
    if Focus.RIM in descriptors.foci:
        notes += (RIM_NOTE,)
    return notes


RULEBOOK = Rulebook(Guideline.ATA2015, SOURCE, (BENIGN, VERY_LOW, LOW, INTERMEDIATE, HIGH), classify)
