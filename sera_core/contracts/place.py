"""Where something lies on an image: a box, a line."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts.notice import BadInput

Scale = tuple[float, float]  # millimetres per pixel: (row, column)


@dataclass(frozen=True)
class Box:
    """A region of interest in pixels of the whole image: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise BadInput("empty_box", "The region is empty: draw a box at least one pixel wide and high.")

    @classmethod
    def around(cls, mask: NDArray[np.bool_]) -> Box:
        """The smallest box that holds a mask, bool [H, W] with at least one pixel."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        return cls(int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y) in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlap(self, other: Box) -> float:
        """Intersection over union of two boxes, 0 ... 1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        common = max(across, 0) * max(down, 0)
        return common / (self.width * self.height + other.width * other.height - common)

    def contains(self, other: Box) -> bool:
        """True when ``other`` lies wholly inside this box."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def as_list(self) -> list[int]:
        """``[x, y, width, height]``."""
        return [self.x, self.y, self.width, self.height]

    def clipped(self, height: int, width: int) -> Box:
        """The part of this box that lies on an image of the given height and width.

        Raises
        ------
        BadInput
            When no part of the box lies on the image.
        """
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.width, width), min(self.y + self.height, height)
        if right <= left or bottom <= top:
            raise BadInput(
                "box_outside",
                f"The region {self.as_list()} lies outside the image of {width} x {height} pixels: "
                "give x, y, width and height in image pixels.",
            )
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Line:
    """A straight line on the image, such as a ruler, in pixels: pixel ``i`` reaches from ``i`` to ``i + 1``."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def points(self) -> list[list[float]]:
        """``[[x1, y1], [x2, y2]]``."""
        return [[self.x1, self.y1], [self.x2, self.y2]]

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle (x, y) in pixels."""
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    @property
    def length_px(self) -> float:
        """Length in pixels."""
        return hypot(self.x2 - self.x1, self.y2 - self.y1)

    def length_mm(self, scale: Scale) -> float:
        """Length in millimetres at a scale of (row, column) millimetres per pixel."""
        return hypot((self.x2 - self.x1) * scale[1], (self.y2 - self.y1) * scale[0])
