"""Plain measurements on one frame: brightness, speckle, contrasts. The same code reads real and simulated frames."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Grey

PATCH = 32  # side of the patch that speckle is measured in, pixels
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Measures:
    """Grey levels are 0 ... 255; lengths are pixels of the frame that was given.

    Attributes
    ----------
    p5, p25, p50, p75, p95 : float
        Percentiles of the grey level inside the field.
    nodule : float
        Mean grey of the nodule.
    nodule_gland : float
        Mean grey of the nodule over that of a ring around it.
    muscle_gland : float
        The darkest layer in front of the nodule over the ring.
    speckle : float
        Standard deviation of a nodule patch, slow changes removed.
    cell_across, cell_along : float
        Width (full, at half height) of the patch's autocorrelation.
    """

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    nodule: float
    nodule_gland: float
    muscle_gland: float
    speckle: float
    cell_across: float
    cell_along: float


NAMES = tuple(field.name for field in fields(Measures))


def field_of(grey: Grey) -> tuple[slice, slice]:
    """Rows and columns that hold the picture, black borders left out."""
    lit = ndimage.median_filter(grey, 5) > 12 / 255
    rows, columns = np.flatnonzero(lit.mean(1) > 0.08), np.flatnonzero(lit.mean(0) > 0.08)
    if rows.size < 2 or columns.size < 2:
        return slice(0, grey.shape[0]), slice(0, grey.shape[1])
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def resized(grey: Grey, mask: Mask, factor: float) -> tuple[Grey, Mask]:
    """Frame and mask at another scale."""
    size = (round(grey.shape[1] * factor), round(grey.shape[0] * factor))
    small = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BILINEAR), np.float32)
    return small, np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST))


def measure(grey: Grey, mask: Mask) -> Measures | None:
    """Measure one frame; None when the nodule is too small for a patch of speckle.

    Parameters
    ----------
    grey : float32 [H, W]
        0 ... 1.
    mask : bool [H, W]
        The nodule.
    """
    patch = _patch(grey, mask)
    if patch is None:
        return None
    rows, columns = field_of(grey)
    level = grey * 255
    ring = ndimage.binary_dilation(mask, iterations=18) & ~ndimage.binary_dilation(mask, iterations=5)
    around = float(level[ring].mean())
    speckle, across, along = speckle_of(patch * 255)
    p5, p25, p50, p75, p95 = np.percentile(level[rows, columns], (5, 25, 50, 75, 95)).tolist()
    return Measures(
        p5=p5,
        p25=p25,
        p50=p50,
        p75=p75,
        p95=p95,
        nodule=float(level[mask].mean()),
        nodule_gland=float(level[mask].mean()) / around,
        muscle_gland=_front(level, mask, rows) / around,
        speckle=speckle,
        cell_across=across,
        cell_along=along,
    )


def _front(level: Grey, mask: Mask, rows: slice) -> float:
    """Mean grey of the darkest 1.5 mm or so (12 pixels) in front of the nodule."""
    seen, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    band = level[rows.start + 8 : max(int(seen[0]) - 4, rows.start + 22), columns[0] : columns[-1] + 1].mean(1)
    return float(ndimage.uniform_filter1d(band, min(12, band.size)).min())


def _patch(grey: Grey, mask: Mask) -> Grey | None:
    inside = ndimage.minimum_filter(mask, PATCH)
    rows, columns = np.nonzero(inside)
    if rows.size == 0:
        return None
    middle = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    top, left = int(rows[middle]) - PATCH // 2, int(columns[middle]) - PATCH // 2
    return grey[top : top + PATCH, left : left + PATCH]


def speckle_of(patch: Grey) -> tuple[float, float, float]:
    """Standard deviation, and width of the autocorrelation across and along the beam, of a patch of grey levels."""
    rough = patch - ndimage.gaussian_filter(patch, 8)
    rough = rough - rough.mean()
    power = np.abs(np.fft.fft2(rough)) ** 2
    correlation = np.fft.ifft2(power).real
    correlation /= max(float(correlation[0, 0]), 1e-9)
    return float(rough.std()), _width(correlation[0]), _width(correlation[:, 0])


def _width(correlation: NDArray[np.float64]) -> float:
    """Full width at half height, interpolated."""
    below = int(np.argmax(correlation < 0.5))
    above = correlation[below - 1]
    return float(2 * (below - 1 + (above - 0.5) / (above - correlation[below])))
