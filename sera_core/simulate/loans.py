"""What a real crop would have to lend a simulated one before the two look alike: a ceiling for any display step.

Each loan takes simulated crops and as many real donors, float32 [crop, H, W] in 0 ... 1, and returns the crops with
one property of their donor. No display could do it: the loan of slow greys takes the nodule's own contrast with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Crops = NDArray[np.float32]
SLOW_PX = 4.0  # slower than speckle in crops of 96 pixels
SMOOTH = 2.0  # of power spectra, frequency cells


def slow_greys(crops: Crops, donors: Crops) -> Crops:
    """The donor's greys where they change slowly, the crop's own speckle."""
    sigma = (0, SLOW_PX, SLOW_PX)
    moved = crops - ndimage.gaussian_filter(crops, sigma) + ndimage.gaussian_filter(donors, sigma)
    return np.clip(moved, 0, 1)


def histogram(crops: Crops, donors: Crops) -> Crops:
    """The donor's grey levels in the crop's own order."""
    flat = crops.reshape(len(crops), -1)
    out = np.empty_like(flat)
    np.put_along_axis(out, flat.argsort(1, kind="stable"), np.sort(donors.reshape(flat.shape), 1), 1)
    return out.reshape(crops.shape)


def spectrum(crops: Crops, donors: Crops) -> Crops:
    """The donor's smoothed power spectrum on the crop's own phases."""
    mean = crops.mean((1, 2), keepdims=True)
    wanted = np.sqrt(_power(donors) / _power(crops))
    moved = np.fft.ifft2(np.fft.fft2(crops - mean) * wanted).real + mean
    return np.clip(moved, 0, 1).astype(np.float32)


def everything(crops: Crops, donors: Crops) -> Crops:
    """Spectrum, then slow greys, then histogram."""
    return histogram(slow_greys(spectrum(crops, donors), donors), donors)


def _power(crops: Crops) -> NDArray[np.float64]:
    power = np.abs(np.fft.fft2(crops - crops.mean((1, 2), keepdims=True))) ** 2
    return np.asarray(ndimage.gaussian_filter(power, (0, SMOOTH, SMOOTH), mode="wrap")) + 1e-9


LOANS: Mapping[str, Callable[[Crops, Crops], Crops]] = {
    "slow greys": slow_greys,
    "histogram": histogram,
    "spectrum": spectrum,
    "all three": everything,
}
