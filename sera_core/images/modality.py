"""Which machine made a DICOM image, in words: frames of other machines are refused by name."""

from __future__ import annotations

from pydicom.dataset import Dataset

from sera_core.contracts import BadInput

_WORDS = {  # PS3.3 C.7.3.1.1.1
    "CT": "a computed tomography (CT) slice",
    "MR": "a magnetic resonance (MR) image",
    "NM": "a nuclear medicine (NM) scan",
    "PT": "a positron emission tomography (PET) scan",
    "SEG": "a segmentation (SEG), not a picture",
    "CR": "a radiograph (CR)",
    "DX": "a radiograph (DX)",
    "PX": "a panoramic radiograph (PX)",
    "IO": "a dental radiograph (IO)",
    "MG": "a mammogram (MG)",
    "XA": "an angiogram (XA)",
    "RF": "a fluoroscopy image (RF)",
    "RTIMAGE": "a radiotherapy image (RTIMAGE)",
    "RTDOSE": "a radiotherapy dose map (RTDOSE)",
    "IVUS": "an intravascular ultrasound (IVUS) frame",
    "IVOCT": "an optical coherence tomography (IVOCT) frame",
    "OCT": "an optical coherence tomography (OCT) scan",
    "OPT": "an optical coherence tomography (OPT) scan",
    "OP": "a photograph of the eye (OP)",
    "SM": "a microscope slide (SM)",
    "GM": "a microscope picture (GM)",
    "ES": "an endoscopy picture (ES)",
    "BMD": "a bone density scan (BMD)",
    "PR": "a presentation state (PR), not a picture",
}
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_CLASSES = {"2": "CT", "4": "MR", "20": "NM", "128": "PT", "66.4": "SEG", "12.1": "XA", "12.2": "RF", "481.2": "RTDOSE"}


def check_modality(dataset: Dataset) -> None:
    """Refuse the images of other machines. Ultrasound, secondary captures, photos and unnamed ones pass.

    Raises
    ------
    BadInput
        ``modality``, with the machine in words (our own words, never the file's).
    """
    code = str(dataset.get("Modality") or "").strip().upper()
    uid = str(dataset.get("SOPClassUID") or "").strip()
    for number, named in _CLASSES.items():
        if uid == _STORAGE + number or uid.startswith(f"{_STORAGE}{number}."):
            code = named
    if code in _WORDS:
        raise BadInput(
            "modality",
            f"This DICOM file is {_WORDS[code]}; only ultrasound frames are read: export the B-mode frame.",
        )
