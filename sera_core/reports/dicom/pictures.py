"""A view as secondary captures: the frame as it was read, and the same with outline and map drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from pydicom import Dataset

from sera_core.exam import View
from sera_core.reports.pictures import BY_AI, whole


def frame(view: View, known: dict[str, Any]) -> SCImage:
    """The grey frame, 8 bits, with its scale; ``known`` as :func:`drawn` takes it."""
    grey = np.round(view.diagnosis.image.pixels * 255).astype(np.uint8)
    scale = view.diagnosis.image.scale_at(view.diagnosis.reading.box)
    made = _capture(grey, "MONOCHROME2", known | {"pixel_spacing": scale, "series_description": "Frame as read"})
    made.DerivationDescription = "Converted to grey; rows and columns as in the source; identity left out"
    return made


def drawn(view: View, refers_to: Sequence[Dataset], known: dict[str, Any]) -> SCImage:
    """The frame with outline (or box) and map, and a strip that says what they are.

    Parameters
    ----------
    view : View
    refers_to : sequence of Dataset
        The images that it is derived from.
    known : dict
        Study, series, instance and patient, as keywords of :class:`highdicom.sc.SCImage`.
    """
    made = _capture(whole(view.diagnosis), "RGB", known | {"series_description": "AI: outline and map"})
    made.DerivationDescription = f"{BY_AI}Model {view.diagnosis.reading.model}"[:1024]
    made.SourceImageSequence = [reference(image) for image in refers_to]
    return made


def _capture(pixels: NDArray[np.uint8], kind: str, known: dict[str, Any]) -> SCImage:
    made = SCImage(
        pixels,
        photometric_interpretation=kind,
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),
        **known,
    )
    made.BodyPartExamined = "THYROID"
    made.PatientOrientation = []  # how the probe was held, nobody wrote down
    return made


def reference(image: Dataset) -> Dataset:
    """An item that names an image."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    return item
