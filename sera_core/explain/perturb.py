"""What if this part could not be seen? Crops with regions blurred away, and the model's answer to them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.contracts import Grey

Predict = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""From crops ``[N, h, w]`` (0 ... 1) to the probability ``[N]`` of the class shown."""

BLUR = 0.1  # standard deviation of the blur over the side of the region: texture and edges go, brightness stays
EDGE = 0.02  # of the soft edge of a blurred region, so that its rim is no new contour
BATCH = 4  # crops a forward pass: on a CPU more at once is slower a crop (cache) and costs memory


def blurred(crop: Grey, regions: NDArray[np.bool_], side: float) -> NDArray[np.float32]:
    """Copies of one crop, each with one region blurred.

    Parameters
    ----------
    crop : float32 [h, w]
    regions : bool [N, h, w]
    side : float
        Side of the area the regions are taken from, in pixels: the blur grows with it.

    Returns
    -------
    float32 [N, h, w]
    """
    soft = ndimage.gaussian_filter(regions.astype(np.float32), sigma=(0, EDGE * side, EDGE * side), truncate=2)
    smooth = ndimage.gaussian_filter(crop, sigma=BLUR * side, truncate=3)
    return (crop + soft * (smooth - crop)).astype(np.float32)


def ask(predict: Predict, crops: NDArray[np.float32]) -> NDArray[np.float64]:
    """The model's answers ``[N]`` to crops ``[N, h, w]``, a few at a time."""
    parts = [predict(crops[start : start + BATCH]) for start in range(0, len(crops), BATCH)]
    return np.concatenate(parts).astype(np.float64)
