"""Two points on the image: a length in millimetres, or the scale that a known length gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot

from sera_core.contracts import BadInput, GreyImage, Scale

SHORTEST_PX = 5.0  # shorter rulers would give a scale that is mostly the error of the hand


@dataclass(frozen=True)
class Line:
    """A ruler on the image, in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def points(self) -> list[list[float]]:
        """``[[x1, y1], [x2, y2]]``."""
        return [[self.x1, self.y1], [self.x2, self.y2]]

    def length_mm(self, scale: Scale) -> float:
        """Length in millimetres at a scale of (row, column) millimetres per pixel."""
        return hypot((self.x2 - self.x1) * scale[1], (self.y2 - self.y1) * scale[0])

    @property
    def length_px(self) -> float:
        """Length in pixels."""
        return hypot(self.x2 - self.x1, self.y2 - self.y1)


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
