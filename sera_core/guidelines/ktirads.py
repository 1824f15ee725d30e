"""K-TIRADS 2021 and 2016: patterns of composition and echogenicity, raised by three suspicious features.

2021: Ha EJ et al. Korean J Radiol 2021;22(12):2094-2123, doi 10.3348/kjr.2021.0713.
2016: Shin JH et al. Korean J Radiol 2016;17(3):370-395, doi 10.3348/kjr.2016.17.3.370.

The features: punctate echogenic foci, nonparallel orientation (taller than wide), irregular margin (spiculated or
microlobulated).

How our words are read:

- Our words cannot say "entirely calcified" (category 4 in 2021), nor "diffuse parenchymal foci" or "infiltrative
  lesion" (also 4): such nodules are not recognised here. Nor can category 1 (no nodule) occur.
- Comet tails in a partially cystic nodule make the benign pattern of category 2.
- A spongiform nodule is category 2 when iso- or hyperechoic; when hypoechoic it is read as partially cystic.
- A partially cystic nodule never exceeds category 4, even when its solid part is hypoechoic.
- In 2021 a category-2 pattern stays 2 even with a suspicious feature; in 2016 the feature raises it to 4.
- The follow-up dates come from 2021; they are shown for 2016 as well and named as such.
"""

from __future__ import annotations

from dataclasses import replace

from sera_core.contracts import Action, Composition, Descriptors, Focus, Guideline, Margin
from sera_core.guidelines.descriptors import doubt, extension_note, is_hypoechoic, is_pure_cyst, suspicious_features
from sera_core.guidelines.strata import WATCH_5_YEARS, Reading, Rulebook, Stratum, above, at_least

SOURCE_2021 = "Ha EJ et al. Korean J Radiol 2021;22(12):2094-2123, doi 10.3348/kjr.2021.0713"
SOURCE_2016 = "Shin JH et al. Korean J Radiol 2016;17(3):370-395, doi 10.3348/kjr.2016.17.3.370"

ANY_SIZE_NOTE = "Biopsy at any size if a nodal metastasis or another sign of poor prognosis is suspected."

# Follow-up dates (Ha 2021).
WATCH_5 = "follow-up ultrasound every 6 months for 1-2 years, then every year"
WATCH_4 = f"{WATCH_5_YEARS}, then every 3-5 years"
WATCH_3 = WATCH_5_YEARS
WATCH_2 = "follow-up ultrasound after 2-5 years, depending on size"

# Risks and biopsy sizes (Ha 2021): strictly above the printed size.
K5 = Stratum(
    "K-TIRADS 5",
    ">60%",
    0.60,
    1.0,
    (
        above(10, Action.FNA, "FNA"),
        above(
            5,
            Action.FOLLOW_UP,
            f"{WATCH_5}; FNA is considered at this size only with extension beyond the gland, attachment to the "
            "trachea or the course of the recurrent nerve, or suspicious lymph nodes",
        ),
        above(0, Action.FOLLOW_UP, WATCH_5),
    ),
    low_open=True,
)
K5_EXTENDING = replace(
    K5,
    bands=(
        K5.bands[0],
        above(5, Action.FNA, "FNA is considered, because extension beyond the gland was described"),
        K5.bands[2],
    ),
)
K4 = Stratum(
    "K-TIRADS 4",
    "10-40%",
    0.10,
    0.40,
    (
        above(15, Action.FNA, "FNA"),
        above(
            10,
            Action.FOLLOW_UP,
            f"{WATCH_4}; the printed FNA limit is a range (>1.0-1.5 cm): with a special risk factor FNA applies at "
            "this size",
        ),
        above(0, Action.FOLLOW_UP, f"{WATCH_4}; FNA already above 10 mm with a special risk factor"),
    ),
)
K3 = Stratum(
    "K-TIRADS 3",
    "3-10%",
    0.03,
    0.10,
    (above(20, Action.FNA, "FNA"), above(0, Action.FOLLOW_UP, WATCH_3)),
)
K2 = Stratum("K-TIRADS 2", "<3%", 0.0, 0.03, (above(0, Action.FOLLOW_UP, f"no routine FNA; {WATCH_2}"),))

