"""The same outline drawn by another hand: larger or smaller, and beside itself; what is measured in each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from sera_core.contracts import Grey
from sera_core.images.views import HANDS
from sera_core.signs.geometry import Mask
from sera_core.signs.measure import SMALLEST_PX, measure
from sera_core.signs.propose import read
from sera_core.signs.quantities import SCALE_FREE


def by_hands(pixels: Grey, mask: Mask | None) -> NDArray[np.float32]:
    """What a model reads of a nodule ``[V, Q]``: the quantities that need no scale, in its outline as V hands draw it.

    Counts enter as their square root. NaN where nothing can be measured.

    Parameters
    ----------
    pixels : float32 [H, W]
    mask : bool [H, W] or None
        The outline; None where there is none.
    """
    if mask is None:
        return np.full((len(HANDS), len(SCALE_FREE)), np.nan, np.float32)
    others = [redrawn(mask, size, (down, across)) for across, down, size in HANDS[1:]]
    return np.asarray([_read(pixels, one) for one in (mask, *others)], np.float32)


def _read(pixels: Grey, mask: Mask) -> NDArray[np.float64]:
    if mask.sum() < SMALLEST_PX:
        return np.full(len(SCALE_FREE), np.nan)
    return read(measure(pixels, mask).as_dict(), SCALE_FREE)


def redrawn(mask: Mask, stretch: ArrayLike, shift: ArrayLike) -> Mask:
    """Stretched about its middle and shifted, both (down, across) or one for both; shifts as shares of its extent.

    Parameters
    ----------
    mask : bool [H, W]
    stretch, shift : float or (float, float)

    Returns
    -------
    bool [H, W]
    """
    where = np.argwhere(mask)
    centre, extent = where.mean(0), np.ptp(where, axis=0) + 1
    stretched = np.broadcast_to(np.asarray(stretch, float), 2)
    moved = centre + np.asarray(shift) * extent
    found = ndimage.affine_transform(mask.astype(np.uint8), 1 / stretched, centre - moved / stretched, order=0)
    return np.asarray(found > 0)


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
    stretch = 1 + generator.uniform(-share, share, 2)
    return redrawn(mask, stretch, generator.uniform(-share, share, 2) / 2)
