"""Outline and pixels: echo level, fluid, foci, the border's sharpness, and what lies behind the nodule.

Everything is relative to the tissue around the nodule, because gain and grey map differ from scanner to scanner. The
nodule is brought to one size first, so that a number means the same share of the nodule in every frame. The thresholds
below were set on simulated frames and with DDTI's readings in sight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Grey

Mask = NDArray[np.bool_]

DIAMETER = 80  # pixels: the nodule is scaled to a disc of this diameter's area
AROUND = 1.0  # how much of the frame is kept around it, in diameters
BLACK = 0.02  # outside the sector, and inside letters' outlines
FLUID = 0.35  # of the reference
BRIGHT = 2.0  # of the reference, for calcium
FOCUS, CALCIFICATION = 7, 25  # pixels: wider things are no focus, no calcification
SECTORS = 36
FADED = 0.5  # of the spread of the tissue: a border with less contrast than this is lost


@dataclass(frozen=True)
class Echo:
    """What outline and pixels say together; units in :mod:`sera_core.signs.quantities`."""

    echo: float
    darkest: float
    dark_share: float
    heterogeneity: float
    spots: int
    brightest: float
    bright_share: float
    behind: float
    edge_contrast: float
    edge_sharpness: float
    lost_border: float
    halo: float


@dataclass(frozen=True, eq=False)
class Patch:
    """The nodule at its standard size: grey levels, outline, pixels under the border (positive inside), lit sector."""

    grey: Grey
    mask: Mask
    depth: NDArray[np.float32]
    lit: Mask


def echoes(pixels: Grey, mask: Mask, unit: tuple[float, float]) -> Echo:
    """Measure the echoes of an outlined nodule.

    Parameters
    ----------
    pixels : float32 [H, W]
        0 ... 1.
    mask : bool [H, W]
    unit : (row, column)
        Length of a pixel; only its ratio counts here.
    """
    patch = standard(pixels, mask, unit)
    smooth = ndimage.gaussian_filter(patch.grey, 1.5)
    level = _reference(patch, smooth)
    inside = patch.depth > 4
    if not inside.any():
        inside = patch.mask
    relative = smooth / level
    solid = inside & (relative > FLUID)
    values = relative[solid] if solid.any() else relative[inside]
    spots, brightest = _foci(patch, level, inside)
    contrast, sharp, lost, halo = _border(patch, level)
    grey = patch.grey[inside]
    return Echo(
        echo=_log(float(np.median(values))),
        darkest=_log(float(np.percentile(relative[inside], 5))),
        dark_share=float((relative[inside] < FLUID).mean()),
        heterogeneity=float(grey.std() / max(float(grey.mean()), 0.01)),
        spots=spots,
        brightest=brightest,
        bright_share=float((relative[inside] > BRIGHT).mean()),
        behind=_behind(patch, smooth),
        edge_contrast=contrast,
        edge_sharpness=sharp,
        lost_border=lost,
        halo=halo,
    )


def standard(pixels: Grey, mask: Mask, unit: tuple[float, float]) -> Patch:
    """Cut the nodule out with its surroundings, square pixels, at its standard size."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    diameter = np.sqrt(4 / np.pi * mask.sum() * unit[0] * unit[1])
    factor = DIAMETER / diameter  # standard pixels per unit of length
    spare = AROUND * diameter
    top, bottom = _span(rows, spare / unit[0], mask.shape[0])
    left, right = _span(columns, spare / unit[1], mask.shape[1])
    size = (max(round((right - left) * unit[1] * factor), 8), max(round((bottom - top) * unit[0] * factor), 8))
    box = (left, top, right, bottom)
    grey = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, box)
    small = np.asarray(Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BILINEAR, box)) >= 0.5
    depth = ndimage.distance_transform_edt(small) - ndimage.distance_transform_edt(~small)
    levels = np.asarray(grey, np.float32)
    return Patch(levels, small, depth.astype(np.float32), _lit(levels))


def _lit(levels: Grey) -> Mask:
    """Where the median of 5 x 5 pixels is not black: where most of them are not, which is counted much faster."""
    return np.asarray(ndimage.uniform_filter((levels > BLACK).astype(np.float32), 5) > 0.5)


def _span(seen: NDArray[np.intp], spare: float, end: int) -> tuple[int, int]:
    return max(int(seen[0] - spare), 0), min(int(np.ceil(seen[-1] + 1 + spare)), end)


