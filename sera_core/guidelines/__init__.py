"""Nodule descriptors, or a probability, to a guideline's category and its advice in words."""

from sera_core.guidelines.advice import (
    USUAL_THRESHOLDS,
    Agreement,
    advise_from_probability,
    agreement,
    assess,
    assess_all,
    check_pretest,
    prevalence_adjusted,
    undescribed,
)
from sera_core.guidelines.descriptors import (
    parse_description,
    parse_descriptors,
    validate,
)

__all__ = [
    "USUAL_THRESHOLDS",
    "Agreement",
    "advise_from_probability",
    "agreement",
    "assess",
    "assess_all",
    "check_pretest",
    "parse_description",
    "parse_descriptors",
    "prevalence_adjusted",
    "undescribed",
    "validate",
]
