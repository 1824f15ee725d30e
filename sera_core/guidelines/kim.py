"""Kim 2002: a solid nodule is positive when any one of four features is seen.

Kim EK et al. AJR 2002;178(3):687-691, doi 10.2214/ajr.178.3.1780687 (155 nonpalpable solid nodules, 49 of them
malignant): microcalcifications, irregular or microlobulated margin, marked hypoechogenicity, more tall than wide.

The rule says yes or no. The abstract's accuracy figures are not repeated as risks, since they could not be
confirmed here; there is neither a risk per category nor a size rule for FNA.
"""

from __future__ import annotations

from sera_core.contracts import Composition, Descriptors, Echogenicity, Guideline
from sera_core.guidelines.descriptors import suspicious_features
from sera_core.guidelines.strata import NO_SIZE_RULE, Reading, Rulebook, Stratum

SOURCE = "Kim EK et al. AJR 2002;178(3):687-691, doi 10.2214/ajr.178.3.1780687"

POSITIVE = Stratum("positive", "", None, None, NO_SIZE_RULE)
NEGATIVE = Stratum("negative", "", None, None, NO_SIZE_RULE)


def counted_features(descriptors: Descriptors) -> tuple[str, ...]:
    """The features present, in words (at most four)."""
    found = suspicious_features(descriptors)
    if descriptors.echogenicity is Echogenicity.VERY_HYPOECHOIC:
        return (*found, "marked hypoechogenicity")
    return found


def classify(descriptors: Descriptors) -> Reading:
    """Positive when any feature is present."""
    features = counted_features(descriptors)
    notes = () if descriptors.composition is Composition.SOLID else ("The paper studied solid nodules only.",)
    return Reading(POSITIVE if features else NEGATIVE, features, notes=notes)


ANY_FEATURE = 1  # calls a nodule positive (AJR 178:687)
RULEBOOK = Rulebook(Guideline.KIM2002, SOURCE, (), classify, ANY_FEATURE)
