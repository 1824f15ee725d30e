"""From soft maps to one connected nodule and to the signs by which its confidence is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.outline.hint import Map

THRESHOLD = 0.6
SMALLEST = 6  # cells of the soft map
SIGNS = ("inside", "agreement", "peak", "apart", "extent")

Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Found:
    """A component of the soft map.

    Attributes
    ----------
    soft : float32 [72, 96]
        Mean of both views, 0 away from the component.
    signs : tuple of float
        :data:`SIGNS`: mean probability inside, overlap of the two views' components, highest probability, share of
        what lies above the threshold elsewhere, and root of the area's share of the view.
    """

    soft: Map
    signs: tuple[float, ...]


def find(maps: NDArray[np.float32], hint: Map) -> Found | None:
    """The component that the hint points at, the largest one without a hint; None where nothing is found.

    Parameters
    ----------
    maps : float32 [2, h, w]
        Of the view and of its mirror image, turned back.
    hint : float32 [2h, 2w]
    """
    soft = maps.mean(0)
    above = soft > THRESHOLD
    labels, count = ndimage.label(above)
    if not count:
        return None
    pointed = hint.reshape(hint.shape[0] // 2, 2, hint.shape[1] // 2, 2).mean((1, 3))
    weight = soft * pointed if pointed.any() else np.ones_like(soft)
    sums = ndimage.sum(weight, labels, range(1, count + 1))
    chosen = labels == int(np.argmax(sums)) + 1
    if chosen.sum() < SMALLEST or sums.max() <= 0:
        return None
    chosen = ndimage.binary_fill_holes(chosen)
    # the slope around the component is kept, so that the border on the frame is as fine as the map allows
    near = ndimage.binary_dilation(chosen, iterations=2) & ~(above & ~chosen)
    kept = np.where(chosen, np.maximum(soft, THRESHOLD + 0.01), np.where(near, soft, 0)).astype(np.float32)
    one, other = (view > THRESHOLD for view in maps)
    one, other = one & near, other & near
    agreement = (one & other).sum() / max((one | other).sum(), 1)
    signs = (soft[chosen].mean(), agreement, soft.max(), 1 - chosen.sum() / max(above.sum(), 1), chosen.mean() ** 0.5)
    return Found(kept, tuple(float(min(max(sign, 0), 1)) for sign in signs))
