"""One region as several hands would draw it: an answer is the mean over these views, and its doubt is their range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sera_core.contracts import Box, Grey
from sera_core.images.prepare import Crop, Preparation, prepare

HANDS = (  # shift of the centre (as shares of width and height) and size over that of the box
    (0.0, 0.0, 1.0),
    (-0.05, -0.05, 0.9),
    (0.05, -0.05, 1.1),
    (-0.05, 0.05, 1.1),
    (0.05, 0.05, 0.9),
)


def hands(box: Box) -> tuple[Box, ...]:
    """The box itself, then smaller and larger ones beside it, off by up to a tenth of its sides."""
    return tuple(_redrawn(box, *hand) for hand in HANDS)


def _redrawn(box: Box, across: float, down: float, size: float) -> Box:
    width, height = max(round(size * box.width), 1), max(round(size * box.height), 1)
    left = box.x + box.width / 2 + across * box.width - width / 2
    top = box.y + box.height / 2 + down * box.height - height / 2
    return replace(box, x=round(left), y=round(top), width=width, height=height)


def view_crops(pixels: Grey, box: Box, preparation: Preparation) -> tuple[Crop, ...]:
    """Crops of one region as :func:`hands` would draw it, the box itself first, each with its place on the frame.

    Parameters
    ----------
    pixels : float32 [H, W]
    box : Box
        On the frame.
    preparation : Preparation
    """
    inside = (hand.clipped(*pixels.shape) for hand in hands(box))
    return tuple(prepare(pixels, hand, preparation) for hand in inside)


def views(pixels: Grey, box: Box, preparation: Preparation) -> Grey:
    """The same without their places, ``float32 [V, input_px, input_px]``."""
    return np.stack([crop.pixels for crop in view_crops(pixels, box, preparation)])
