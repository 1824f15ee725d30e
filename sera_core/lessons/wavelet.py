"""Texture by scale: one level of the two-dimensional wavelet transform, and the way back.

Mallat SG. A theory for multiresolution signal decomposition. IEEE Transactions on Pattern Analysis and Machine
Intelligence 1989;11:674-693. The bands equal those of PyWavelets in its mode "periodization".
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey

Floats = NDArray[np.float64]

BANDS = ("LL", "LH", "HL", "HH")  # first letter: down the rows; second: along the columns
_ROOT = np.sqrt(3.0)
LOW: dict[str, Floats] = {
    "Haar": np.array([1.0, 1.0]) / np.sqrt(2),
    # Daubechies I. Communications on Pure and Applied Mathematics 1988;41:909-996
    "Daubechies 2": np.array([1 + _ROOT, 3 + _ROOT, 3 - _ROOT, 1 - _ROOT]) / (4 * np.sqrt(2)),
}


def high_of(low: Floats) -> Floats:
    """The high-pass filter that belongs to a low-pass one: reversed, every other sign turned."""
    return low[::-1] * (-1.0) ** np.arange(len(low))


def first_of(filter_: Floats) -> int:
    """Where the window of cell 0 begins, so that it lies around its pair of pixels: 0 for two taps, -1 for four."""
    return 1 - len(filter_) // 2


def even(grey: Grey) -> Floats:
    """The image without its last row or column where their number is odd."""
    height, width = (side // 2 * 2 for side in grey.shape)
    return grey[:height, :width].astype(np.float64)


def analyse(image: Floats, filter_: Floats, axis: int) -> Floats:
    """Slide a filter along an axis in steps of two; beyond the edge the image begins anew."""
    moved = np.moveaxis(image, axis, -1)
    starts = np.arange(0, moved.shape[-1], 2) + first_of(filter_)
    parts = [weight * moved[..., (starts + k) % moved.shape[-1]] for k, weight in enumerate(filter_)]
    return np.moveaxis(np.sum(parts, axis=0), -1, axis)


def synthesise(band: Floats, filter_: Floats, axis: int) -> Floats:
    """What a band contributes to the image: the transpose of :func:`analyse`."""
    moved = np.moveaxis(band, axis, -1)
    out = np.zeros((*moved.shape[:-1], 2 * moved.shape[-1]))
    starts = np.arange(0, out.shape[-1], 2) + first_of(filter_)
    for k, weight in enumerate(filter_):
        out[..., (starts + k) % out.shape[-1]] += weight * moved
    return np.moveaxis(out, -1, axis)


def transform(image: Floats, name: str = "Haar") -> dict[str, Floats]:
    """The four bands of an image with even sides.

    Parameters
    ----------
    image : float64 [H, W]
    name : str
        Key of :data:`LOW`.

    Returns
    -------
    dict of float64 [H / 2, W / 2]
        X_LH(i, j) = sum over p and r of L(p) H(r) X(2i + p + first, 2j + r + first), and so on, with ``first`` from
        :func:`first_of`. The talk writes X(i + p, j + r), which keeps every place: four bands as large as the image.
        Its X_LH(2i + first, 2j + first) is X_LH(i, j) here.
    """
    filters = {"L": LOW[name], "H": high_of(LOW[name])}
    down = {letter: analyse(image, taps, 0) for letter, taps in filters.items()}
    return {band: analyse(down[band[0]], filters[band[1]], 1) for band in BANDS}


def restore(bands: Mapping[str, Floats], name: str = "Haar") -> Floats:
    """The image from its bands; a band that is missing counts as zero."""
    filters = {"L": LOW[name], "H": high_of(LOW[name])}
    shape = next(iter(bands.values())).shape
    out = np.zeros((2 * shape[0], 2 * shape[1]))
    for band, values in bands.items():
        out += synthesise(synthesise(values, filters[band[1]], 1), filters[band[0]], 0)
    return out


def energies(bands: Mapping[str, Floats]) -> dict[str, float]:
    """Share of the image's energy (sum of squares) in each band; the transform keeps the sum."""
    power = {band: float((values**2).sum()) for band, values in bands.items()}
    total = sum(power.values()) or 1.0
    return {band: value / total for band, value in power.items()}
