"""One nodule, from a checked image to a frozen :class:`~sera_core.contracts.Diagnosis`, in two halves.

:func:`read` asks the networks about a region of an image, whoever the patient is; :func:`advise` is arithmetic about
the patient. Page, command line and report draw nothing from any other place.
"""

from __future__ import annotations

from sera_core.contracts import BadInput, Diagnosis, GreyImage, Patient, Reading
from sera_core.diagnosis.advice import advise, checked
from sera_core.diagnosis.choice import warm, who_answers
from sera_core.diagnosis.notices import UNFAMILIAR
from sera_core.diagnosis.reading import NOBODY_TO_BLAME, opinions, read, unread, with_fidelity
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
    "unread",
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
        Of a nodule that the reader wholly describes also where no model can be asked (:func:`unread`).

    Raises
    ------
    BadInput
        As :func:`read` and :func:`advise`; what is wrong with the patient is told before any network runs.
    """
    patient, request = checked(patient or Patient()), request or Request()
    reading = _read(image, request, patient)
    others = opinions(image, reading.box, reading.outline) if ask_all and reading.asked else ()
    return advise(image, reading, patient, others, measured(image, reading.outline))


def _read(image: GreyImage, request: Request, patient: Patient) -> Reading:
    try:
        return with_fidelity(read(image, request))
    except BadInput as why:
        if why.code not in NOBODY_TO_BLAME or patient.seen.descriptors is None:
            raise
        return unread(image, request, why)
