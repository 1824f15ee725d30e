"""One map from several views of a region: what most of them agree on.

Where the grid of cells happens to lie decides where a single view's map has its spots. Each view's signed map is put
where that view lies on the frame, and every place gets the median: heat that one view alone has is none. ``benchmark
explain`` compares it with the map of one view.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Box, Grey
from sera_core.explain.cam import scale

VIEWS = (0, 1, 4)  # of those that an answer is the mean of: the region itself and the two smaller ones beside it


def merged(raws: Sequence[NDArray[np.float32]], places: Sequence[Box], size: tuple[int, int]) -> Grey:
    """The median of signed maps of several views, on the first view's crop.

    Parameters
    ----------
    raws : sequence of float32 [h, w]
        The signed map of each view at the resolution of its activations.
    places : sequence of Box
        Where each view lies on the frame.
    size : (int, int)
        Height and width of the first view's crop.

    Returns
    -------
    float32 [H, W]
        0 ... 1, stretched to 1 at the hottest point; where most views do not look, 0.
    """
    placed = [_at(raw, place, places[0], size) for raw, place in zip(raws, places, strict=True)]
    return scale(np.median(placed, axis=0).astype(np.float32), size)


def _at(values: NDArray[np.float32], place: Box, on: Box, size: tuple[int, int]) -> Grey:
    """Values that lie over one part of the frame, as another part of it shows them; 0 beyond."""
    from cv2 import INTER_LINEAR, WARP_INVERSE_MAP, resize, warpAffine

    fine = resize(values, (size[1], size[0]))
    across, down = size[1] / place.width, size[0] / place.height
    wide, high = on.width / place.width, on.height / place.height
    left, top = (on.x - place.x) * across + (wide - 1) / 2, (on.y - place.y) * down + (high - 1) / 2
    inverse = np.array([[wide, 0, left], [0, high, top]], np.float32)
    return np.asarray(warpAffine(fine, inverse, (size[1], size[0]), flags=INTER_LINEAR | WARP_INVERSE_MAP))
