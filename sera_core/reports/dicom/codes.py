"""What an exam says, in codes: SNOMED CT, DICOM and UCUM where they have a word, else our own."""

from __future__ import annotations

from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes

from sera_core.contracts import Row
from sera_core.exam import Side

SCHEME = "99SERA"
NODULE = codes.SCT.ThyroidNodule
ULTRASOUND = codes.SCT.DiagnosticUltrasonography
TITLE = codes.DCM.ImagingMeasurementReport
REPORT = CodedConcept(*codes.LN.USThyroidReport)
MM, PERCENT = codes.UCUM.Millimeter, codes.UCUM.Percent
ML = CodedConcept("ml", "UCUM", "milliliter")
LENGTH, WIDTH, DEPTH, VOLUME = codes.SCT.Length, codes.SCT.Width, codes.SCT.Depth, codes.SCT.Volume
SITE = {
    Side.LEFT: codes.SCT.StructureOfLeftLobeOfThyroidGland,
    Side.RIGHT: codes.SCT.StructureOfRightLobeOfThyroidGland,
    Side.ISTHMUS: codes.SCT.StructureOfIsthmusOfThyroidGland,
}
ROW: dict[Row, str] = {
    "composition": "Composition",
    "echogenicity": "Echogenicity",
    "shape": "Shape",
    "margin": "Margin",
    "foci": "Echogenic foci",
}


def own(value: str, meaning: str) -> CodedConcept:
    """A concept of our own scheme; DICOM allows 16 letters for the value and 64 for the meaning."""
    return CodedConcept(value.upper().replace("_", "-")[:16], SCHEME, meaning[:64])
