"""The report on paper as an encapsulated PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from highdicom.base import SOPClass
from pydicom import Dataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from sera_core.reports.dicom.codes import REPORT
from sera_core.reports.dicom.pictures import reference


def encapsulated(paper: bytes, refers_to: Sequence[Dataset], known: dict[str, Any]) -> SOPClass:
    """A PDF as a DICOM object (PS3.3 A.45.1).

    Parameters
    ----------
    paper : bytes
        The PDF.
    refers_to : sequence of Dataset
        Images that it speaks of.
    known : dict
        Keywords of :class:`highdicom.base.SOPClass`.
    """
    made = SOPClass(
        sop_class_uid=EncapsulatedPDFStorage,
        modality="DOC",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        series_description="AI: report",
        **known,
    )
    made.ConversionType = "WSD"
    made.BurnedInAnnotation = "NO"
    made.AcquisitionDateTime = None
    made.DocumentTitle = "Thyroid nodules on ultrasound"
    made.ConceptNameCodeSequence = [REPORT]
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocumentLength = len(paper)
    made.EncapsulatedDocument = paper + b"\0" * (len(paper) % 2)
    made.SourceInstanceSequence = [reference(image) for image in refers_to]
    return made
