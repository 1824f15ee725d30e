"""A first guess at the nodule's box, to be dragged into place by the user.

The frame is shrunk to 24 x 32, projected on principal components, and a kernel ridge regression with a Gaussian kernel
(Saunders et al., ICML 1998) answers with a soft mask of the box, averaged over the frame and its mirror image. The box
is the one whose soft overlap (intersection over union) with that mask is greatest, found over all boxes with an
integral image. No network, no torch; a few milliseconds.

How it was fitted and how well it does: :mod:`sera_core.images.roi_fit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Box, GreyImage
from sera_core.files import MODELS

WEIGHTS = MODELS / "roi" / "proposal.safetensors"
ROWS, COLUMNS = 24, 32
GAMMA = 1.0

Real = NDArray[np.floating[Any]]
Edges = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Proposer:
    """Kernel ridge regression from principal components of frames to principal components of soft masks.

    Attributes
    ----------
    mean : float32 [ROWS * COLUMNS]
    components : float32 [c, ROWS * COLUMNS]
        Already divided by the spread of the training frames.
    anchors : float32 [n, c]
        Training frames and their mirror images.
    dual : float32 [n, t]
    target_mean : float32 [ROWS * COLUMNS]
    targets : float32 [t, ROWS * COLUMNS]
    """

    mean: Real
    components: Real
    anchors: Real
    dual: Real
    target_mean: Real
    targets: Real

    def soft_masks(self, frames: Real) -> Real:
        """Probability that each cell lies in the box, [n, ROWS, COLUMNS], from frames of the same shape."""
        straight = self._regress(frames)
        mirrored = self._regress(frames[:, :, ::-1])[:, :, ::-1]
        return (straight + mirrored) / 2

    def _regress(self, frames: Real) -> Real:
        coordinates = (normalised(frames) - self.mean) @ self.components.T  # [n, c]
        coefficients = kernel(coordinates, self.anchors) @ self.dual  # [n, t]
        masks = coefficients @ self.targets + self.target_mean
        return np.clip(masks, 0, 1).reshape(-1, ROWS, COLUMNS)


def propose_box(image: GreyImage) -> Box:
    """A box that probably holds the nodule.

    On DDTI's frames it overlaps the nodule's box by more than half in 6 of 10; it is a start to be corrected.

    Parameters
    ----------
    image : GreyImage
        Any size; with ultrasound regions, the largest of them is searched, of those with a scale if there are any.

    Returns
    -------
    Box
        Inside the image, at least one pixel each way.
    """
    area = _searched(image)
    mask = _shipped().soft_masks(shrunk(image.pixels, area)[None])[0]
    left, top, right, bottom = best_box(mask, area)
    height, width = image.shape
    x, y = min(int(left), width - 1), min(int(top), height - 1)
    return Box(x, y, max(min(round(right), width) - x, 1), max(min(round(bottom), height) - y, 1))


def best_box(mask: Real, area: Edges) -> Edges:
    """The box with the greatest soft intersection over union with a soft mask that covers ``area``."""
    rows, columns = mask.shape
    sums = np.zeros((rows + 1, columns + 1))
    sums[1:, 1:] = mask.cumsum(0).cumsum(1)
    top, bottom = np.triu_indices(rows + 1, 1)
    left, right = np.triu_indices(columns + 1, 1)
    by_row = sums[bottom] - sums[top]
    inside = by_row[:, right] - by_row[:, left]  # [row pairs, column pairs]
    union = (bottom - top)[:, None] * (right - left)[None] + sums[-1, -1] - inside
    row, column = np.unravel_index(int(np.argmax(inside / union)), inside.shape)
    wide, high = (area[2] - area[0]) / columns, (area[3] - area[1]) / rows
    return (
        area[0] + float(left[column]) * wide,
        area[1] + float(top[row]) * high,
        area[0] + float(right[column]) * wide,
        area[1] + float(bottom[row]) * high,
    )


def _searched(image: GreyImage) -> Edges:
    """The largest ultrasound region; else the lit part where it fills less than half the frame; else the frame."""
    height, width = image.shape
    if image.regions:
        largest = max(image.regions, key=lambda r: (r.mm_per_px is not None, r.box.width * r.box.height))
        box = largest.box.clipped(height, width)
        return box.x, box.y, box.x + box.width, box.y + box.height
    step = max(max(height, width) // 128, 1)
    labels, count = ndimage.label(ndimage.uniform_filter(image.pixels[::step, ::step], 5) > 0.06)
    if count:
        rows, columns = ndimage.find_objects(labels)[int(np.argmax(np.bincount(labels.ravel())[1:]))]
        left, top = columns.start * step, rows.start * step
        right, bottom = min(columns.stop * step, width), min(rows.stop * step, height)
        if 0.05 < (right - left) * (bottom - top) / (height * width) < 0.5:
            return left, top, right, bottom
    return 0, 0, width, height


def shrunk(pixels: Real, area: Edges) -> Real:
    """Area averages of a part of the frame, [ROWS, COLUMNS]."""
    left, top, right, bottom = (int(edge) for edge in area)
    part = pixels[top:bottom, left:right]
    step = max(min(part.shape) // 256, 1)
    part = np.ascontiguousarray(part[::step, ::step], dtype=np.float32)
    return np.asarray(Image.fromarray(part).resize((COLUMNS, ROWS), Image.Resampling.BOX))


def normalised(frames: Real) -> Real:
    """Each frame flat, with mean 0 and spread 1, [n, ROWS * COLUMNS]."""
    flat = frames.reshape(len(frames), -1)
    spread = flat.std(axis=1, keepdims=True)
    return (flat - flat.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-6)


def kernel(first: Real, second: Real) -> Real:
    """Gaussian kernel between rows, [n, m]."""
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1)[None] - 2 * first @ second.T
    return np.exp(-GAMMA * np.maximum(squares, 0))


@lru_cache(maxsize=1)
def _shipped() -> Proposer:
    from safetensors.numpy import load_file

    return Proposer(**load_file(WEIGHTS))
