"""Several pictures on one screen: each is a pane of its own, and a nodule is looked for in one of them.

The notice of :mod:`sera_core.images.panes` is another finder on purpose, and a stricter one. It must not cry wolf, as a
reader believes it; here a single picture taken for two costs little, as the more confident outline of both is kept,
while two pictures taken for one cost the nodule its place.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sera_core.contracts import Box, Grey, GreyImage

SEAM = (
    2.5  # a seam's step from column to column over the usual step; 3.3 at 95 % of DDTI's split screens, 1.4 elsewhere
)
MIDDLE = (0.3, 0.7)  # share of the width in which a seam is looked for
LIT = 0.04  # mean grey level that a pane has at least


def panes(image: GreyImage) -> tuple[Box, ...]:
    """The pictures that a frame shows, from left to right; a single one is the whole frame.

    The ultrasound regions of a DICOM file are taken as they are. Elsewhere two pictures side by side betray themselves
    by a seam, where grey levels jump along the whole height.

    Parameters
    ----------
    image : GreyImage
    """
    height, width = image.shape
    if image.regions:
        boxes = [region.box.clipped(height, width) for region in image.regions]
        return tuple(sorted((box for box in boxes if min(box.width, box.height) >= 32), key=lambda box: box.x)) or (
            Box(0, 0, width, height),
        )
    seam = _seam(image.pixels)
    if seam is None:
        return (Box(0, 0, width, height),)
    return Box(0, 0, seam, height), Box(seam, 0, width - seam, height)


def _seam(pixels: Grey) -> int | None:
    """Column at which the right picture begins."""
    height, width = pixels.shape
    if width < 128:
        return None
    rows = pixels[:: max(height // 400, 1)]
    step = np.abs(np.diff(ndimage.uniform_filter1d(rows, 5, axis=0), axis=1)).mean(0)
    excess = step / (ndimage.median_filter(step, 31) + 1 / 255)
    low, high = (int(share * width) for share in MIDDLE)
    column = low + int(np.argmax(excess[low:high])) + 1
    both_lit = min(float(rows[:, :column].mean()), float(rows[:, column:].mean())) > LIT
    return column if excess[column - 1] > SEAM and both_lit else None
