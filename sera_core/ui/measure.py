"""Two points on the image: a length in millimetres, or the scale that a known length gives."""

from __future__ import annotations

from dataclasses import replace

from sera_core.contracts import BadInput, GreyImage, Line, Scale

SHORTEST_PX = 5.0  # shorter rulers would give a scale that is mostly the error of the hand


def scale_from(line: Line, distance_mm: float) -> Scale:
    """The scale of an image with square pixels on which ``line`` is ``distance_mm`` long.

    Raises
    ------
    BadInput
        When the two points are too close together, or the distance is not above zero.
    """
    if distance_mm <= 0:
        raise BadInput("bad_distance", "The distance must be above 0 mm: type what the depth scale shows.")
    if line.length_px < SHORTEST_PX:
        raise BadInput("short_ruler", "The two points are too close together: click marks at least 1 cm apart.")
    mm = distance_mm / line.length_px
    return mm, mm


def with_scale(image: GreyImage, scale: Scale | None) -> GreyImage:
    """The same image with the reader's own scale, which then holds everywhere on it."""
    return image if scale is None else replace(image, mm_per_px=scale, regions=())
