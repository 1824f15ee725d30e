"""What is thin on a picture: letters, rulings, callipers; and the picture without it."""

from __future__ import annotations

import cv2
import numpy as np

from sera_core.contracts import Grey

THICK = np.ones((5, 5), np.uint8)  # a stroke is thinner than this


def relief(pixels: Grey) -> Grey:
    """How much each pixel stands out of its surroundings as a stroke or a dot does, float32 [H, W] like the picture."""
    return np.asarray(pixels - without_strokes(pixels), np.float32)


def without_strokes(pixels: Grey) -> Grey:
    """The picture, float32 [H, W], opened by 5 x 5 pixels: bright strokes are as dark as what lies around them."""
    return np.asarray(cv2.morphologyEx(np.ascontiguousarray(pixels), cv2.MORPH_OPEN, THICK))
