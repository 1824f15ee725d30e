"""Magnetic resonance imaging: the scanner measures the Fourier transform of the slice, row by row."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey

Floats = NDArray[np.float64]
Complex = NDArray[np.complex128]
Kept = Literal["Centre", "Rim"]


def signal(image: Grey | Floats) -> Complex:
    """k-space ``[H, W]``, frequency 0 in the middle: S(kx, ky) = sum of rho(x, y) exp(2 pi i (kx x + ky y)) / N.

    N is the root of the number of pixels. The sign in the exponent is the talk's; with it numpy's inverse transform
    goes from the slice to the signal, and its forward one comes back.
    """
    return np.asarray(np.fft.fftshift(np.fft.ifft2(np.asarray(image, float), norm="ortho")))


def image_of(space: Complex) -> Floats:
    """The slice from its k-space: the magnitude of the way back."""
    return np.asarray(np.abs(np.fft.fft2(np.fft.ifftshift(space), norm="ortho")))


def disc(shape: tuple[int, ...], radius: float) -> NDArray[np.bool_]:
    """The places of k-space within a radius; 1 is the nearest edge."""
    height, width = shape
    down, across = np.arange(height) - height // 2, np.arange(width) - width // 2
    return np.hypot(down[:, None] / (height / 2), across[None, :] / (width / 2)) <= radius


def keep(space: Complex, radius: float, part: Kept) -> tuple[Complex, NDArray[np.bool_]]:
    """k-space with only its centre or only its rim, and where it was kept."""
    inside = disc(space.shape, radius)
    kept = inside if part == "Centre" else ~inside
    return np.where(kept, space, 0), kept


def shares(space: Complex, kept: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the samples, and of the signal's energy, that is kept."""
    power = np.abs(space) ** 2
    return float(kept.mean()), float(power[kept].sum() / power.sum())
