"""The outline alone: diameters, height over width, area, and how smooth the border runs.

Distances are millimetres where the scale is known and pixels where it is not; rows and columns may have different
scales, so every length is reckoned on coordinates that are already scaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]  # [N, 2]: row, column

ANGLES = 180  # directions in which the radius is read
HARMONICS = 2  # an ellipse has two; what is above them is lobules, spikes and the noise of the outline


@dataclass(frozen=True)
class Geometry:
    """What the outline alone says; units in :mod:`sera_core.signs.quantities`."""

    long: float
    across: float
    width: float
    height: float
    height_over_width: float
    ellipse_ratio: float
    area: float
    solidity: float
    roughness: float


def geometry(mask: Mask, unit: tuple[float, float]) -> Geometry:
    """Measure an outline.

    Parameters
    ----------
    mask : bool [H, W]
        The nodule, in one piece.
    unit : (row, column)
        Length of a pixel.
    """
    points = corners(mask, unit)
    hull = points[ConvexHull(points).vertices]
    long, across = diameters(hull)
    height, width = np.ptp(hull, axis=0)
    rows, columns = (axis.astype(float) for axis in np.nonzero(mask))
    area = rows.size * unit[0] * unit[1]
    return Geometry(
        long=long,
        across=across,
        width=float(width),
        height=float(height),
        height_over_width=float(height / width),
        ellipse_ratio=float(np.sqrt((rows.var() + 1 / 12) / (columns.var() + 1 / 12)) * unit[0] / unit[1]),
        area=float(area),
        solidity=float(min(area / ConvexHull(points).volume, 1.0)),
        roughness=roughness(mask, unit),
    )


def corners(mask: Mask, unit: tuple[float, float]) -> Points:
    """The four corners of every pixel at the rim, so that one pixel is one pixel wide."""
    inner = np.zeros_like(mask)
    inner[1:-1, 1:-1] = mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    rim = np.argwhere(mask & ~inner)[:, None, :]
    shift = np.asarray([(0, 0), (0, 1), (1, 0), (1, 1)])
    return (rim + shift).reshape(-1, 2) * np.asarray(unit, float)


def diameters(hull: Points) -> tuple[float, float]:
    """The longest diameter, and the extent at right angles to it.

    As nodules are measured: the greatest dimension, then the one perpendicular to it (Tessler 2017, J Am Coll Radiol
    14:587).
    """
    apart = squareform(pdist(hull))
    first, last = np.unravel_index(int(apart.argmax()), apart.shape)
    along = (hull[last] - hull[first]) / apart[first, last]
    return float(apart[first, last]), float(np.ptp(hull @ np.asarray([-along[1], along[0]])))


def radii(mask: Mask, unit: tuple[float, float]) -> NDArray[np.float64]:
    """Distance from the centre of mass to the outermost border, in ``ANGLES`` directions."""
    rows, columns = np.nonzero(mask)
    centre = np.asarray([rows.mean(), columns.mean()])
    scaled = (np.argwhere(mask) - centre) * np.asarray(unit)
    index = np.floor((np.arctan2(scaled[:, 0], scaled[:, 1]) / (2 * np.pi) % 1) * ANGLES).astype(int) % ANGLES
    radius = np.zeros(ANGLES)
    np.maximum.at(radius, index, np.hypot(scaled[:, 0], scaled[:, 1]))
    seen = radius > 0
    return np.interp(np.arange(ANGLES), np.flatnonzero(seen), radius[seen], period=ANGLES)


def roughness(mask: Mask, unit: tuple[float, float]) -> float:
    """How far the border strays from the nearest oval, as a share of the mean radius (root mean square).

    The radius as a function of the angle without its first harmonics (Fourier descriptors of a closed curve: Zahn CT,
    Roskies RZ, IEEE Trans Comput 1972;C-21:269).
    """
    radius = radii(mask, unit)
    waves = np.fft.rfft(radius / radius.mean())
    waves[: 2 * HARMONICS + 1] = 0  # an ellipse's radius has even harmonics; an off-centre one the odd ones beside them
    return float(np.sqrt(2 * (np.abs(waves) ** 2).sum()) / ANGLES)
