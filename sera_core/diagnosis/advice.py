"""What follows for this patient: pure arithmetic."""

from __future__ import annotations

from dataclasses import replace

from sera_core.contracts import Diagnosis, GreyImage, Measured, ModelOpinion, Patient, Reading
from sera_core.diagnosis.notices import MALIGNANT
from sera_core.guidelines import (
    advise_from_probability,
    assess,
    check_pretest,
    prevalence_adjusted,
    undescribed,
    validate,
)
from sera_core.sizes import check_size


def advise(
    image: GreyImage,
    reading: Reading,
    patient: Patient,
    opinions: tuple[ModelOpinion, ...] = (),
    measured: Measured | None = None,
) -> Diagnosis:
    """What follows for this patient from what a network read and what was measured; pure arithmetic.

    The category comes from the reader's words, and from those proposed where he leaves a row open; only where rows stay
    open, from a probability of cancer.

    Parameters
    ----------
    image : GreyImage
        The one that was read; its scale may be the reader's own.
    reading : Reading
    patient : Patient
    opinions : tuple of ModelOpinion
        Of :func:`opinions`, where they were asked.
    measured : Measured, optional
        Of :func:`~sera_core.signs.describe.measured`, on the reading's outline.

    Raises
    ------
    BadInput
        When the size, the pre-test risk or the description is impossible.
    """
    patient = checked(patient)
    at_pretest = prevalence_adjusted(reading.probability, patient.pretest)
    made = Diagnosis(
        image, reading, patient, at_pretest, undescribed(patient.guideline, None), None, opinions, measured
    )
    seen, size_mm = made.description.descriptors, made.size_mm
    of_cancer = reading.positive.startswith(MALIGNANT)
    carries = of_cancer and not reading.familiarity.fringe
    by_model = advise_from_probability(patient.guideline, at_pretest, size_mm) if carries else None
    described = assess(patient.guideline, seen, size_mm) if seen else None
    advice = described or by_model or undescribed(patient.guideline, size_mm)
    return replace(made, advice=advice, model_advice=by_model)


def checked(patient: Patient) -> Patient:
    """The patient with the size as it decides and is shown; what cannot be is refused."""
    check_pretest(patient.pretest)
    validate(patient.seen)
    return replace(patient, size_mm=check_size(patient.size_mm))
