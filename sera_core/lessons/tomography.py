"""X-ray computed tomography in two dimensions: shadows from many sides, and the slice they came from.

Filtered back-projection as in scikit-image (Kak AC, Slaney M. Principles of computerized tomographic imaging, 1988).
Metal: Kalender WA, Hebel R, Ebersberger J. Reduction of CT artifacts caused by metallic implants. Radiology
1987;164:576-577: the metal's shadow is cut out of the sinogram and the gap is filled from both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIZE = 160  # pixels of the slice
SIDE_CM = 14.0
MOST = 3.2  # largest attenuation that still lets countable photons through
NODULE_MM = 14.0  # across
METAL = 3.0  # attenuation per cm

# Attenuation per cm at about 70 keV (Hubbell and Seltzer, NIST XCOM): muscle 0.20, fat 0.18, cortical bone 0.49, air 0;
# a gland full of iodine a little above muscle.
MUSCLE, BONE, MARROW, GLAND, AIR = 0.20, 0.49, 0.26, 0.235, 0.0


@dataclass(frozen=True)
class Ellipse:
    """One organ: centre and half-axes in shares of the half side, and what it is made of."""

    x: float
    y: float
    wide: float
    high: float
    attenuation: float


NECK = (
    Ellipse(0, 0, 0.82, 0.72, 0.18),
    Ellipse(0, 0, 0.78, 0.68, MUSCLE),
    Ellipse(0, 0.26, 0.24, 0.18, BONE),
    Ellipse(0, 0.26, 0.17, 0.12, MARROW),
    Ellipse(0, 0.38, 0.07, 0.05, MUSCLE),
    Ellipse(-0.2, -0.3, 0.13, 0.2, GLAND),
    Ellipse(0.2, -0.3, 0.13, 0.2, GLAND),
    Ellipse(0, -0.28, 0.13, 0.13, AIR),
)
CLIP = Ellipse(-0.42, 0.02, 0.035, 0.035, METAL)


def neck(metal: bool = False) -> Floats:
    """A drawn slice through a neck with a nodule in the right lobe ``[160, 160]``, attenuation per cm."""
    half = NODULE_MM / 10 / SIDE_CM  # in half sides
    organs = (*NECK, Ellipse(0.2, -0.3, half, 0.8 * half, 0.205), *((CLIP,) if metal else ()))
    place = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    slice_ = np.zeros((SIZE, SIZE))
    for organ in organs:
        across, down = (place[None, :] - organ.x) / organ.wide, (place[:, None] - organ.y) / organ.high
        slice_[across**2 + down**2 <= 1] = organ.attenuation
    return slice_


def angles(count: int) -> Floats:
    """So many directions, evenly over half a turn, in degrees."""
    return np.arange(count) * 180.0 / count


def project(slice_: Floats, count: int) -> Floats:
    """The sinogram ``[size, count]``: attenuation summed along every ray, in its units times cm."""
    from skimage.transform import radon

    return np.asarray(radon(slice_, angles(count), circle=True)) * (SIDE_CM / len(slice_))


def starved(sinogram: Floats) -> Floats:
    """What a detector reads when hardly a photon passes: no ray tells more than :data:`MOST`."""
    return np.minimum(sinogram, MOST)


def back_project(sinogram: Floats, filtered: bool = True) -> Floats:
    """The slice from its sinogram; without the filter it is only smeared back."""
    from skimage.transform import iradon

    size, count = sinogram.shape
    name = "ramp" if filtered else None
    smeared = iradon(sinogram, angles(count), filter_name=name, circle=True)
    return np.asarray(smeared) / (SIDE_CM / size) / (1.0 if filtered else size)


def metal_shadow(count: int) -> NDArray[np.bool_]:
    """Where the clip casts its shadow in the sinogram."""
    only = neck(metal=True) - neck()
    return project(only, count) > 1e-3


def inpainted(sinogram: Floats, hole: NDArray[np.bool_]) -> Floats:
    """The sinogram with each direction's hole filled along a straight line from edge to edge."""
    out = sinogram.copy()
    place = np.arange(len(sinogram))
    for k in range(sinogram.shape[1]):
        gap = hole[:, k]
        if gap.any():
            out[gap, k] = np.interp(place[gap], place[~gap], sinogram[~gap, k])
    return out


def error(image: Floats, truth: Floats) -> float:
    """Root mean square error inside the field, metal and its rim left out."""
    size = len(truth)
    place = (np.arange(size) + 0.5) / size * 2 - 1
    field = place[None, :] ** 2 + place[:, None] ** 2 < 0.95
    clip = (place[None, :] - CLIP.x) ** 2 + (place[:, None] - CLIP.y) ** 2 < (2 * CLIP.wide) ** 2
    return float(np.sqrt(np.mean((image - truth)[field & ~clip] ** 2)))
