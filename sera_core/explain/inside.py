"""How much of a heatmap lies where it should: inside an outline that is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Box, Grey, Heatmap, Outline
from sera_core.explain.fidelity import hot_fifth

Mask = NDArray[np.bool_]


def mask_on_crop(mask: Mask, crop_box: Box, shape: tuple[int, ...]) -> Mask:
    """The part of a frame's mask ``[H, W]`` that a crop of ``shape`` shows; over the frame's edge is outside."""
    rows, columns = (
        np.floor(start + (np.arange(length) + 0.5) * extent / length).astype(int)
        for start, extent, length in (
            (crop_box.y, crop_box.height, shape[0]),
            (crop_box.x, crop_box.width, shape[1]),
        )
    )
    height, width = mask.shape
    there = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
    return there & mask[np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)]


def heat_inside(values: Grey, mask: Mask) -> float:
    """Share of a map's heat that lies in the mask, 0 ... 1; of a blank map none does."""
    total = float(values.sum())
    return float(values[mask].sum()) / total if total > 0 else 0.0


def inside_outline(heatmap: Heatmap, outline: Outline) -> tuple[float, float]:
    """Shares of the heat and of the crop that lie in a nodule's outline, each 0 ... 1."""
    mask = mask_on_crop(outline.mask, heatmap.crop_box, heatmap.crop.shape)
    return heat_inside(heatmap.values, mask), float(mask.mean())


def hottest_inside(values: Grey, mask: Mask) -> bool:
    """Whether the hottest point lies in the mask; a flat map has none."""
    return bool(np.ptp(values) > 0 and mask.flat[int(np.argmax(values))])


def fifth_inside(values: Grey, mask: Mask) -> float:
    """Share of the hottest fifth of the crop that lies in the mask, 0 ... 1."""
    hot = hot_fifth(values)
    return float(mask[hot].mean()) if hot.any() else 0.0