# Risks and FNA sizes (Shin 2016): at or above the printed size.
DATES_OF_2021 = "(dates of the 2021 edition)"
K5_2016 = replace(
    K5,
    bands=(
        at_least(10, Action.FNA, "FNA"),
        above(5, Action.FOLLOW_UP, f"{WATCH_5} {DATES_OF_2021}; FNA is selective at this size"),
        above(0, Action.FOLLOW_UP, f"{WATCH_5} {DATES_OF_2021}"),
    ),
)
K4_2016 = Stratum(
    "K-TIRADS 4",
    "15-50%",
    0.15,
    0.50,
    (
        at_least(10, Action.FNA, "FNA"),
        above(0, Action.FOLLOW_UP, f"{WATCH_4} {DATES_OF_2021}"),
    ),
)
K3_2016 = Stratum(
    "K-TIRADS 3",
    "3-15%",
    0.03,
    0.15,
    (
        at_least(15, Action.FNA, "FNA"),
        above(0, Action.FOLLOW_UP, f"{WATCH_3} {DATES_OF_2021}"),
    ),
)
K2_2016 = Stratum(
    "K-TIRADS 2",
    "<3%",
    0.0,
    0.03,
    (
        at_least(20, Action.FNA, "FNA"),
        above(0, Action.FOLLOW_UP, f"{WATCH_2} {DATES_OF_2021}"),
    ),
)
# The printed 2.0 cm is for "spongiform etc."; fluid alone is listed with a risk of its own and is not aspirated here.
CYST_2016 = Stratum(
    "K-TIRADS 2", "<1%", 0.0, 0.01, (above(0, Action.FOLLOW_UP, f"no routine FNA; {WATCH_2} {DATES_OF_2021}"),)
)


def benign_pattern(descriptors: Descriptors) -> str | None:
    """The category-2 pattern in words, or None."""
    if is_pure_cyst(descriptors):
        return "a pure cyst"
    if descriptors.composition is Composition.SPONGIFORM and not is_hypoechoic(descriptors):
        return "an iso- or hyperechoic spongiform nodule"
    if descriptors.composition in (Composition.MIXED, Composition.CYSTIC) and Focus.COMET_TAIL in descriptors.foci:
        return "a partially cystic nodule with comet tails"
    return None


def number(descriptors: Descriptors) -> int:
    """Category 3, 4 or 5 of a nodule without a benign pattern; the same in both editions."""
    suspicious = bool(suspicious_features(descriptors))
    if descriptors.composition is Composition.SOLID and is_hypoechoic(descriptors):
        return 5 if suspicious else 4
    return 4 if suspicious else 3


def classify_2021(descriptors: Descriptors) -> Reading:
    """Category of the 2021 edition."""
    features = suspicious_features(descriptors)
    pattern = benign_pattern(descriptors)
    if pattern:
        return Reading(K2, features, notes=(f"Pattern: {pattern}.", *doubt(descriptors, pattern)))
    stratum = {3: K3, 4: K4, 5: K5}[number(descriptors)]
    if stratum is K5 and descriptors.margin is Margin.EXTRATHYROIDAL:
        stratum = K5_EXTENDING
    return Reading(stratum, features, notes=_notes(descriptors))


def classify_2016(descriptors: Descriptors) -> Reading:
    """Category of the 2016 edition."""
    features = suspicious_features(descriptors)
    pattern = benign_pattern(descriptors)
    if pattern and features:
        return Reading(K4_2016, features, notes=(f"Raised from 2: {pattern} with a suspicious feature.",))
    if pattern:
        stratum = CYST_2016 if is_pure_cyst(descriptors) else K2_2016
        return Reading(stratum, notes=(f"Pattern: {pattern}.",))
    return Reading({3: K3_2016, 4: K4_2016, 5: K5_2016}[number(descriptors)], features, notes=_notes(descriptors))


def _notes(descriptors: Descriptors) -> tuple[str, ...]:
    note = extension_note(descriptors)
    return (*note, ANY_SIZE_NOTE) if note else ()


NEEDLED = 4  # K-TIRADS 4, intermediate suspicion: the lowest category that advises a needle at 1.5 cm
RULEBOOK_2021 = Rulebook(Guideline.KTIRADS2021, SOURCE_2021, (K2, K3, K4, K5), classify_2021, NEEDLED)
RULEBOOK_2016 = Rulebook(
    Guideline.KTIRADS2016, SOURCE_2016, (K2_2016, K3_2016, K4_2016, K5_2016), classify_2016, NEEDLED
)