def _reference(patch: Patch, smooth: Grey) -> float:
    """Level of the tissue around the nodule: the median of a ring, which fluid, vessels and shadows cannot sway.

    The ring lies as far above the nodule as below it, so that what the depth gain misses averages out.
    """
    ring = _between(patch, -DIAMETER // 2, -6)
    return max(float(np.median(smooth[ring if ring.any() else patch.mask])), 0.02)


def _between(patch: Patch, low: float, high: float) -> Mask:
    """Lit pixels at such depths under the border."""
    return (patch.depth > low) & (patch.depth <= high) & patch.lit


def _foci(patch: Patch, level: float, inside: Mask) -> tuple[int, float]:
    """Number of small bright foci, and how far the brightest stands out: tops above their surroundings (a top-hat)."""
    fine = ndimage.white_tophat(ndimage.gaussian_filter(patch.grey, 0.7), FOCUS)
    usual = float(np.median(fine[inside]))
    _, number = ndimage.label((fine > max(4 * usual, 0.6 * level)) & inside)
    coarse = ndimage.white_tophat(ndimage.gaussian_filter(patch.grey, 1), CALCIFICATION)
    return int(number), float(np.percentile(coarse[patch.mask], 99.5))


def _behind(patch: Patch, smooth: Grey) -> float:
    """Brightness behind the nodule against beside it at the same depth, in logarithms: above 0 enhancement."""
    columns = np.flatnonzero(patch.mask.any(0))
    last = len(patch.mask) - 1 - np.argmax(patch.mask[::-1], 0)  # lowest row of the nodule, by column
    middle = columns[len(columns) // 5 : -(len(columns) // 5) or None]
    row = np.arange(len(patch.mask))[:, None]
    under = np.zeros_like(patch.mask)
    under[:, middle] = (row > last[middle] + 4) & (row <= last[middle] + DIAMETER // 2)
    rows = np.asarray(under.any(axis=1))
    beside = rows[:, None] & (patch.depth < -6)
    beside[:, columns[0] : columns[-1] + 1] = False
    under, beside = under & patch.lit, beside & patch.lit
    if under.sum() < 50 or beside.sum() < 50:
        return 0.0
    return _log(float(smooth[under].mean()) / max(float(smooth[beside].mean()), 0.01))


def _log(ratio: float) -> float:
    return float(np.log(max(ratio, 0.01)))


def _border(patch: Patch, level: float) -> tuple[float, float, float, float]:
    """Contrast and sharpness of the border, share of it that is lost, and how much darker than both sides it is."""
    relative = ndimage.gaussian_filter(patch.grey, 0.7) / level

    def mean(low: float, high: float) -> float:
        band = _between(patch, low, high)
        return float(relative[band].mean()) if band.any() else 1.0

    outer, inner = mean(-12, -5), mean(5, 12)
    step, close = outer - inner, mean(-2.5, 0) - mean(0, 2.5)
    return (
        step,
        abs(close) / (abs(step) + 0.1),
        _lost(patch, relative),
        min(outer, inner) - mean(-5, 1),
    )


def _lost(patch: Patch, relative: Grey) -> float:
    """Share of 36 sectors whose inside and outside differ by less than half the spread of the tissue."""
    rows, columns = np.nonzero(patch.mask)
    y, x = np.indices(patch.mask.shape)
    angle = np.asarray(np.arctan2(y - rows.mean(), x - columns.mean()))
    sector = (angle / (2 * np.pi) % 1 * SECTORS).astype(int) % SECTORS
    bands = [_between(patch, *ends) for ends in ((-12, -4), (4, 12))]
    counts = [np.bincount(sector[band], minlength=SECTORS) for band in bands]
    totals = [np.bincount(sector[band], relative[band], minlength=SECTORS) for band in bands]
    seen = (counts[0] > 0) & (counts[1] > 0)
    if not seen.any():
        return 1.0
    outer, inner = (total[seen] / count[seen] for total, count in zip(totals, counts, strict=True))
    tissue = ndimage.gaussian_filter(relative, 1.5)[_between(patch, -DIAMETER // 2, -6)]
    spread = max(float(tissue.std()), 0.05) if tissue.size else 0.05
    return float((np.abs(outer - inner) < FADED * spread).mean())
