"""One nodule, from a checked image to a frozen :class:`~sera_core.contracts.Diagnosis`, in two halves.

:func:`read` asks the networks about a region of an image, whoever the patient is; :func:`advise` is arithmetic about
the patient. Page, command line and report draw nothing from any other place.
"""

from __future__ import annotations

from sera_core.contracts import Diagnosis, GreyImage, Patient
from sera_core.diagnosis.advice import advise, checked
from sera_core.diagnosis.choice import warm, who_answers
from sera_core.diagnosis.notices import UNFAMILIAR
from sera_core.diagnosis.reading import opinions, read, with_fidelity
from sera_core.diagnosis.region import NO_NODULE, outlined
from sera_core.diagnosis.request import AUTO, Request
from sera_core.signs.describe import measured

__all__ = [
    "AUTO",
    "NO_NODULE",
    "UNFAMILIAR",
    "Request",
    "advise",
    "diagnose",
    "opinions",
    "outlined",
    "read",
    "warm",
    "who_answers",
    "with_fidelity",
]


def diagnose(
    image: GreyImage, request: Request | None = None, patient: Patient | None = None, ask_all: bool = False
) -> Diagnosis:
    """Diagnose one nodule on one frame: read it, and advise.

    Parameters
    ----------
    image : GreyImage
    request : Request, optional
    patient : Patient, optional
    ask_all : bool
        Whether every other installed model is asked for its opinion too.

    Returns
    -------
    Diagnosis

    Raises
    ------
    BadInput
        As :func:`read` and :func:`advise`; what is wrong with the patient is told before any network runs.
    """
    patient = checked(patient or Patient())
    reading = with_fidelity(read(image, request or Request()))
    others = opinions(image, reading.box, reading.outline) if ask_all else ()
    return advise(image, reading, patient, others, measured(image, reading.outline))
