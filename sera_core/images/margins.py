"""What lies outside the ultrasound picture is blanked where names may stand: machines write them there.

It happens at the door, before any page, report or file can show the frame.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Box, Grey, GreyImage, Notice
from sera_core.images.marks import find_text, reduced
from sera_core.images.scale import UNREADABLE

LONGEST = 1200  # pixels at which text is looked for
BESIDE = 0.08  # of the width of a lit part: where the depth scale stands
FAINT = 0.1  # outside the picture the ground is black, so that weaker strokes count

Bool = NDArray[np.bool_]


def without_margins(image: GreyImage, lit: list[Box], declared: bool) -> GreyImage:
    """The image with black in place of what may name the patient, and a notice.

    Outside the ultrasound regions (where there are none: outside the lit parts) all is blanked when the file says that
    text is burned in, or when rows of text stand there. Beside a lit part without a scale the marks of the depth scale
    are kept, as they are needed to set one; the rows of text among them are not.

    Parameters
    ----------
    image : GreyImage
    lit : list of Box
        The lit parts of the frame, the largest first.
    declared : bool
        Whether the file says that text is burned in.
    """
    places = [region.box for region in image.regions]
    if not places or UNREADABLE in image.warnings:
        places += lit
    beside = 0 if image.regions or declared else round(BESIDE * lit[0].width)
    kept = _inside(image.shape, places, beside)
    margin = np.where(_inside(image.shape, places, 0), np.float32(0), image.pixels)
    texts = _texts(margin, FAINT, FAINT)
    picture = np.where(kept, image.pixels, np.float32(0))
    notices = []
    if declared or texts:
        why = "the file says that text is burned in" if declared else "text stands there"
        notices.append(
            Notice("margins_blanked", f"All outside the ultrasound picture was blanked, as {why}: it may name someone.")
        )
        for text in texts:
            picture[text.y : text.y + text.height, text.x : text.x + text.width] = 0
    else:
        picture = image.pixels
    if _texts(np.where(_inside(image.shape, places, 0), image.pixels, np.float32(0))):
        notices.append(
            Notice(
                "text_inside",
                "There seems to be text inside the ultrasound picture. It is in every picture and report that is made "
                "of it: make sure that it names nobody.",
            )
        )
    return replace(image, pixels=picture, warnings=(*image.warnings, *notices)) if notices else image


def _inside(shape: tuple[int, int], places: list[Box], beside: int) -> Bool:
    inside = np.zeros(shape, bool)
    for place in places:
        inside[place.y : place.y + place.height, max(place.x - beside, 0) : place.x + place.width + beside] = True
    return inside


def _texts(picture: Grey, *thresholds: float) -> list[Box]:
    """Rows of text in pixels of the frame, each with a rim of half its height."""
    small = reduced(picture, LONGEST)
    zoom = picture.shape[1] / small.shape[1]
    found = []
    for text in find_text(small, *thresholds):
        rim = text.height // 2 + 1
        x, y = round((text.x - rim) * zoom), round((text.y - rim) * zoom)
        wide, high = round((text.width + 2 * rim) * zoom), round((text.height + 2 * rim) * zoom)
        found.append(Box(x, y, wide, high).clipped(*picture.shape))
    return found
