"""What lies outside the ultrasound picture is blanked where names may stand: machines write them there.

It happens at the door, before any page, report or file can show the frame.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.contracts import Box, Grey, GreyImage, Notice
from sera_core.images.marks import find_text, reduced
from sera_core.images.scale import UNREADABLE
from sera_core.images.strokes import without_strokes

LONGEST = 1200  # pixels at which text is looked for
BESIDE = 0.08  # of the width of a lit part: where the depth scale stands
FAINT = 0.1  # outside the picture the ground is black, so that weaker strokes count
DARK = 0.04  # grey level of the ground beside a sector, strokes on it left out

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
    small = reduced(image.pixels, LONGEST)
    zoom = image.shape[1] / small.shape[1]
    shown = [_zoomed(place, 1 / zoom) for place in places]
    inside, beside_sector = _inside(small.shape, shown), _corners(small, shown)
    texts = find_text(np.where(inside, np.float32(0), small), FAINT, FAINT)
    notices = []
    if declared or texts:
        why = "the file says that text is burned in" if declared else "text stands there"
        notices.append(
            Notice("margins_blanked", f"All outside the ultrasound picture was blanked, as {why}: it may name someone.")
        )
        beside = 0 if image.regions or declared else round(BESIDE * lit[0].width)
        image = replace(image, pixels=_blanked(image.pixels, places, beside, [_rimmed(text, zoom) for text in texts]))
    if names := find_text(np.where(beside_sector, small, np.float32(0))):
        notices.append(
            Notice(
                "corners_blanked",
                "Text in the dark corners of the ultrasound picture was blanked: it may name someone.",
            )
        )
        image = replace(image, pixels=_without(image.pixels, [_rimmed(name, zoom) for name in names]))
    if find_text(np.where(inside & ~beside_sector, small, np.float32(0))):
        notices.append(
            Notice(
                "text_inside",
                "There seems to be text inside the ultrasound picture. It is in every picture and report that is made "
                "of it: make sure that it names nobody.",
            )
        )
    return replace(image, warnings=(*image.warnings, *notices)) if notices else image


def _blanked(pixels: Grey, places: list[Box], beside: int, texts: list[Box]) -> Grey:
    """Black but for the places, a strip beside them, and the texts on that strip."""
    kept = [Box(max(place.x - beside, 0), place.y, place.width + 2 * beside, place.height) for place in places]
    picture = np.where(_inside(pixels.shape, kept), pixels, np.float32(0))
    own = _inside(pixels.shape, places)
    for text in texts:
        part = np.s_[max(text.y, 0) : text.y + text.height, max(text.x, 0) : text.x + text.width]
        picture[part] = np.where(own[part], picture[part], np.float32(0))
    return picture


def _without(pixels: Grey, texts: list[Box]) -> Grey:
    """Black where the texts are, up to the picture beside them."""
    picture = pixels.copy()
    for text in texts:
        part = picture[max(text.y, 0) : text.y + text.height, max(text.x, 0) : text.x + text.width]
        part[_ground(part)] = 0
    return picture


def _corners(pixels: Grey, places: list[Box]) -> Bool:
    """The dark beside a sector: what hangs together with a corner of its box over dark ground."""
    labels, _ = ndimage.label(_ground(pixels))
    ends = [
        labels[y, x]
        for place in places
        for y in (max(place.y, 0), min(place.y + place.height, pixels.shape[0]) - 1)
        for x in (max(place.x, 0), min(place.x + place.width, pixels.shape[1]) - 1)
    ]
    return np.isin(labels, [end for end in ends if end])


def _ground(pixels: Grey) -> Bool:
    """Where it is dark but for strokes."""
    return without_strokes(pixels) < DARK


def _inside(shape: tuple[int, ...], places: list[Box]) -> Bool:
    inside = np.zeros(shape, bool)
    for place in places:
        inside[place.y : place.y + place.height, place.x : place.x + place.width] = True
    return inside


def _rimmed(text: Box, zoom: float) -> Box:
    """A row of text in pixels of the frame, with a rim of half its height."""
    rim = text.height // 2 + 1
    return _zoomed(Box(text.x - rim, text.y - rim, text.width + 2 * rim, text.height + 2 * rim), zoom)


def _zoomed(box: Box, zoom: float) -> Box:
    """The box on a larger or smaller picture, not a pixel too small."""
    left, top = floor(box.x * zoom), floor(box.y * zoom)
    return Box(left, top, ceil((box.x + box.width) * zoom) - left, ceil((box.y + box.height) * zoom) - top)
