"""The same outline drawn by another hand: larger or smaller, and beside itself."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sera_core.signs.geometry import Mask


def shaken(mask: Mask, share: float, generator: np.random.Generator) -> Mask:
    """Stretch each direction by up to ``share`` and shift it by up to half of that, at random.

    Parameters
    ----------
    mask : bool [H, W]
    share : float
        0.1: width and height change by up to 10 %, the centre moves by up to 5 % of them.
    generator : numpy.random.Generator

    Returns
    -------
    bool [H, W]
    """
    where = np.argwhere(mask)
    centre, extent = where.mean(0), np.ptp(where, axis=0) + 1
    stretch = 1 + generator.uniform(-share, share, 2)
    moved = centre + generator.uniform(-share, share, 2) / 2 * extent
    found = ndimage.affine_transform(mask.astype(np.uint8), 1 / stretch, centre - moved / stretch, order=0)
    return np.asarray(found > 0)
