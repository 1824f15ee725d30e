"""Where the nodule is on a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts.place import Box

OutlineSource = Literal["network", "callipers", "box", "click", "reader"]


@dataclass(frozen=True, eq=False)
class Outline:
    """Where the nodule is on a frame.

    Attributes
    ----------
    mask : bool [H, W]
        Of the whole frame; one connected part, at least one pixel.
    box : Box
        Bounding box of the mask.
    confidence : float
        0 ... 1: the chance that the outline's bounding box overlaps the nodule's by more than half; 1 for a reader's.
    source : {"network", "callipers", "box", "click", "reader"}
        What it rests on: the frame alone, the callipers on it, a box or a click of the user, or a reader's own outline.
    """

    mask: NDArray[np.bool_]
    box: Box
    confidence: float
    source: OutlineSource

    @property
    def polygon(self) -> tuple[tuple[float, float], ...]:
        """The outer border as corners (x, y) in pixels of the frame, simplified to within half a pixel."""
        from cv2 import approxPolyDP
        from skimage.measure import find_contours

        borders = find_contours(np.pad(self.mask, 1).astype(np.float32), 0.5)
        closed = max(borders, key=len)[:-1].astype(np.float32)  # the last point is the first one again
        corners = approxPolyDP(closed[:, None], 0.5, closed=True)[:, 0] - 0.5  # corners of pixels, not their centres
        return tuple((float(x), float(y)) for y, x in corners)
