"""Kwak TI-RADS 2011: five suspicious features are counted, and the count is the category.

Kwak JY et al. Radiology 2011;260(3):892-899, doi 10.1148/radiol.11110206 (1658 nodules of 1 cm or more).
The paper's figures for categories 3 and 5 could not be confirmed and are left out. Another, BI-RADS-like risk
scale under the same name is also in circulation; it is not used.

"Solid component" is read as composition solid: our word "mixed" carries no share of solid tissue, so it does not
count. Hypoechogenicity and marked hypoechogenicity are one feature. The paper has no size rule for FNA.
"""

from __future__ import annotations

from sera_core.contracts import Composition, Descriptors, Guideline
from sera_core.guidelines.descriptors import doubt, is_hypoechoic, is_pure_cyst, suspicious_features
from sera_core.guidelines.strata import NO_SIZE_RULE, Reading, Rulebook, Stratum

SOURCE = "Kwak JY et al. Radiology 2011;260(3):892-899, doi 10.1148/radiol.11110206"

STUDIED = "The paper studied nodules of 10 mm or more."

# Risks (Kwak 2011); None: not confirmed.
C3 = Stratum("TI-RADS 3", "", None, None, NO_SIZE_RULE)
C4A = Stratum("TI-RADS 4a", "3.3%", 0.033, 0.033, NO_SIZE_RULE)
C4B = Stratum("TI-RADS 4b", "9.2%", 0.092, 0.092, NO_SIZE_RULE)
C4C = Stratum("TI-RADS 4c", "44.4-72.4%", 0.444, 0.724, NO_SIZE_RULE)
C5 = Stratum("TI-RADS 5", "", None, None, NO_SIZE_RULE)
BY_COUNT = (C3, C4A, C4B, C4C, C4C, C5)


def counted_features(descriptors: Descriptors) -> tuple[str, ...]:
    """The features present, in words (at most five)."""
    found = suspicious_features(descriptors)
    if is_hypoechoic(descriptors):
        found = ("hypoechogenicity", *found)
    if descriptors.composition is Composition.SOLID:
        found = ("solid", *found)
    return found


def classify(descriptors: Descriptors) -> Reading:
    """Category by the number of features."""
    features = counted_features(descriptors)
    notes: tuple[str, ...] = (f"{len(features)} of 5 features counted.",)
    if descriptors.composition is Composition.MIXED:
        notes += ("Mixed is not counted as solid, because the word does not say how much of it is solid.",)
    if is_pure_cyst(descriptors):
        notes += doubt(descriptors, "a pure cyst")
    stratum = BY_COUNT[len(features)]
    if not stratum.risk:
        notes += ("The paper's risk of this category is not confirmed and left out.",)
    return Reading(stratum, features, len(features), (*notes, STUDIED))


ANY_FEATURE = 1  # category 4a (Radiology 260:892)
RULEBOOK = Rulebook(Guideline.KWAK2011, SOURCE, (C3, C4A, C4B, C4C, C5), classify, ANY_FEATURE)
