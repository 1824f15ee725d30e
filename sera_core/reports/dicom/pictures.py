"""A view as secondary captures: the frame as it was read, and the same with outline and map drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw
from pydicom import Dataset

from sera_core.contracts import NOT_A_DEVICE
from sera_core.exam import View
from sera_core.explain.overlay import as_rgb, on_frame
from sera_core.figures.palette import ACCENT

STRIP = 28  # rows under the picture in which it is said what it is
SAID = "Outline and map derived by AI. "


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
    made = _capture(picture(view), "RGB", known | {"series_description": "AI: outline and map"})
    made.DerivationDescription = f"{SAID}Model {view.diagnosis.reading.model}"[:1024]
    made.SourceImageSequence = [reference(image) for image in refers_to]
    return made


def picture(view: View) -> NDArray[np.uint8]:
    """What :func:`drawn` shows, uint8 [H + strip, W, 3]."""
    image, reading = view.diagnosis.image, view.diagnosis.reading
    rgb = on_frame(image.pixels, reading.heatmap) if reading.heatmap else as_rgb(image.pixels)
    line = ImageColor.getrgb(ACCENT)
    rgb = np.ascontiguousarray(rgb)
    if reading.outline is not None:
        corners = np.round(np.asarray(reading.outline.polygon) - 0.5).astype(np.int32)
        cv2.polylines(rgb, [corners], isClosed=True, color=line, thickness=2)
    x, y, width, height = reading.box.as_list()
    cv2.rectangle(rgb, (x, y), (x + width - 1, y + height - 1), (255, 255, 255), 1)
    whole = Image.new("RGB", (rgb.shape[1], rgb.shape[0] + STRIP))
    whole.paste(Image.fromarray(rgb))
    for row, said in enumerate((SAID, NOT_A_DEVICE)):
        ImageDraw.Draw(whole).text((4, rgb.shape[0] + 2 + 13 * row), said, fill="white")
    return np.asarray(whole)


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
