"""One nodule of one patient: what was read, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field

from sera_core.contracts.advice import Advice, Basis, Guideline
from sera_core.contracts.descriptors import Description, Row
from sera_core.contracts.image import GreyImage
from sera_core.contracts.measured import Measured
from sera_core.contracts.notice import Notice
from sera_core.contracts.reading import ModelOpinion, Reading


@dataclass(frozen=True)
class Patient:
    """What a person says of the nodule and whose it is, and by which guideline he wants advice.

    Attributes
    ----------
    size_mm : float or None
        Largest dimension of the nodule; None means unknown.
    guideline : Guideline
    pretest : float
        Share of malignant nodules expected where the patient comes from.
    seen : Description
        What the reader saw.
    """

    size_mm: float | None = None
    guideline: Guideline = Guideline.KTIRADS2021
    pretest: float = 0.2
    seen: Description = field(default_factory=Description)


@dataclass(frozen=True)
class Diagnosis:
    """One nodule: what a network reads in it, and what follows for this patient. Page, command line and report take it.

    Attributes
    ----------
    image : GreyImage
    reading : Reading
    patient : Patient
    probability_at_pretest : float
        The reading's probability carried to the patient's pre-test risk by Bayes' rule.
    advice : Advice
        Of the chosen guideline, from what ``basis`` says.
    model_advice : Advice or None
        Of the same guideline, from that probability; None where it is not one of cancer.
    opinions : tuple of ModelOpinion
        Every installed model's answer, the chosen one included; empty where the others were not asked.
    measured : Measured or None
        What the program measured on the outline; None where there is none.
    """

    image: GreyImage
    reading: Reading
    patient: Patient
    probability_at_pretest: float
    advice: Advice
    model_advice: Advice | None = None
    opinions: tuple[ModelOpinion, ...] = ()
    measured: Measured | None = None

    @property
    def description(self) -> Description:
        """What the advice is given for: the reader's words, and the program's where he left a row open."""
        return self.patient.seen.over(self.measured.description) if self.measured else self.patient.seen

    @property
    def size_mm(self) -> float | None:
        """The size that decides: the reader's, or else the outline's longest diameter."""
        known = self.patient.size_mm
        return self.measured.size_mm if known is None and self.measured else known

    @property
    def proposed(self) -> tuple[Row, ...]:
        """The rows of the description that the program filled and the reader left alone."""
        return tuple(row for row in self.description.said if row not in self.patient.seen.said)

    @property
    def basis(self) -> Basis:
        """What the advice rests on: descriptors before a probability of cancer, and nothing else carries a category."""
        if self.description.descriptors is None:
            return Basis.PROBABILITY if self.model_advice is not None else Basis.NOTHING
        if not self.proposed:
            return Basis.DESCRIPTORS
        return Basis.CHANGED if self.patient.seen.said else Basis.PROPOSED

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What was noticed of the image and of the reading."""
        return self.image.warnings + self.reading.warnings
