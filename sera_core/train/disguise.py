"""Views that leave nothing but the nodule to judge by.

A network that was taught few frames reads the gland, the scanner and the reader's habits around a nodule as well as the
nodule itself. Here the tissue outside the outline becomes another frame's, is blurred or lit differently, so that it
says nothing of the label; a view may be as coarse as a small nodule is, and carry a reader's callipers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Grey
from sera_core.simulate.screen import calliper_pair, draw_calliper

Nodule = Callable[[], NDArray[np.bool_]]
SWAPPED, BLURRED = 0.5, 0.75  # of the changed surroundings the first half is swapped, the next quarter blurred


@dataclass(frozen=True)
class Shares:
    """Shares of views that are changed in each way, 0 ... 1 (see :class:`~sera_core.train.augment.Augmentation`)."""

    surroundings: float
    coarse: float
    callipers: float


def no_outline() -> NDArray[np.bool_]:
    """For frames whose variations need no outline."""
    raise ValueError("these variations need the nodule's outline")


def disguised(crop: Grey, inside: Grey, other: Grey | None, shares: Shares, random: np.random.Generator) -> Grey:
    """A crop changed at random everywhere but in the nodule; detail and marks change there too.

    Parameters
    ----------
    crop : float32 [h, w]
    inside : float32 [h, w]
        1 in the nodule, 0 outside.
    other : float32 [H, W], optional
        Another frame.
    shares : Shares
    random : numpy.random.Generator

    Returns
    -------
    float32 [h, w]
    """
    if random.random() < shares.surroundings:
        crop = surrounded(crop, inside, other, random)
    if random.random() < shares.coarse:
        crop = _coarse(crop, random)
    if random.random() < shares.callipers and (inside > 0.5).any():
        marked = (crop * 255).astype(np.uint8)
        for calliper in calliper_pair(inside > 0.5, random)[: int(random.integers(1, 3))]:
            draw_calliper(marked, calliper)
        crop = np.asarray(marked / np.float32(255), np.float32)
    return crop


def surrounded(crop: Grey, inside: Grey, other: Grey | None, random: np.random.Generator) -> Grey:
    """The nodule with its border, in surroundings that are swapped, blurred or lit differently."""
    border = int(random.integers(2, 6))
    kept = ndimage.grey_dilation(inside, (2 * border + 1, 2 * border + 1))
    kept = ndimage.gaussian_filter(kept, random.uniform(1.0, 2.5))
    drawn = random.random()
    if drawn < SWAPPED and other is not None:
        around = _as_bright(_piece(other, crop.shape, random), crop, 1 - kept)
    elif drawn < BLURRED:
        around = ndimage.gaussian_filter(crop, random.uniform(2.0, 8.0))
    else:
        around = np.clip(crop, 1e-4, 1) ** np.exp(random.normal(0, 0.3)) * np.exp(random.normal(0, 0.3))
    return np.asarray(np.clip(kept * crop + (1 - kept) * around, 0, 1), np.float32)


def _piece(frame: Grey, shape: tuple[int, ...], random: np.random.Generator) -> Grey:
    """Any square of a frame, resized."""
    side = int(random.uniform(0.4, 1.0) * min(frame.shape))
    top, left = (int(random.integers(size - side + 1)) for size in frame.shape)
    image = Image.fromarray(np.ascontiguousarray(frame[top : top + side, left : left + side]))
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _as_bright(around: Grey, crop: Grey, weight: Grey) -> Grey:
    """Surroundings as bright as the crop's own: how dark a nodule is against them is a sign, and stays."""
    total = max(float(weight.sum()), 1e-6)
    own, new = float((crop * weight).sum()) / total, float((around * weight).sum()) / total
    return np.asarray(around * np.clip(own / max(new, 1e-3), 0.25, 4), np.float32)


def _coarse(crop: Grey, random: np.random.Generator) -> Grey:
    """No more detail than a nodule of a fifth to a half of the view's pixels has."""
    height, width = crop.shape
    side = random.uniform(0.2, 0.5)
    small = Image.fromarray(crop).resize((round(side * width), round(side * height)), Image.Resampling.BILINEAR)
    return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR))
