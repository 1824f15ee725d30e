"""The two pictures of a report: the region with its surroundings, plain and with the heatmap over it.

The margins of a frame are left out on purpose: ultrasound machines write names and dates there.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw

from sera_core.contracts import NOT_A_DEVICE, Box, Diagnosis
from sera_core.explain.overlay import as_rgb, on_frame
from sera_core.figures.palette import ACCENT
from sera_core.images.prepare import window

SURROUNDINGS = 1.6  # width and height shown over those of the region
STRIP = 28  # rows under a whole frame in which it is said what it is
BY_AI = "Outline and map derived by AI. "
BY_NOBODY = "No model read this frame. "
LONGEST = 640  # pixels of the longer side on paper


@dataclass(frozen=True)
class Picture:
    """One picture and where the region of interest lies on it.

    Attributes
    ----------
    rgb : uint8 [h, w, 3]
    left, top, width, height : float
        The region, as shares 0 ... 1 of the picture's width and height.
    mm_wide : float or None
        Width of the picture in millimetres; None means unknown.
    border : tuple of (x, y)
        The nodule's outline as shares of the picture's width and height; empty without one.
    """

    rgb: NDArray[np.uint8]
    left: float
    top: float
    width: float
    height: float
    mm_wide: float | None
    border: tuple[tuple[float, float], ...] = ()


def plain(diagnosis: Diagnosis) -> Picture:
    """The region with its surroundings."""
    return _cut(diagnosis, as_rgb(diagnosis.image.pixels))


def heated(diagnosis: Diagnosis) -> Picture | None:
    """The same with the heatmap over it; None without a heatmap."""
    if diagnosis.reading.heatmap is None:
        return None
    return _cut(diagnosis, on_frame(diagnosis.image.pixels, diagnosis.reading.heatmap))


def whole(diagnosis: Diagnosis) -> NDArray[np.uint8]:
    """The whole frame with region, outline and map as a model read them, and a strip that says what they are.

    Returns
    -------
    uint8 [H + strip, W, 3]
    """
    image, reading = diagnosis.image, diagnosis.reading
    rgb = np.ascontiguousarray(on_frame(image.pixels, reading.heatmap) if reading.heatmap else as_rgb(image.pixels))
    if reading.outline is not None:
        corners = np.round(np.asarray(reading.outline.polygon) - 0.5).astype(np.int32)
        cv2.polylines(rgb, [corners], isClosed=True, color=ImageColor.getrgb(ACCENT), thickness=2)
    if reading.asked:
        x, y, width, height = reading.box.as_list()
        cv2.rectangle(rgb, (x, y), (x + width - 1, y + height - 1), (255, 255, 255), 1)
    told = Image.new("RGB", (rgb.shape[1], rgb.shape[0] + STRIP))
    told.paste(Image.fromarray(rgb))
    for row, said in enumerate((BY_AI if reading.asked else BY_NOBODY, NOT_A_DEVICE)):
        ImageDraw.Draw(told).text((4, rgb.shape[0] + 2 + 13 * row), said, fill="white")
    return np.asarray(told)


def _cut(diagnosis: Diagnosis, frame: NDArray[np.uint8]) -> Picture:
    box = diagnosis.reading.box
    shown: Box = window(diagnosis.image.shape, box, "letterbox", SURROUNDINGS)
    part = Image.fromarray(frame[shown.y : shown.y + shown.height, shown.x : shown.x + shown.width])
    zoom = LONGEST / max(part.size)
    size = (max(round(part.width * zoom), 1), max(round(part.height * zoom), 1))
    spacing = diagnosis.image.scale_at(shown)
    outline = diagnosis.reading.outline
    corners = outline.polygon if outline else ()
    return Picture(
        rgb=np.asarray(part.resize(size, Image.Resampling.BICUBIC)),
        left=(box.x - shown.x) / shown.width,
        top=(box.y - shown.y) / shown.height,
        width=box.width / shown.width,
        height=box.height / shown.height,
        mm_wide=shown.width * spacing[1] if spacing else None,
        border=tuple(((x - shown.x) / shown.width, (y - shown.y) / shown.height) for x, y in corners),
    )
