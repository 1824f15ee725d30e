"""A steady map, from all views of a region: that of the answer, which is the mean over them.

The last layer is linear and reads the mean of the views' features, so what an activation of any view adds to the answer
adds up. Each view's map is put where that view lies on the frame before they are added, and only then is the part
dropped that speaks against the class: what depends on where the grid of cells happens to lie averages away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Box, Grey
from sera_core.explain.cam import scale


def merged(raws: Sequence[NDArray[np.float32]], places: Sequence[Box], size: tuple[int, int]) -> Grey:
    """The mean of signed maps of several views, on the first view's crop.

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
        0 ... 1, stretched to 1 at the hottest point; where fewer views look, their mean.
    """
    total, looked = np.zeros(size, np.float32), np.zeros(size, np.float32)
    for raw, place in zip(raws, places, strict=True):
        for sums, values in ((total, raw), (looked, np.ones_like(raw))):
            sums += _at(values, place, places[0], size)
    return scale(np.where(looked > 0, total / np.maximum(looked, 1e-6), 0), size)


def _at(values: NDArray[np.float32], place: Box, on: Box, size: tuple[int, int]) -> Grey:
    """Values that lie over one part of the frame, as another part of it shows them; 0 beyond."""
    from cv2 import INTER_LINEAR, WARP_INVERSE_MAP, resize, warpAffine

    fine = resize(values, (size[1], size[0]))
    across, down = size[1] / place.width, size[0] / place.height
    wide, high = on.width / place.width, on.height / place.height
    left, top = (on.x - place.x) * across + (wide - 1) / 2, (on.y - place.y) * down + (high - 1) / 2
    inverse = np.array([[wide, 0, left], [0, high, top]], np.float32)
    return np.asarray(warpAffine(fine, inverse, (size[1], size[0]), flags=INTER_LINEAR | WARP_INVERSE_MAP))
